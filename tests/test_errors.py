"""Which handler gets an error, what it gets, and what becomes of errors that nobody handles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
)
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as WerkzeugResponse

from quaff import Blueprint, Quaff, Response, abort, got_request_exception, request
from quaff.testing import QuaffClient
from tests.each_gateway import Gateway


def answering(text: str) -> Callable[[Any], str]:
    """A handler that answers with the text and the class of its error."""
    return lambda error: f"{text}: {type(error).__name__}"


class Broken(LookupError):
    """An error that a handler of its base class takes too."""


@pytest.fixture
def app() -> Quaff:
    """An application whose URLs raise the errors they are named after."""
    app = Quaff("example", static_folder=None)
    child = Blueprint("child", __name__, url_prefix="/child")
    parent = Blueprint("parent", __name__, url_prefix="/parent")

    def fail(kind: str) -> Any:
        if kind == "broken":
            raise Broken("secret")
        if kind == "key":
            return request.args["missing"]
        if kind == "response":
            abort(app.response_class("whole", status=418))
        abort(int(kind))

    for scope in (app, parent, child):
        scope.add_url_rule("/fail/<kind>", view_func=fail, endpoint="fail")
    app.add_url_rule("/slash/", view_func=lambda: "slash", endpoint="slash")
    app.extensions["blueprints"] = (parent, child)
    return app


def register(app: Quaff) -> tuple[Blueprint, Blueprint]:
    """Register the nested blueprints, whose handlers must be there by now."""
    parent, child = app.extensions["blueprints"]
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    return parent, child


# -- which handler -------------------------------------------------------------------------------


def test_the_status_goes_before_the_class_whatever_the_scope(
    app: Quaff, client: QuaffClient
) -> None:
    parent, _ = app.extensions["blueprints"]
    parent.register_error_handler(HTTPException, answering("blueprint class"))
    app.register_error_handler(404, answering("app status"))
    register(app)
    assert client.get("/parent/fail/404").text == "app status: NotFound"
    assert client.get("/parent/fail/403").text == "blueprint class: Forbidden"


def test_an_inner_blueprint_goes_before_an_outer_one_with_a_closer_class(
    app: Quaff, client: QuaffClient
) -> None:
    parent, child = app.extensions["blueprints"]
    child.register_error_handler(LookupError, answering("child"))
    parent.register_error_handler(Broken, answering("parent"))
    app.register_error_handler(Broken, answering("app"))
    register(app)
    assert client.get("/parent/child/fail/broken").text == "child: Broken"
    assert client.get("/parent/fail/broken").text == "parent: Broken"
    assert client.get("/fail/broken").text == "app: Broken"


def test_within_a_scope_the_closest_class_is_taken(app: Quaff, client: QuaffClient) -> None:
    app.register_error_handler(Exception, answering("any"))
    app.register_error_handler(LookupError, answering("lookup"))
    assert client.get("/fail/broken").text == "lookup: Broken"
    app.error_handler_spec[None][None][Broken] = answering("broken")
    assert client.get("/fail/broken").text == "broken: Broken"


@pytest.mark.parametrize("path", ["/nowhere", "/fail/404"])
def test_a_handler_of_all_errors_gets_http_errors_too(
    app: Quaff, client: QuaffClient, path: str
) -> None:
    app.register_error_handler(Exception, answering("any"))
    assert client.get(path).text == "any: NotFound"
    assert client.post("/fail/404").text == "any: MethodNotAllowed"


def test_a_subclass_of_an_http_error_is_found_by_status_and_class(
    app: Quaff, client: QuaffClient
) -> None:
    class Expired(Forbidden):
        pass

    @app.route("/expired")
    def expired() -> str:
        raise Expired

    app.register_error_handler(403, answering("status"))
    assert client.get("/expired").text == "status: Expired"
    app.error_handler_spec[None][403][Expired] = answering("class")
    assert client.get("/expired").text == "class: Expired"
    assert client.get("/fail/403").text == "status: Forbidden"


def test_handlers_of_a_blueprint_do_not_see_urls_that_nothing_matched(
    app: Quaff, client: QuaffClient
) -> None:
    parent, _ = app.extensions["blueprints"]
    parent.register_error_handler(404, answering("blueprint"))
    parent.register_error_handler(405, answering("blueprint"))
    register(app)
    assert client.get("/parent/nowhere").status_code == 404
    assert client.post("/parent/fail/404").status_code == 405
    assert client.get("/parent/fail/404").text == "blueprint: NotFound"


def test_a_handler_of_the_blueprint_takes_errors_of_the_applications_hooks(
    app: Quaff, client: QuaffClient
) -> None:
    parent, _ = app.extensions["blueprints"]
    parent.register_error_handler(Broken, answering("blueprint"))
    register(app)

    @app.before_request
    def before() -> None:
        raise Broken

    assert client.get("/parent/fail/403").text == "blueprint: Broken"
    assert client.get("/fail/403").status_code == 500


def test_a_handler_for_the_whole_application_may_come_from_a_blueprint(
    app: Quaff, client: QuaffClient
) -> None:
    parent, _ = app.extensions["blueprints"]
    parent.app_errorhandler(404)(answering("from blueprint"))
    register(app)
    assert client.get("/nowhere").text == "from blueprint: NotFound"


# -- what it gets, and what is made of its answer ------------------------------------------------


def test_a_handlers_answer_is_200_unless_it_says_otherwise(app: Quaff, client: QuaffClient) -> None:
    app.register_error_handler(404, lambda error: "gone")
    app.register_error_handler(403, lambda error: ("no", error.code, {"X-Why": "because"}))
    response = client.get("/nowhere")
    assert (response.status_code, response.text) == (200, "gone")
    response = client.get("/fail/403")
    assert (response.status_code, response.text) == (403, "no")
    assert response.headers["X-Why"] == "because"


@pytest.mark.parametrize("kind", [500, InternalServerError, HTTPException])
def test_an_unhandled_error_comes_to_handlers_of_500_inside_an_http_error(
    app: Quaff, client: QuaffClient, kind: Any
) -> None:
    errors: list[Any] = []

    @app.errorhandler(kind)
    def handle(error: Any) -> tuple[str, int]:
        errors.append(error)
        return "handled", 500

    assert client.get("/fail/broken").text == "handled"
    assert client.get("/fail/500").text == "handled"
    raised, aborted = errors
    assert isinstance(raised, InternalServerError)
    assert isinstance(raised.original_exception, Broken)
    assert isinstance(aborted, InternalServerError)
    assert aborted.original_exception is None


def test_an_error_in_a_handler_is_an_unhandled_error(
    app: Quaff, client: QuaffClient, logged: pytest.LogCaptureFixture
) -> None:
    @app.errorhandler(LookupError)
    def fail(error: LookupError) -> str:
        raise ValueError("in the handler")

    errors: list[Any] = []

    @app.errorhandler(500)
    def last(error: InternalServerError) -> tuple[str, int]:
        errors.append(error.original_exception)
        return "last", 500

    assert client.get("/fail/broken").text == "last"
    assert [type(error) for error in errors] == [ValueError]
    assert "in the handler" in logged.text


def test_an_error_in_the_handler_of_500_reaches_the_server(app: Quaff, client: QuaffClient) -> None:
    @app.errorhandler(500)
    def fail(error: InternalServerError) -> str:
        raise ValueError("in the last handler")

    with pytest.raises(ValueError, match="in the last handler"):
        client.get("/fail/broken")


def test_teardown_functions_get_the_error_of_the_view_though_the_last_handler_fails(
    app: Quaff, client: QuaffClient
) -> None:
    errors: list[Any] = []
    app.teardown_request(errors.append)

    @app.errorhandler(500)
    def fail(error: InternalServerError) -> str:
        raise ValueError("in the last handler")

    with pytest.raises(ValueError, match="in the last handler"):
        client.get("/fail/broken")
    assert [type(error) for error in errors] == [Broken]


@pytest.mark.parametrize("hooks", [0, 1])
@pytest.mark.parametrize("value", ["\ud800", {"key": object()}])
def test_a_value_that_cannot_be_sent_is_no_error_of_the_view(
    app: Quaff, client: QuaffClient, value: Any, hooks: int
) -> None:
    """Whether anything besides the view takes part in the request or not."""
    errors: list[Any] = []
    for _ in range(hooks):
        app.after_request(lambda response: response)

    @app.errorhandler(UnicodeError)
    @app.errorhandler(TypeError)
    def not_asked(error: Exception) -> str:
        return "not asked"

    @app.errorhandler(500)
    def last(error: InternalServerError) -> tuple[str, int]:
        errors.append(error.original_exception)
        return "last", 500

    app.add_url_rule("/value", view_func=lambda: value, endpoint="value")
    response = client.get("/value")
    assert (response.status_code, response.text) == (500, "last")
    assert isinstance(errors[0], UnicodeError | TypeError)


def test_aborting_with_a_response_passes_all_handlers_by(app: Quaff, client: QuaffClient) -> None:
    app.register_error_handler(Exception, answering("any"))
    app.register_error_handler(418, answering("status"))
    response = client.get("/fail/response")
    assert (response.status_code, response.text) == (418, "whole")


def test_redirects_of_the_router_pass_all_handlers_by(app: Quaff, client: QuaffClient) -> None:
    app.register_error_handler(Exception, answering("any"))
    response = client.get("/slash?a=1")
    assert response.status_code == 308
    assert response.headers["Location"] == "http://localhost/slash/?a=1"


def test_an_http_error_may_bring_its_response(app: Quaff, client: QuaffClient) -> None:
    @app.route("/own")
    def own() -> str:
        raise Forbidden(response=WerkzeugResponse("own", status=403))

    response = client.get("/own")
    assert (response.status_code, response.text) == (403, "own")


def test_an_http_error_may_be_returned(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/return", view_func=lambda: NotFound("gone away"), endpoint="return")
    app.register_error_handler(404, answering("not called"))
    response = client.get("/return")
    assert response.status_code == 404
    assert "gone away" in response.text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 418, 429, 500, 503])
def test_an_http_error_without_handler_is_a_page(
    app: Quaff, client: QuaffClient, status: int
) -> None:
    response = client.get(f"/fail/{status}")
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert f"<title>{response.status.title().split(' ')[0]} " in response.text
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_an_http_error_says_what_belongs_to_it(app: Quaff, client: QuaffClient) -> None:
    response = client.put("/fail/404")
    assert response.status_code == 405
    assert response.allow.as_set() == {"get", "head", "options"}


# -- errors that nobody handles ------------------------------------------------------------------


def test_an_unhandled_error_is_a_500_that_tells_nothing(
    app: Quaff, client: QuaffClient, logged: pytest.LogCaptureFixture
) -> None:
    response = client.get("/fail/broken?a=1")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    [record] = logged.records
    assert record.getMessage() == "Exception on /fail/broken [GET]"
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], Broken)


@pytest.mark.parametrize(
    ("testing", "debug", "propagate", "raises"),
    [
        (False, False, None, False),
        (True, False, None, True),
        (False, True, None, True),
        (True, False, False, False),
        (False, True, False, False),
        (False, False, True, True),
    ],
)
def test_what_decides_whether_errors_propagate(
    app: Quaff,
    client: QuaffClient,
    testing: bool,
    debug: bool,
    propagate: bool | None,
    raises: bool,
) -> None:
    app.config.update(TESTING=testing, DEBUG=debug, PROPAGATE_EXCEPTIONS=propagate)
    app.register_error_handler(500, lambda error: ("handled", 500))
    signalled: list[Any] = []

    def receive(sender: Quaff, exception: Exception) -> None:
        signalled.append(type(exception))

    with got_request_exception.connected_to(receive, app):
        if raises:
            with pytest.raises(Broken):
                client.get("/fail/broken")
        else:
            assert client.get("/fail/broken").text == "handled"
    assert signalled == [Broken]


# -- errors of the client ------------------------------------------------------------------------


def test_a_missing_field_is_a_400_that_tells_nothing(app: Quaff, client: QuaffClient) -> None:
    response = client.get("/fail/key")
    assert response.status_code == 400
    assert "missing" not in response.text


def test_a_missing_field_is_a_key_error_too(app: Quaff, client: QuaffClient) -> None:
    app.register_error_handler(KeyError, lambda error: f"key {error.args[0]}")
    assert client.get("/fail/key").text == "key missing"


def test_a_missing_field_is_raised_in_debug_mode(app: Quaff, client: QuaffClient) -> None:
    app.debug = True
    with pytest.raises(KeyError) as caught:
        client.get("/fail/key")
    assert isinstance(caught.value, BadRequest)
    assert "missing" in caught.value.description  # type: ignore[operator]
    app.config["TRAP_BAD_REQUEST_ERRORS"] = False
    response = client.get("/fail/key")
    assert response.status_code == 400
    assert "missing" in response.text


@pytest.mark.parametrize("kind", ["400", "key"])
def test_bad_requests_can_be_trapped(
    app: Quaff, client: QuaffClient, logged: pytest.LogCaptureFixture, kind: str
) -> None:
    app.config["TRAP_BAD_REQUEST_ERRORS"] = True
    assert client.get(f"/fail/{kind}").status_code == 500
    assert client.get("/fail/404").status_code == 404
    assert len(logged.records) == 1


def test_trapped_http_errors_are_errors_like_any_other(app: Quaff, client: QuaffClient) -> None:
    app.config["TRAP_HTTP_EXCEPTIONS"] = True
    errors: list[Any] = []

    @app.errorhandler(500)
    def handle(error: InternalServerError) -> tuple[str, int]:
        errors.append(error.original_exception)
        return "handled", 500

    assert client.get("/nowhere").status_code == 500
    assert client.post("/fail/404").status_code == 500
    assert [type(error) for error in errors] == [NotFound, MethodNotAllowed]
    app.testing = True
    with pytest.raises(NotFound):
        client.get("/nowhere")


def test_in_debug_mode_a_redirect_that_would_lose_a_form_is_explained(
    app: Quaff, client: QuaffClient
) -> None:
    @app.url_value_preprocessor
    def use_301(endpoint: str | None, values: Any) -> None:
        assert isinstance(request.routing_exception, RequestRedirect)
        request.routing_exception.code = 301

    app.add_url_rule("/form/", view_func=lambda: "x", methods=["GET", "POST"], endpoint="form")
    assert client.post("/form").status_code == 301
    app.debug = True
    assert client.get("/form").status_code == 301
    with pytest.raises(AssertionError, match="canonical URL 'http://localhost/form/'"):
        client.post("/form")


def test_a_response_class_of_ones_own_makes_error_pages_too(gateway: Gateway) -> None:
    class Own(Response):
        default_mimetype = "text/plain"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.headers["X-Own"] = "1"

    class App(Quaff):
        response_class = Own

    app = App("example", static_folder=None)
    response = app.test_client(gateway=gateway).get("/nowhere")
    assert response.status_code == 404
    assert response.headers["X-Own"] == "1"
