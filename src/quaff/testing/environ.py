"""Made-up requests, as WSGI environs."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import werkzeug.test

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from ..app import Quaff

__all__ = ["EnvironBuilder"]


class EnvironBuilder(werkzeug.test.EnvironBuilder):
    """A WSGI environ for an application.

    Args:
        app: the application, whose configuration gives what the other arguments leave open.
        path: the path of the URL, or a whole URL.
        base_url: scheme, host and the path that the application is mounted at; made of
            PREFERRED_URL_SCHEME, SERVER_NAME (or localhost) and APPLICATION_ROOT if None.
        subdomain: put in front of SERVER_NAME.
        url_scheme: instead of PREFERRED_URL_SCHEME.
        args: as of `werkzeug.test.EnvironBuilder`.
        kwargs: as of `werkzeug.test.EnvironBuilder`: method, headers, data, json, query_string ...

    Raises:
        AssertionError: a base_url was given together with a subdomain or url_scheme.
    """

    def __init__(
        self,
        app: Quaff,
        path: str = "/",
        base_url: str | None = None,
        subdomain: str | None = None,
        url_scheme: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if base_url is not None and (subdomain or url_scheme):
            raise AssertionError(
                'Cannot pass "subdomain" or "url_scheme" with "base_url": it contains both.'
            )
        self.app = app
        if base_url is None:
            base_url, path = self._located(path, subdomain, url_scheme)
        super().__init__(path, base_url, *args, **kwargs)

    def _located(self, path: str, subdomain: str | None, url_scheme: str | None) -> tuple[str, str]:
        config = self.app.config
        host = config["SERVER_NAME"] or "localhost"
        if subdomain:
            host = f"{subdomain}.{host}"
        url = urlsplit(path)
        scheme = url.scheme or url_scheme or config["PREFERRED_URL_SCHEME"]
        root = config["APPLICATION_ROOT"].lstrip("/")
        path = f"{url.path}?{url.query}" if url.query else url.path
        return f"{scheme}://{url.netloc or host}/{root}", path

    def get_environ(self) -> WSGIEnvironment:
        """The environ; a form is in memory, however large it is."""
        environ = super().get_environ()
        stream = environ["wsgi.input"]
        if self.input_stream is None and not isinstance(stream, BytesIO):
            # NOTE: Werkzeug's temporary file would be closed by nobody, with a warning.
            with stream:
                environ["wsgi.input"] = BytesIO(stream.read())
        return environ

    def json_dumps(self, obj: Any, **kwargs: Any) -> str:
        """An object as JSON, by the application's provider."""
        return self.app.json.dumps(obj, **kwargs)
