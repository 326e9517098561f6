"""The pages of an application's documents, and their views."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from ..context import needed
from ..http.files import send_file
from ..http.response import Response
from ..yaml import to_yaml
from .formats import to_json
from .listing import listing
from .swagger import find_assets

__all__ = ["ApiPages", "yaml_url"]

_FOLDER = Path(__file__).parent
_OWN_ASSETS = {path.name: path for path in (_FOLDER / "assets").iterdir()}
#: A view, and the rule that stands in `request.url_rule` while it answers.
Page = tuple[Rule, Callable[..., Any]]


class ApiPages:
    """The pages by their URLs.

    Args:
        app: the application; OPENAPI_URL, ASYNCAPI_URL and OPENAPI_DOCS_URL say where its pages
            are. A URL that is None leaves its page out.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._pages: dict[str, Page] = {}
        self._assets = {**_OWN_ASSETS, **find_assets()}
        self._has_swagger = len(self._assets) > len(_OWN_ASSETS)
        self._url: str | None = app.config.get("OPENAPI_URL")
        self._docs_url: str | None = app.config.get("OPENAPI_DOCS_URL")
        self._async_url: str | None = app.config.get("ASYNCAPI_URL")
        self._add_document("openapi", self._url, self._openapi)
        self._add_document("asyncapi", self._async_url, app.asyncapi)
        if self._docs_url is not None:
            shows_swagger = self._has_swagger and self._url is not None
            page = self._swagger_page if shows_swagger else self._listing_page
            self._add(self._docs_url, "openapi_docs", page)
            below = self._docs_url.rstrip("/")
            self._add(f"{below}/list", "openapi_docs_list", self._listing_page)
            for name in self._assets:
                self._add(f"{below}/{name}", "openapi_docs_asset", self._asset)

    def _add(self, url: str, endpoint: str, view: Callable[..., Any]) -> None:
        self._pages[url] = (Rule(url, endpoint=endpoint, methods=["GET"]), view)

    def _add_document(self, name: str, url: str | None, make: Callable[[], Any]) -> None:
        if url is not None:
            self._add(url, f"{name}_json", lambda: _sent(to_json(make()), "json"))
            # RFC 9512.
            self._add(yaml_url(url), f"{name}_yaml", lambda: _sent(to_yaml(make()), "yaml"))

    def find(self, method: str, path: str) -> Page | None:
        """The page that answers a request which no rule of the application answers."""
        return self._pages.get(path) if method in ("GET", "HEAD") else None

    def _openapi(self) -> dict[str, Any]:
        """The document as it is right where the request came to."""
        document: dict[str, Any] = self._app.openapi()
        root = needed().request.script_root
        if root and "servers" not in document:
            # Without it, requests that are tried would go past the prefix.
            document["servers"] = [{"url": root}]
        return document

    # -- pages -------------------------------------------------------------------------------

    def _swagger_page(self) -> Response:
        document = self._app.openapi()
        return self._page("swagger.html", document, _swagger_policy(document))

    def _listing_page(self) -> Response:
        document = self._app.openapi()
        shown = listing(document, self._app.asyncapi())
        return self._page("listing.html", document, _policy(), listing=shown)

    def _page(self, template: str, document: Any, policy: str, **variables: Any) -> Response:
        root = needed().request.script_root
        text = (
            _environment()
            .get_template(template)
            .render(
                document=document,
                page_url=f"{root}{self._docs_url}",
                docs_url=f"{root}{self._docs_url}".rstrip("/"),
                json_url=None if self._url is None else f"{root}{self._url}",
                yaml_url=None if self._url is None else f"{root}{yaml_url(self._url)}",
                async_url=None if self._async_url is None else f"{root}{self._async_url}",
                has_swagger=self._has_swagger,
                **variables,
            )
        )
        response = Response(text, mimetype="text/html")
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return _checked(response)

    def _asset(self) -> Any:
        request = needed().request
        path = self._assets.get(request.path.rpartition("/")[2])
        if path is None:
            raise NotFound
        response = send_file(path, request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def yaml_url(url: str) -> str:
    """Where the YAML is that belongs to the JSON of a URL."""
    return f"{url.removesuffix('.json')}.yaml"


def _sent(text: str, kind: str) -> Response:
    return _checked(Response(text, mimetype=f"application/{kind}"))


def _checked(response: Response) -> Response:
    """The response with a tag, so that a client that has it need not get it again."""
    response.add_etag()
    return response.make_conditional(needed().request.environ)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _policy(**more: str) -> str:
    # SECURITY: texts of the document are shown here. Were one of them taken for markup, it could
    # run no script, load nothing and send nothing.
    sources = {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def _swagger_policy(document: Any) -> str:
    """Scripts are the installed package's; requests go to the servers that the document names."""
    servers = [urlsplit(str(server.get("url", ""))) for server in document.get("servers", ())]
    others = sorted(
        {f"{url.scheme}://{url.netloc}" for url in servers if url.scheme in ("http", "https")}
    )
    plain = [origin for origin in others if not set(origin) & set(" ;,'{}")]
    return _policy(script_src="'self'", connect_src=" ".join(["'self'", *plain]))
