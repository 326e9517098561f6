"""The application: what is registered, what it matches, which URLs it builds."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import Aborter, NotFound
from werkzeug.routing import BaseConverter, BuildError, Rule, ValidationError

import quaff
from quaff import (
    Blueprint,
    Quaff,
    Response,
    current_app,
    g,
    render_template_string,
    request,
    session,
    url_for,
)
from quaff.http.websocket import UpgradeRequired
from quaff.testing import QuaffClient
from tests.each_gateway import Gateway, deliver


def named(name: str) -> Any:
    """A view that answers its name and the values of its variables."""

    def view(**values: Any) -> str:
        return " ".join([name, *(f"{key}={value!r}" for key, value in sorted(values.items()))])

    view.__name__ = name
    return view


def route(app: Quaff, rule: str, name: str, **options: Any) -> None:
    app.add_url_rule(rule, view_func=named(name), **options)


# -- registering ---------------------------------------------------------------------------------


def test_the_first_of_two_equal_rules_is_taken(app: Quaff, client: QuaffClient) -> None:
    route(app, "/", "first")
    route(app, "/", "second")
    assert client.get("/").text == "first"


def test_an_endpoint_may_have_several_rules_of_one_view(app: Quaff, client: QuaffClient) -> None:
    view = named("view")
    app.add_url_rule("/a", view_func=view)
    app.add_url_rule("/b", view_func=view)
    assert client.get("/a").text == client.get("/b").text == "view"


def test_a_rule_may_get_its_view_later(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", endpoint="later")
    app.endpoint("later")(named("view"))
    assert client.get("/").text == "view"


def test_a_rule_may_only_build_urls(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/old/<int:n>", endpoint="old", build_only=True)
    assert client.get("/old/1").status_code == 404
    with app.test_request_context():
        assert url_for("old", n=1) == "/old/1"


def test_methods_come_from_the_options_or_the_view(app: Quaff, client: QuaffClient) -> None:
    view = named("view")
    view.methods = ["put"]
    view.required_methods = ["patch"]
    app.add_url_rule("/view", view_func=view)
    route(app, "/options", "options", methods=["post", "DELETE"])
    assert client.options("/view").allow.as_set() == {"options", "patch", "put"}
    assert client.options("/options").allow.as_set() == {"delete", "options", "post"}
    assert client.post("/options").text == "options"
    assert client.get("/options").status_code == 405


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_a_decorator_for_each_method(app: Quaff, client: QuaffClient, method: str) -> None:
    decorator = getattr(app, method.lower())
    decorator("/")(named("view"))
    assert client.open("/", method=method).text == "view"
    others = {"GET", "POST", "PUT", "DELETE", "PATCH"} - {method}
    assert {client.open("/", method=other).status_code for other in others} == {405}


def test_get_has_head_and_options_by_itself(app: Quaff, client: QuaffClient) -> None:
    route(app, "/", "view")
    head = client.head("/")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == "4"
    assert client.options("/").allow.as_set() == {"get", "head", "options"}


def test_head_is_no_method_of_rules_without_get(app: Quaff, client: QuaffClient) -> None:
    route(app, "/", "view", methods=["POST"])
    assert client.head("/").status_code == 405


def test_the_methods_of_all_rules_of_a_path_are_allowed(app: Quaff, client: QuaffClient) -> None:
    route(app, "/<int:n>", "one", methods=["GET"])
    route(app, "/<n>", "two", methods=["POST"])
    route(app, "/1", "three", methods=["PUT"])
    allowed = {"get", "head", "options", "post", "put"}
    assert client.delete("/1").allow.as_set() == allowed
    assert client.options("/1").allow.as_set() == allowed


@pytest.mark.parametrize("how", ["methods", "option", "attribute", "config"])
def test_the_automatic_answer_to_options_can_be_turned_off(
    app: Quaff, client: QuaffClient, how: str
) -> None:
    view = named("view")
    options: dict[str, Any] = {}
    if how == "methods":
        options["methods"] = ["GET", "OPTIONS"]
    elif how == "option":
        options["provide_automatic_options"] = False
    elif how == "attribute":
        view.provide_automatic_options = False
    else:
        app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.add_url_rule("/", view_func=view, **options)
    response = client.options("/")
    if how == "methods":
        assert response.text == "view"
    else:
        assert response.status_code == 405


def test_a_change_after_the_first_request_reaches_the_next_one(
    app: Quaff, client: QuaffClient
) -> None:
    """Configuration, and tables that extensions write to, may change at any time."""
    route(app, "/", "view")
    assert client.get("/").text == "view"
    app.view_functions["view"] = named("other")
    assert client.get("/").text == "other"
    app.before_request_funcs.setdefault(None, []).append(lambda: "hook")
    assert client.get("/").text == "hook"
    app.before_request_funcs[None].clear()
    app.after_request_funcs[None] = [lambda response: Response("after")]
    assert client.get("/").text == "after"
    del app.after_request_funcs[None]
    app.url_map.add(Rule("/new", endpoint="view"))
    assert client.get("/new").text == "other"
    app.config["MAX_CONTENT_LENGTH"] = 1
    app.view_functions["view"] = lambda: request.get_data()
    assert client.get("/", data=b"xx").status_code == 413
    app.config.update(MAX_CONTENT_LENGTH=2)
    assert client.get("/", data=b"xx").text == "xx"


def test_a_table_may_be_replaced_by_a_plain_one(app: Quaff, client: QuaffClient) -> None:
    route(app, "/", "view")
    app.add_url_rule("/template", view_func=lambda: render_template_string("{{ name }}"))
    assert (client.get("/").text, client.get("/template").text) == ("view", "")
    app.template_context_processors = {None: [lambda: {"name": "given"}]}
    assert client.get("/template").text == "given"
    app.before_request_funcs = {None: [lambda: "hook"]}
    assert client.get("/").text == "hook"
    # It says from then on when it changes.
    app.before_request_funcs[None].clear()
    assert client.get("/").text == "view"


def test_whatever_the_constructor_made_drops_the_plan_when_it_is_replaced(app: Quaff) -> None:
    names = {name for name in vars(app) if not name.startswith("_")}
    assert {"view_functions", "dependency_overrides", "before_serving_funcs", "json"} <= names
    for name in names:
        plan = app.plan
        setattr(app, name, getattr(app, name))
        assert app.plan is not plan, name


def test_the_plan_is_kept_while_nothing_changes(app: Quaff, client: QuaffClient) -> None:
    route(app, "/", "view")
    client.get("/")
    plan = app.plan
    client.get("/")
    app.extensions["name"] = object()
    app.logger  # noqa: B018 - made when it is read
    assert app.plan is plan
    app.config["DEBUG"] = True
    assert app.plan is not plan


def test_an_application_is_freed_when_nobody_holds_it() -> None:
    app = Quaff("example")
    route(app, "/", "view")
    app.test_client().get("/")
    reference = weakref.ref(app)
    del app
    gc.collect()
    assert reference() is None


def test_classes_of_ones_own_are_used(gateway: Gateway) -> None:
    class OwnRequest(quaff.Request):
        @property
        def shout(self) -> str:
            return self.path.upper()

    class OwnResponse(Response):
        default_mimetype = "text/plain"

    class OwnGlobals:
        value = "own"

    class OwnAborter(Aborter):
        def __call__(self, code: Any, *args: Any, **kwargs: Any) -> Any:
            super().__call__(404 if code == "missing" else code, *args, **kwargs)

    class Own(Quaff):
        request_class = OwnRequest
        response_class = OwnResponse
        app_ctx_globals_class = OwnGlobals
        aborter_class = OwnAborter

    app = Own("example", static_folder=None)

    @app.route("/path")
    def view() -> str:
        return f"{request.shout} {g.value}"  # type: ignore[attr-defined]

    app.add_url_rule("/abort", view_func=lambda: quaff.abort("missing"), endpoint="abort")
    client = app.test_client(gateway=gateway)
    response = client.get("/path")
    assert (response.text, response.mimetype) == ("/PATH own", "text/plain")
    assert client.get("/abort").status_code == 404


def test_a_request_class_with_a_constructor_of_its_own(gateway: Gateway) -> None:
    class OwnRequest(quaff.Request):
        def __init__(self, environ: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(environ, *args, **kwargs)
            self.noted = environ["PATH_INFO"]

    app = Quaff("example", static_folder=None)
    app.request_class = OwnRequest
    app.add_url_rule(
        "/<name>",
        view_func=lambda name: f"{request.noted} {request.method} {request.get_data(as_text=True)}",  # type: ignore[attr-defined]
        endpoint="view",
        methods=["POST"],
    )
    client = app.test_client(gateway=gateway)
    assert client.post("/x", data="body").text == "/x POST body"


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("content")
    app = Quaff("example", root_path=str(tmp_path), static_folder="files/")
    assert app.static_folder == str(tmp_path / "files")
    assert app.static_url_path == "/files"
    response = app.test_client().get("/files/a.txt")
    assert response.data == b"content"
    response.close()
    with app.open_resource("files/a.txt", "r") as file:
        assert file.read() == "content"
    app = Quaff("example", root_path=str(tmp_path), static_folder="files", static_url_path="")
    response = app.test_client().get("/a.txt")
    assert response.data == b"content"
    response.close()


def test_the_instance_folder(tmp_path: Path) -> None:
    app = Quaff("example", instance_path=str(tmp_path), instance_relative_config=True)
    (tmp_path / "settings.cfg").write_text("NAME = 'value'")
    app.config.from_pyfile("settings.cfg")
    assert app.config["NAME"] == "value"
    with app.open_instance_resource("settings.cfg", "r") as file:
        assert file.read() == "NAME = 'value'"


def test_the_shell_starts_with_what_processors_give(app: Quaff) -> None:
    app.shell_context_processor(lambda: {"one": 1})
    names = app.make_shell_context()
    assert names["app"] is app
    assert names["one"] == 1


# -- matching ------------------------------------------------------------------------------------


def test_a_missing_slash_is_redirected_and_an_extra_one_is_not(
    app: Quaff, client: QuaffClient
) -> None:
    route(app, "/branch/", "branch", methods=["GET", "POST"])
    route(app, "/leaf", "leaf")
    route(app, "/either/", "either", strict_slashes=False)
    for method in ("GET", "POST"):
        response = client.open("/branch?a=1", method=method)
        assert response.status_code == 308
        assert response.headers["Location"] == "http://localhost/branch/?a=1"
    assert client.get("/leaf/").status_code == 404
    assert client.get("/either").text == "either"
    assert client.get("/either/").text == "either"


def test_slashes_may_be_of_no_matter_to_the_whole_map(app: Quaff, client: QuaffClient) -> None:
    app.url_map.strict_slashes = False
    route(app, "/branch/", "branch")
    route(app, "/leaf", "leaf")
    for path in ("/branch", "/branch/", "/leaf", "/leaf/"):
        assert client.get(path).text == path.strip("/")


def test_slashes_are_merged_by_a_redirect_but_not_at_the_beginning(
    app: Quaff, gateway: Gateway
) -> None:
    route(app, "/a/b/", "branch")
    route(app, "/leaf", "leaf")
    reply = deliver(app, gateway, target="/a//b/?c=1")
    assert reply.status == 308
    assert reply.headers["Location"] == "http://localhost/a/b/?c=1"
    assert deliver(app, gateway, target="//leaf").text == "leaf"


def test_the_url_of_a_default_is_redirected_to_the_shorter_one(
    app: Quaff, client: QuaffClient
) -> None:
    view = named("page")
    app.add_url_rule("/pages/", view_func=view, defaults={"n": 1})
    app.add_url_rule("/pages/<int:n>", view_func=view)
    assert client.get("/pages/").text == "page n=1"
    assert client.get("/pages/2").text == "page n=2"
    response = client.get("/pages/1")
    assert response.status_code == 308
    assert response.headers["Location"] == "http://localhost/pages/"
    with app.test_request_context():
        assert url_for("page", n=1) == "/pages/"
        assert url_for("page", n=2) == "/pages/2"


def test_a_value_that_a_converter_refuses_is_not_found(app: Quaff, client: QuaffClient) -> None:
    class Even(BaseConverter):
        regex = r"\d+"

        def to_python(self, value: str) -> int:
            if int(value) % 2:
                raise ValidationError
            return int(value)

    app.url_map.converters["even"] = Even
    route(app, "/<even:n>", "even")
    route(app, "/<other>", "other")
    route(app, "/int/<int(min=5):n>", "int")
    route(app, "/int/<other>", "int_other")
    assert client.get("/2").text == "even n=2"
    assert client.get("/x").text == "other other='x'"
    # No other rule is tried for a value that the first one refused.
    assert client.get("/3").status_code == 404
    assert client.get("/int/5").text == "int n=5"
    assert client.get("/int/3").status_code == 404


def test_rules_go_by_weight_and_not_by_order(app: Quaff, client: QuaffClient) -> None:
    route(app, "/<path:p>", "path")
    # Of one weight are these three, so their order counts.
    route(app, "/<uuid:u>", "uuid")
    route(app, "/<any(a, b):c>", "any")
    route(app, "/<s>", "string")
    route(app, "/<float:f>", "float")
    route(app, "/<int:n>", "int")
    route(app, "/static", "fixed")
    for path, name in (
        ("/static", "fixed"),
        ("/12", "int"),
        ("/1.5", "float"),
        ("/a", "any"),
        ("/c", "string"),
        ("/c/d", "path"),
        ("/00000000-0000-0000-0000-000000000000", "uuid"),
    ):
        assert client.get(path).text.split()[0] == name


def test_a_rule_of_ones_own_beats_that_of_static_files(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    app = Quaff("example", root_path=str(tmp_path))
    route(app, "/static/<name>", "own")
    assert app.test_client(gateway=gateway).get("/static/x").text == "own name='x'"


def test_an_encoded_slash_is_a_slash(app: Quaff, gateway: Gateway) -> None:
    route(app, "/string/<s>", "string")
    route(app, "/path/<path:p>", "path")
    assert deliver(app, gateway, target="/path/a%2Fb").text == "path p='a/b'"
    assert deliver(app, gateway, target="/string/a%2Fb").status == 404


def test_a_rule_may_redirect(app: Quaff, client: QuaffClient) -> None:
    route(app, "/new/<int:n>", "new")
    app.add_url_rule("/old/<int:n>", endpoint="old", redirect_to="new/<n>")
    app.add_url_rule(
        "/older/<int:n>", endpoint="older", redirect_to=lambda adapter, n: f"new/{n + 1}"
    )
    assert client.get("/old/1").headers["Location"] == "http://localhost/new/1"
    assert client.get("/older/1").headers["Location"] == "http://localhost/new/2"


def test_a_rule_of_a_websocket_is_no_rule_of_http(
    app: Quaff, client: QuaffClient, gateway: Gateway
) -> None:
    route(app, "/", "socket", websocket=True)
    errors: list[Any] = []
    app.before_request(lambda: errors.append(request.routing_exception))
    response = client.get("/")
    assert response.status_code == 426
    # PEP 3333 leaves this field to the server.
    assert response.headers.get("Upgrade") == (None if gateway == "wsgi" else "websocket")
    assert isinstance(errors[0], UpgradeRequired)


def test_rules_of_subdomains(gateway: Gateway) -> None:
    app = Quaff("example", static_folder=None, subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.example:5000"
    route(app, "/", "main")
    route(app, "/", "fixed", subdomain="api")
    route(app, "/", "any", subdomain="<user>")
    client = app.test_client(gateway=gateway)
    for host, text in (
        ("site.example:5000", "main"),
        ("API.site.example:5000", "fixed"),
        ("ada.site.example:5000", "any user='ada'"),
    ):
        assert client.get("/", base_url=f"http://{host}/").text == text


@pytest.mark.filterwarnings("ignore:Current server name")
def test_a_foreign_host_matches_rules_of_any_subdomain_only(gateway: Gateway) -> None:
    app = Quaff("example", static_folder=None, subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.example"
    route(app, "/main", "main")
    route(app, "/any", "any", subdomain="<user>")
    client = app.test_client(gateway=gateway)
    assert client.get("/main", base_url="http://other.example/").status_code == 404
    assert client.get("/any", base_url="http://other.example/").text == "any user='<invalid>'"


def test_rules_of_hosts(gateway: Gateway) -> None:
    app = Quaff("example", static_folder=None, host_matching=True)
    app.config["SERVER_NAME"] = "ignored.example"
    route(app, "/", "one", host="one.example")
    route(app, "/", "any", host="<name>.example:5000")
    client = app.test_client(gateway=gateway)
    assert client.get("/", base_url="http://one.example/").text == "one"
    assert client.get("/", base_url="http://x.example:5000/").text == "any name='x'"
    assert client.get("/", base_url="http://ignored.example/").status_code == 404


def test_the_name_of_the_server_refuses_no_host(app: Quaff, client: QuaffClient) -> None:
    app.config["SERVER_NAME"] = "site.example"
    route(app, "/", "view")
    app.add_url_rule("/url", view_func=lambda: url_for("view", _external=True), endpoint="url")
    assert client.get("/", base_url="http://other.example/").text == "view"
    # Yet it is what external URLs are built of.
    url = client.get("/url", base_url="http://other.example/").text
    assert url == "http://site.example/"


def test_a_host_that_is_not_trusted_is_400_after_the_hooks(app: Quaff, client: QuaffClient) -> None:
    app.secret_key = "key"
    app.config["TRUSTED_HOSTS"] = ["site.example"]
    ran: list[Any] = []
    app.before_request(lambda: ran.append((request.endpoint, session.get("x"))))
    route(app, "/", "view")
    assert client.get("/", base_url="http://evil.example/").status_code == 400
    assert ran == [(None, None)]
    assert client.get("/", base_url="http://site.example/").text == "view"


def test_what_matched_is_known_to_the_request(app: Quaff, client: QuaffClient) -> None:
    @app.route("/<int:n>", endpoint="number")
    def view(n: int) -> Any:
        assert request.url_rule is not None
        return [request.endpoint, request.view_args, request.url_rule.rule, request.blueprint]

    assert client.get("/3").json == ["number", {"n": 3}, "/<int:n>", None]


# -- building URLs -------------------------------------------------------------------------------


@pytest.fixture
def urls(app: Quaff) -> Quaff:
    """An application with things to build URLs of."""
    parent = Blueprint("parent", __name__, url_prefix="/parent")
    child = Blueprint("child", __name__, url_prefix="/child")
    for scope in (app, parent, child):
        scope.add_url_rule("/", endpoint="index", view_func=named("index"))
        scope.add_url_rule(
            "/relative",
            endpoint="relative",
            view_func=lambda: " ".join([url_for(".index"), url_for("index")]),
        )
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    route(app, "/string/<s>", "string")
    route(app, "/path/<path:p>", "path")
    app.add_url_rule("/method", endpoint="method", view_func=named("method"), methods=["GET"])
    app.add_url_rule(
        "/method/post", endpoint="method", view_func=app.view_functions["method"], methods=["POST"]
    )
    return app


@pytest.mark.parametrize(
    ("endpoint", "values", "url"),
    [
        ("index", {}, "/"),
        ("index", {"q": "a b&c", "none": None, "list": [1, 2]}, "/?q=a+b%26c&list=1&list=2"),
        ("string", {"s": "a b/c?é"}, "/string/a%20b/c%3F%C3%A9"),
        ("path", {"p": "a b/c?é"}, "/path/a%20b/c%3F%C3%A9"),
        ("index", {"_anchor": "x y"}, "/#x%20y"),
        ("index", {"_external": True}, "http://localhost/"),
        ("index", {"_scheme": "https"}, "https://localhost/"),
        ("index", {"_scheme": "https", "_external": True}, "https://localhost/"),
        ("method", {}, "/method"),
        ("method", {"_method": "POST"}, "/method/post"),
        (".index", {}, "/"),
        ("parent.child.index", {}, "/parent/child/"),
    ],
)
def test_urls_inside_a_request(
    urls: Quaff, endpoint: str, values: dict[str, Any], url: str
) -> None:
    with urls.test_request_context("/"):
        assert url_for(endpoint, **values) == url


def test_the_method_of_the_request_is_tried_first(urls: Quaff) -> None:
    with urls.test_request_context("/", method="POST"):
        assert url_for("method") == "/method/post"


def test_a_scheme_is_part_of_external_urls_only(urls: Quaff) -> None:
    with urls.test_request_context("/"), pytest.raises(ValueError, match="'_external' must be"):
        url_for("index", _scheme="https", _external=False)


def test_relative_endpoints(urls: Quaff, client: QuaffClient) -> None:
    assert client.get("/relative").text == "/ /"
    assert client.get("/parent/relative").text == "/parent/ /"
    assert client.get("/parent/child/relative").text == "/parent/child/ /"


def test_urls_outside_of_a_request_need_the_name_of_the_server(urls: Quaff) -> None:
    with urls.app_context(), pytest.raises(RuntimeError, match="'SERVER_NAME'"):
        url_for("index")
    with pytest.raises(RuntimeError, match="'SERVER_NAME'"):
        urls.url_for("index")


def test_urls_outside_of_a_request(urls: Quaff) -> None:
    urls.config["SERVER_NAME"] = "site.example"
    with urls.app_context():
        assert url_for("index") == "http://site.example/"
        assert url_for("index", _external=False) == "/"
    urls.config.update(APPLICATION_ROOT="/root", PREFERRED_URL_SCHEME="https")
    with urls.app_context():
        assert url_for("index", q=1) == "https://site.example/root/?q=1"
    assert urls.url_for("index") == "https://site.example/root/"
    with urls.test_request_context("/", base_url="http://localhost/other"):
        # Inside of a request both are the request's own.
        assert url_for("index") == "/other/"


def test_functions_that_add_values_to_urls(app: Quaff) -> None:
    order: list[str] = []
    parent = Blueprint("parent", __name__, url_prefix="/<language>")
    child = Blueprint("child", __name__)
    for scope, name in ((app, "app"), (parent, "parent"), (child, "child")):

        def add(endpoint: str, values: dict[str, Any], name: str = name) -> None:
            order.append(f"{name} {endpoint}")
            values.setdefault("language", name)

        scope.url_defaults(add)
    child.add_url_rule("/page", endpoint="page", view_func=named("page"))
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    app.config["SERVER_NAME"] = "site.example"
    with app.app_context():
        assert url_for("parent.child.page", _external=False) == "/app/page"
    assert order == [f"{name} parent.child.page" for name in ("app", "parent", "child")]


def test_what_helps_where_a_url_cannot_be_built(app: Quaff) -> None:
    seen: list[Any] = []

    def skip(error: Exception, endpoint: str, values: dict[str, Any]) -> None:
        seen.append((endpoint, values))

    def again(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
        raise BuildError("other", {}, None)

    def help(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
        return f"/external/{endpoint}"

    with app.test_request_context():
        app.url_build_error_handlers.extend([skip, again])  # type: ignore[list-item]
        with pytest.raises(BuildError, match="other"):
            url_for("missing", a=1, _anchor="x")
        app.url_build_error_handlers.append(help)
        assert url_for("missing") == "/external/missing"
    assert seen[0] == (
        "missing",
        {"a": 1, "_anchor": "x", "_method": None, "_scheme": None, "_external": False},
    )


# -- the whole object ----------------------------------------------------------------------------


def test_one_object_serves_every_protocol(app: Quaff) -> None:
    route(app, "/", "view")
    replies = [deliver(app, gateway).body for gateway in ("wsgi", "asgi", "rsgi")]
    assert replies == [b"view"] * 3
    assert deliver(app.wsgi, "wsgi").text == "view"
    assert deliver(app.asgi, "asgi").text == "view"
    assert deliver(app.rsgi, "rsgi").text == "view"


def test_the_application_at_work_is_known(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule(
        "/", view_func=lambda: str(current_app._get_current_object() is app), endpoint="view"
    )
    assert client.get("/").text == "True"


def test_an_error_of_static_files_is_not_found(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    app = Quaff("example", root_path=str(tmp_path))
    errors: list[Any] = []
    app.register_error_handler(404, lambda error: (errors.append(error), ("", 404))[1])
    for target in ("/static/../secret.txt", "/static/%2e%2e/secret.txt", "/static/..%2fsecret.txt"):
        assert deliver(app, gateway, target=target).status == 404
    assert [type(error) for error in errors] == [NotFound] * 3
