"""What a developer should know about redirects that the router makes."""

from __future__ import annotations

from werkzeug.routing import RequestRedirect


class FormDataRoutingRedirect(AssertionError):
    """In debug mode: a redirect to the canonical URL would lose the data of a form.

    Args:
        url: the URL of the request.
        redirect: what the router wants to answer.
    """

    def __init__(self, url: str, redirect: RequestRedirect) -> None:
        target = redirect.new_url
        message = (
            f"A request with a body was sent to '{url}', but routing issued a redirect to the "
            f"canonical URL '{target}', at which the browser would ask again without the body."
        )
        if f"{url.partition('?')[0]}/" == target.partition("?")[0]:
            message += " The URL was defined with a trailing slash: send the form there."
        super().__init__(f"{message} This error is raised in debug mode only.")
