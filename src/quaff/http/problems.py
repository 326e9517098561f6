"""Problem details: HTTP errors that programs can read (RFC 9457).

A browser, which asks for HTML, gets a page that says the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import escape
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from .request import Request
    from .response import Response

__all__ = ["Details", "Shape", "details_of", "is_problem", "problem_response"]

#: The members of a problem.
Details = dict[str, Any]
#: Changes the details of an error, or replaces them.
Shape = Callable[[HTTPException, Details], Details]

MEDIA_TYPE = "application/problem+json"

PAGE = """\
<!doctype html>
<html lang=en>
<meta charset=utf-8>
<meta name=viewport content="width=device-width">
<title>{status} {title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}}\
code{{background:#8882;padding:.1em .3em}}</style>
<h1>{title}</h1>
<p>{detail}</p>
{errors}"""


def is_problem(error: HTTPException) -> bool:
    """Whether an error always is a problem, whatever the application says of errors."""
    return hasattr(error, "errors")


def details_of(error: HTTPException) -> Details:
    """The members of an error: type, title, status, detail, and its `errors` if it has any."""
    details: Details = {
        "type": "about:blank",
        "title": error.name,
        "status": error.code,
        "detail": error.description,
    }
    errors = getattr(error, "errors", None)
    if errors is not None:
        details["errors"] = errors
    return details


def problem_response(
    error: HTTPException,
    request: Request,
    response_class: type[Response],
    dumps: Callable[[Any], str],
    shape: Shape | None = None,
) -> Response:
    """The response of an error: problem details, or a page for who asks for HTML.

    Args:
        error: the error; its header fields, such as Allow and Retry-After, are kept.
        request: whose Accept field decides.
        response_class: the class of the response.
        dumps: makes JSON.
        shape: the application's own idea of the details.
    """
    details = details_of(error)
    if shape is not None:
        details = shape(error, details)
    headers = [
        (name, value)
        for name, value in error.get_headers(request.environ)
        if name.lower() not in ("content-type", "content-length")
    ]
    # What is sent depends on it, so caches must know.
    headers.append(("Vary", "Accept"))
    if _wants_html(request):
        page = _page({"status": error.code, "title": error.name, **details})
        return response_class(page, error.code, headers, content_type=HTML)
    return response_class(dumps(details), error.code, headers, content_type=MEDIA_TYPE)


HTML = "text/html; charset=utf-8"


def _wants_html(request: Request) -> bool:
    accepted = request.accept_mimetypes
    best = accepted.best_match([MEDIA_TYPE, "application/json", "text/html"])
    return best == "text/html"


def _page(details: Details) -> str:
    items = "".join(
        f"<li><code>{escape('.'.join(map(str, problem.get('loc', ()))))}</code>: "
        f"{escape(problem.get('msg', ''))}\n"
        for problem in details.get("errors", ())
    )
    return PAGE.format(
        status=escape(details["status"]),
        title=escape(details["title"]),
        detail=escape(details.get("detail") or ""),
        errors=f"<ul>\n{items}</ul>\n" if items else "",
    )
