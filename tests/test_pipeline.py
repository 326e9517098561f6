"""The life of a request: what runs, in which order, and how often, on every gateway."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar, copy_context
from typing import Any

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from quaff import (
    Blueprint,
    MethodView,
    Quaff,
    after_this_request,
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    current_app,
    g,
    got_request_exception,
    has_app_context,
    render_template_string,
    request,
    request_finished,
    request_started,
    request_tearing_down,
    session,
    threads,
)
from quaff.testing import QuaffClient
from tests.each_gateway import Gateway, deliver


@pytest.fixture
def steps() -> list[str]:
    """What happened, in order."""
    return []


class Recorder:
    """Makes functions that write down that they ran.

    Args:
        steps: where they write.
        style: "plain" and "async" functions, or both in turn.
    """

    def __init__(self, steps: list[str], style: str = "plain") -> None:
        self.steps = steps
        self.style = style
        self.made = 0

    def __call__(self, name: str, result: Any = None) -> Callable[..., Any]:
        """A function that writes `name`; it returns `result`, or its argument if that is `...`."""

        def plain(*args: Any, **kwargs: Any) -> Any:
            self.steps.append(name)
            return args[0] if result is ... else result

        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            return plain(*args, **kwargs)

        self.made += 1
        is_async = self.style == "async" or (self.style == "mixed" and self.made % 2)
        function: Callable[..., Any] = coroutine if is_async else plain
        function.__name__ = name.replace(" ", "_")
        return function


@contextmanager
def signals(app: Quaff, record: Recorder) -> Iterator[None]:
    """While this is open, the signals of a request are recorded too."""
    with ExitStack() as stack:
        for signal in (
            appcontext_pushed,
            request_started,
            request_finished,
            request_tearing_down,
            appcontext_tearing_down,
            appcontext_popped,
        ):
            stack.enter_context(signal.connected_to(record(signal.name), app))
        yield


# -- the order of things -------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["plain", "async", "mixed"])
def test_the_life_of_a_request(
    app: Quaff, client: QuaffClient, steps: list[str], style: str
) -> None:
    record = Recorder(steps, style)
    app.before_request(record("before"))
    app.after_request(record("after", ...))
    app.teardown_request(record("teardown request"))
    app.teardown_appcontext(record("teardown context"))
    app.add_url_rule("/", view_func=record("view", "body"))
    plain = Recorder(steps)
    with signals(app, plain):
        assert client.get("/").text == "body"
    assert steps == [
        "appcontext-pushed",
        "request-started",
        "before",
        "view",
        "after",
        "request-finished",
        "teardown request",
        "request-tearing-down",
        "teardown context",
        "appcontext-tearing-down",
        "appcontext-popped",
    ]
    assert not has_app_context()


def test_what_comes_between_two_requests_counts_for_the_second(
    app: Quaff, client: QuaffClient, steps: list[str]
) -> None:
    record = Recorder(steps)
    app.secret_key = "key"

    @app.route("/")
    def view() -> str:
        steps.append("view")
        if "cookie" in request.args:
            session["seen"] = True
        if "after" in request.args:
            after_this_request(record("after", ...))
        return "body"

    assert client.get("/").text == "body"
    with request_started.connected_to(record("signal"), app):
        client.get("/")
    client.get("/?after=1")
    assert "Set-Cookie" in client.get("/?cookie=1").headers
    with request_finished.connected_to(record("signal"), app):
        assert client.head("/").headers["Content-Length"] == "4"
    client.get("/")
    assert steps == ["view", "signal", "view", "view", "after", "view", "view", "signal", "view"]
    app.after_request_funcs.setdefault(None, []).append(record("hook", ...))
    client.get("/")
    assert steps[-2:] == ["view", "hook"]


@pytest.mark.parametrize("style", ["plain", "async"])
def test_receivers_of_signals_may_be_async(
    app: Quaff, client: QuaffClient, steps: list[str], style: str
) -> None:
    app.add_url_rule("/", view_func=Recorder(steps, style)("view", "body"))
    with signals(app, Recorder(steps, "async")):
        assert client.get("/").text == "body"
    assert steps == [
        "appcontext-pushed",
        "request-started",
        "view",
        "request-finished",
        "request-tearing-down",
        "appcontext-tearing-down",
        "appcontext-popped",
    ]


@pytest.mark.parametrize("style", ["plain", "async", "mixed"])
def test_hooks_of_nested_blueprints(
    app: Quaff, client: QuaffClient, steps: list[str], style: str
) -> None:
    record = Recorder(steps, style)
    parent = Blueprint("parent", __name__)
    child = Blueprint("child", __name__)
    for scope, name in ((app, "app"), (parent, "parent"), (child, "child")):
        scope.url_value_preprocessor(record(f"values {name}"))
        for number in (1, 2):
            scope.before_request(record(f"before {name} {number}"))
            scope.after_request(record(f"after {name} {number}", ...))
            scope.teardown_request(record(f"teardown {name} {number}"))
    for number in (1, 2):
        app.teardown_appcontext(record(f"teardown context {number}"))

    @child.route("/")
    def view() -> str:
        after_this_request(record("after this 1", ...))
        after_this_request(record("after this 2", ...))
        steps.append("view")
        return "body"

    parent.register_blueprint(child)
    app.register_blueprint(parent)
    assert client.get("/").text == "body"
    assert steps == [
        "values app",
        "values parent",
        "values child",
        "before app 1",
        "before app 2",
        "before parent 1",
        "before parent 2",
        "before child 1",
        "before child 2",
        "view",
        "after this 1",
        "after this 2",
        "after child 2",
        "after child 1",
        "after parent 2",
        "after parent 1",
        "after app 2",
        "after app 1",
        "teardown child 2",
        "teardown child 1",
        "teardown parent 2",
        "teardown parent 1",
        "teardown app 2",
        "teardown app 1",
        "teardown context 2",
        "teardown context 1",
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/", 405), ("OPTIONS", "/", 200), ("GET", "/slash", 308)],
)
def test_hooks_run_where_no_view_does(
    app: Quaff, client: QuaffClient, steps: list[str], method: str, path: str, status: int
) -> None:
    record = Recorder(steps)
    seen = []
    app.before_request(lambda: seen.append((request.endpoint, request.routing_exception)))
    app.before_request(record("before"))
    app.after_request(record("after", ...))
    app.teardown_request(record("teardown"))
    app.add_url_rule("/", view_func=record("view"), endpoint="index")
    app.add_url_rule("/slash/", view_func=record("view"), endpoint="slash")
    assert client.open(path, method=method).status_code == status
    assert steps == ["before", "after", "teardown"]
    [(endpoint, error)] = seen
    if status == 200:
        assert (endpoint, error) == ("index", None)
    else:
        assert endpoint is None
        assert error.code == status


def test_hooks_of_a_blueprint_run_for_its_own_endpoints_only(
    app: Quaff, client: QuaffClient, steps: list[str]
) -> None:
    blueprint = Blueprint("blueprint", __name__, url_prefix="/blueprint")
    blueprint.before_request(Recorder(steps)("blueprint"))
    blueprint.add_url_rule("/", view_func=lambda: "in", endpoint="in")
    app.register_blueprint(blueprint)
    app.before_request(Recorder(steps)("app"))
    app.add_url_rule("/out", view_func=lambda: "out", endpoint="out")
    assert client.get("/blueprint/nowhere").status_code == 404
    assert client.get("/out").text == "out"
    assert steps == ["app", "app"]
    assert client.get("/blueprint/").text == "in"
    assert steps[2:] == ["app", "blueprint"]


def test_a_before_hook_may_answer_in_place_of_the_view(
    app: Quaff, client: QuaffClient, steps: list[str]
) -> None:
    record = Recorder(steps)
    app.before_request(record("first"))
    app.before_request(record("second", "answer"))
    app.before_request(record("third"))
    app.after_request(record("after", ...))
    app.teardown_request(record("teardown"))
    app.add_url_rule("/", view_func=record("view", "body"), endpoint="view")
    assert client.get("/").text == "answer"
    assert steps == ["first", "second", "after", "teardown"]


def test_an_after_hook_may_replace_the_response(app: Quaff, client: QuaffClient) -> None:
    app.after_request(lambda response: app.response_class(f"[{response.get_data(as_text=True)}]"))
    app.add_url_rule("/", view_func=lambda: "body", endpoint="view")
    assert client.get("/").text == "[body]"


def test_url_value_preprocessors_may_change_the_arguments_of_the_view(
    app: Quaff, client: QuaffClient
) -> None:
    @app.url_value_preprocessor
    def take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        assert values is not None
        g.language = values.pop("language")

    @app.route("/<language>/page")
    def page() -> str:
        return str(g.language)

    assert client.get("/de/page").text == "de"


def test_the_session_works_while_the_url_is_matched(app: Quaff, client: QuaffClient) -> None:
    app.secret_key = "key"

    class Own(BaseConverter):
        def to_python(self, value: str) -> str:
            return f"{session.get('name')}/{value}/{request.path}/{current_app.name}"

    app.url_map.converters["own"] = Own
    app.add_url_rule("/<own:value>", view_func=lambda value: value, endpoint="view")
    with client.session_transaction() as saved:
        saved["name"] = "Ada"
    assert client.get("/x").text == "Ada/x//x/example"


# -- errors on the way ---------------------------------------------------------------------------


def test_an_error_in_an_after_hook_runs_the_after_hooks_again_on_the_500(
    app: Quaff, client: QuaffClient, steps: list[str], logged: pytest.LogCaptureFixture
) -> None:
    app.secret_key = "key"
    record = Recorder(steps)

    def fail(response: Any) -> Any:
        steps.append(f"fail {response.status_code}")
        raise LookupError("in a hook")

    app.after_request(record("skipped", ...))
    app.after_request(fail)
    app.after_request(record("first", ...))

    @app.route("/")
    def view() -> str:
        session["x"] = 1
        return "body"

    response = client.get("/")
    assert response.status_code == 500
    assert "Set-Cookie" not in response.headers
    assert steps == ["first", "fail 200", "first", "fail 500"]
    assert [record.getMessage() for record in logged.records] == [
        "Exception on / [GET]",
        "An after_request function failed on the response of an error.",
    ]


def test_an_after_hook_that_returns_nothing_is_a_500_and_named_in_the_log(
    app: Quaff, client: QuaffClient, logged: pytest.LogCaptureFixture
) -> None:
    @app.after_request
    def forgetful(response: Any) -> None:
        pass

    app.add_url_rule("/", view_func=lambda: "body", endpoint="view")
    assert client.get("/").status_code == 500
    assert "forgetful() returned None" in logged.text


def test_hooks_and_session_belong_to_the_response_of_an_unhandled_error(
    app: Quaff, client: QuaffClient, steps: list[str]
) -> None:
    app.secret_key = "key"
    app.after_request(Recorder(steps)("after", ...))

    @app.route("/")
    def view() -> str:
        session["x"] = 1
        raise LookupError

    response = client.get("/")
    assert response.status_code == 500
    assert "session=" in response.headers["Set-Cookie"]
    assert steps == ["after"]


@pytest.mark.parametrize("mode", ["testing", "debug"])
def test_a_propagated_error_reaches_the_server_without_after_hooks(
    app: Quaff, client: QuaffClient, steps: list[str], mode: str
) -> None:
    setattr(app, mode, True)
    record = Recorder(steps)
    app.after_request(record("after", ...))
    app.teardown_request(record("teardown"))

    @app.route("/")
    def view() -> str:
        raise LookupError("in a view")

    with (
        got_request_exception.connected_to(record("signal"), app),
        pytest.raises(LookupError, match="in a view"),
    ):
        client.get("/")
    assert steps == ["signal", "teardown"]
    assert not has_app_context()


@pytest.mark.parametrize("is_async", [False, True])
def test_teardown_functions_get_errors_that_nobody_handled(
    app: Quaff, client: QuaffClient, is_async: bool
) -> None:
    errors: list[Any] = []
    app.teardown_request(errors.append)
    app.teardown_appcontext(errors.append)

    def view(kind: str) -> str:
        raise {"lookup": LookupError(), "value": ValueError(), "abort": NotFound()}[kind]

    async def async_view(kind: str) -> str:
        return view(kind)

    app.add_url_rule("/<kind>", view_func=async_view if is_async else view, endpoint="view")
    app.register_error_handler(ValueError, lambda error: "handled")
    signalled: list[Any] = []

    def receive(sender: Quaff, exception: Exception) -> None:
        signalled.append(exception)

    with got_request_exception.connected_to(receive, app):
        assert client.get("/lookup").status_code == 500
        assert [type(error) for error in errors] == [LookupError, LookupError]
        errors.clear()
        assert client.get("/value").text == "handled"
        assert client.get("/abort").status_code == 404
    assert errors == [None] * 4
    assert [type(error) for error in signalled] == [LookupError]


@pytest.mark.parametrize("style", ["plain", "async", "mixed"])
def test_all_teardown_functions_run_though_some_fail(
    app: Quaff, client: QuaffClient, steps: list[str], style: str
) -> None:
    record = Recorder(steps, style)

    def fail(error: Any) -> None:
        steps.append("fail")
        raise LookupError("first")

    async def fail_too(error: Any) -> None:
        steps.append("fail too")
        raise ValueError("second")

    app.teardown_appcontext(record("context"))
    app.teardown_appcontext(fail_too if style != "plain" else fail)
    app.teardown_request(record("request"))
    app.teardown_request(fail)
    app.add_url_rule("/", view_func=lambda: "body", endpoint="view")
    with pytest.raises(ExceptionGroup) as caught:
        client.get("/")
    assert steps == ["fail", "request", "fail" if style == "plain" else "fail too", "context"]
    assert len(caught.value.exceptions) == 2
    assert not has_app_context()


def test_the_error_of_one_teardown_function_is_raised_as_it_is(
    app: Quaff, client: QuaffClient
) -> None:
    @app.teardown_request
    def fail(error: Any) -> None:
        raise LookupError("alone")

    app.add_url_rule("/", view_func=lambda: "body", endpoint="view")
    with pytest.raises(LookupError, match="alone"):
        client.get("/")


def test_an_error_before_matching_is_a_500(
    app: Quaff, client: QuaffClient, steps: list[str], logged: pytest.LogCaptureFixture
) -> None:
    class Broken(BaseConverter):
        def to_python(self, value: str) -> str:
            raise LookupError("in a converter")

    app.url_map.converters["broken"] = Broken
    app.add_url_rule("/<broken:value>", view_func=lambda value: value, endpoint="view")
    app.teardown_request(Recorder(steps)("teardown"))
    assert client.get("/x").status_code == 500
    assert steps == ["teardown"]
    assert "in a converter" in logged.text


def test_an_exit_in_a_view_is_not_an_error_page_but_tears_down() -> None:
    app = Quaff("example")
    errors: list[Any] = []
    app.teardown_request(errors.append)

    @app.route("/")
    def view() -> str:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        app.test_client().get("/")
    assert [type(error) for error in errors] == [SystemExit]
    assert not has_app_context()


def test_an_error_can_be_hidden_from_teardown_functions(gateway: Gateway) -> None:
    class Forgiving(Quaff):
        def should_ignore_error(self, error: BaseException | None) -> bool:
            return isinstance(error, LookupError)

    app = Forgiving("example", static_folder=None)
    errors: list[Any] = []
    app.teardown_request(errors.append)

    @app.route("/")
    def view() -> str:
        raise LookupError

    assert app.test_client(gateway=gateway).get("/").status_code == 500
    assert errors == [None]


# -- async functions everywhere ------------------------------------------------------------------


def test_every_function_of_an_application_may_be_async(app: Quaff, client: QuaffClient) -> None:
    app.secret_key = "key"
    blueprint = Blueprint("blueprint", __name__, url_prefix="/blueprint")

    class Class(MethodView):
        async def get(self) -> str:
            await asyncio.sleep(0)
            return f"{g.before} class"

    @app.before_request
    async def before() -> None:
        await asyncio.sleep(0)
        g.before = "before"

    @app.errorhandler(LookupError)
    async def handle(error: LookupError) -> str:
        await asyncio.sleep(0)
        return f"{g.before} handled {error}"

    @blueprint.errorhandler(404)
    async def handle_in_blueprint(error: NotFound) -> tuple[str, int]:
        return f"{g.before} {error.code}", 404

    @app.after_request
    async def after(response: Any) -> Any:
        await asyncio.sleep(0)
        response.headers["X-After"] = g.before
        return response

    @app.context_processor
    async def variables() -> dict[str, str]:
        return {"before": g.before}

    @app.route("/fail")
    async def fail() -> str:
        raise LookupError("error")

    @blueprint.route("/fail")
    async def fail_in_blueprint() -> str:
        raise NotFound

    @app.route("/template")
    def template() -> str:
        return render_template_string("{{ before }} template")

    app.add_url_rule("/class", view_func=Class.as_view("class"))
    app.register_blueprint(blueprint)
    for path, status, text in (
        ("/class", 200, "before class"),
        ("/fail", 200, "before handled error"),
        ("/blueprint/fail", 404, "before 404"),
    ):
        response = client.get(path)
        assert (response.status_code, response.text) == (status, text)
        assert response.headers["X-After"] == "before"


def test_async_context_processors(app: Quaff, client: QuaffClient) -> None:
    @app.context_processor
    async def variables() -> dict[str, str]:
        await asyncio.sleep(0)
        return {"name": request.path}

    @app.route("/plain")
    def plain() -> str:
        return render_template_string("{{ name }}")

    assert client.get("/plain").text == "/plain"


variable: ContextVar[str] = ContextVar("variable", default="")


@pytest.mark.parametrize("view_is_async", [False, True])
def test_what_one_function_sets_the_next_one_sees(
    app: Quaff, client: QuaffClient, view_is_async: bool
) -> None:
    app.secret_key = "key"
    after: list[str] = []

    def note(who: str) -> str:
        known = f"{variable.get()}|{g.get('value', '')}|{session.get('value', '')}|{request.path}"
        variable.set(who)
        g.value = session["value"] = who
        return known

    async def async_note(who: str) -> str:
        await asyncio.sleep(0)
        return note(who)

    @app.before_request
    async def first() -> None:
        after.append(await async_note("async before"))

    @app.before_request
    def second() -> None:
        after.append(note("sync before"))

    def view() -> str:
        after.append(note("view"))
        return "body"

    async def async_view() -> str:
        await asyncio.sleep(0)
        return view()

    @app.after_request
    def sync_after(response: Any) -> Any:
        after.append(note("sync after"))
        return response

    @app.after_request
    async def async_after(response: Any) -> Any:
        after.append(await async_note("async after"))
        return response

    @app.teardown_request
    async def end(error: Any) -> None:
        after.append(await async_note("async end"))

    app.add_url_rule("/path", view_func=async_view if view_is_async else view, endpoint="view")
    # What a request sets stays in the thread that served it: here the test's.
    assert copy_context().run(client.get, "/path").text == "body"
    assert after == [
        "|||/path",
        "async before|async before|async before|/path",
        "sync before|sync before|sync before|/path",
        "view|view|view|/path",
        "async after|async after|async after|/path",
        "sync after|sync after|sync after|/path",
    ]


def test_a_plain_function_may_return_a_coroutine(app: Quaff, client: QuaffClient) -> None:
    """As the wrapper of a decorator does that knows nothing of coroutines."""

    async def inner() -> tuple[str, int]:
        await asyncio.sleep(0)
        return request.path, 201

    app.add_url_rule("/", view_func=lambda: inner(), endpoint="view")
    response = client.get("/")
    assert (response.text, response.status_code) == ("/", 201)


def test_a_callable_object_may_be_a_view(app: Quaff, client: QuaffClient) -> None:
    class Plain:
        def __call__(self) -> str:
            return "plain"

    class Later:
        async def __call__(self) -> str:
            await asyncio.sleep(0)
            return "later"

    app.add_url_rule("/plain", view_func=Plain(), endpoint="plain")
    app.add_url_rule("/later", view_func=Later(), endpoint="later")
    assert client.get("/plain").text == "plain"
    assert client.get("/later").text == "later"


# -- threads and loops ---------------------------------------------------------------------------


def places_of(app: Quaff) -> list[threading.Thread]:
    """Where the functions of each later request run."""
    places: list[threading.Thread] = []

    def note(*args: Any) -> Any:
        places.append(threading.current_thread())
        return args[0] if args else None

    app.before_request(note)
    app.after_request(note)
    app.teardown_request(lambda error: note() and None)

    @app.route("/sync")
    def sync() -> str:
        note()
        return "body"

    @app.route("/async")
    async def later() -> str:
        await asyncio.sleep(0)
        note()
        return "body"

    return places


@pytest.mark.parametrize("gateway", ["asgi", "rsgi"], indirect=True)
def test_a_route_of_plain_functions_is_served_by_one_thread(app: Quaff, gateway: Gateway) -> None:
    places = places_of(app)
    assert deliver(app, gateway, target="/sync").text == "body"
    assert len(places) == 4
    assert len(set(places)) == 1
    assert places[0] is not threading.main_thread()


@pytest.mark.parametrize("gateway", ["asgi", "rsgi"], indirect=True)
def test_such_a_route_goes_to_a_thread_once(
    app: Quaff, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    places_of(app)
    hops: list[Any] = []
    original = threads.in_thread

    async def counting(function: Any, *args: Any, **options: Any) -> Any:
        hops.append(function)
        return await original(function, *args, **options)

    monkeypatch.setattr(threads, "in_thread", counting)
    assert deliver(app, gateway, target="/sync").text == "body"
    assert len(hops) == 1


def test_a_task_outlives_the_request_that_started_it(app: Quaff, client: QuaffClient) -> None:
    done = threading.Event()
    tasks: set[Any] = set()

    async def later() -> None:
        await asyncio.sleep(0.01)
        assert request.path == "/"
        done.set()

    @app.route("/")
    async def view() -> str:
        tasks.add(asyncio.create_task(later()))
        return "body"

    assert client.get("/").text == "body"
    assert done.wait(10)


@pytest.mark.parametrize("gateway", ["asgi", "rsgi"], indirect=True)
def test_of_a_route_with_an_async_view_only_the_plain_functions_leave_the_servers_loop(
    app: Quaff, gateway: Gateway
) -> None:
    places = places_of(app)
    assert deliver(app, gateway, target="/async").text == "body"
    main = threading.main_thread()
    assert [place is main for place in places] == [False, True, False, False]


@pytest.mark.parametrize("gateway", ["asgi", "rsgi"], indirect=True)
@pytest.mark.parametrize("target", ["/sync", "/async"])
def test_without_threads_everything_runs_on_the_servers_loop(
    app: Quaff, gateway: Gateway, target: str
) -> None:
    app.threaded = False
    places = places_of(app)
    assert deliver(app, gateway, target=target).text == "body"
    assert places == [threading.main_thread()] * 4


def test_under_wsgi_async_views_run_on_one_background_loop(app: Quaff) -> None:
    places = places_of(app)
    for _ in range(2):
        assert deliver(app, "wsgi", target="/async").text == "body"
    main = threading.main_thread()
    before, view, *rest = places[:4]
    assert [before, *rest] == [main] * 3
    assert view is not main
    assert places[4:] == places[:4]


@pytest.mark.parametrize("gateway", ["asgi", "rsgi"], indirect=True)
def test_async_code_that_a_thread_calls_back_runs_on_the_servers_loop(
    app: Quaff, gateway: Gateway
) -> None:
    async def where() -> threading.Thread:
        await asyncio.sleep(0)
        return threading.current_thread()

    @app.route("/")
    def view() -> str:
        return str(app.ensure_sync(where)() is threading.main_thread())

    assert deliver(app, gateway).text == "True"


@pytest.mark.parametrize("through", ["client", "server"])
def test_async_code_that_calls_sync_code_that_waits_for_async_code_is_told(
    app: Quaff, client: QuaffClient, gateway: Gateway, through: str
) -> None:
    async def inner() -> str:
        await asyncio.sleep(0)
        return "result"

    @app.route("/")
    async def view() -> Any:
        return app.ensure_sync(inner)()

    app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(RuntimeError, match=r"inner\(\) was to be awaited by blocking") as caught:
        client.get("/") if through == "client" else deliver(app, gateway)
    [note] = caught.value.__notes__
    assert "view() is the async function that called the plain code" in note


@pytest.mark.parametrize("kind", ["view", "hook"])
def test_who_awaits_what_belongs_to_another_loop_is_told(
    app: Quaff, gateway: Gateway, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = asyncio.new_event_loop()

    async def wrong() -> None:
        await other.create_future()

    @app.route("/")
    async def view() -> str:
        if kind == "view":
            await wrong()
        return "body"

    @app.before_request
    async def hook() -> None:
        if kind == "hook":
            await wrong()

    try:
        assert deliver(app, gateway).status == 500
    finally:
        other.close()
    assert f"{kind}() awaited something that belongs to another event loop" in caplog.text


# -- steps that an application replaces ----------------------------------------------------------


@pytest.mark.parametrize("is_async", [False, True])
def test_every_step_may_be_overridden(gateway: Gateway, steps: list[str], is_async: bool) -> None:
    def recorded(name: str) -> Any:
        def step(self: Quaff, *args: Any, **kwargs: Any) -> Any:
            steps.append(name)
            return getattr(Quaff, name)(self, *args, **kwargs)

        return step

    names = [
        "full_dispatch_request",
        "preprocess_request",
        "dispatch_request",
        "handle_user_exception",
        "handle_http_exception",
        "handle_exception",
        "finalize_request",
        "make_response",
        "process_response",
        "do_teardown_request",
        "do_teardown_appcontext",
    ]
    kind: Any = type("Own", (Quaff,), {name: recorded(name) for name in names})
    app = kind("example", static_folder=None)
    record = Recorder(steps, "async" if is_async else "plain")
    app.before_request(record("before"))
    app.after_request(record("after", ...))
    app.teardown_request(record("teardown request"))
    app.teardown_appcontext(record("teardown context"))
    app.add_url_rule("/", view_func=record("view", "body"))

    @app.route("/fail")
    def fail() -> str:
        raise LookupError

    client = app.test_client(gateway=gateway)
    assert client.get("/").text == "body"
    ends = [
        "finalize_request",
        "make_response",
        "process_response",
        "after",
        "do_teardown_request",
        "teardown request",
        "do_teardown_appcontext",
        "teardown context",
    ]
    begins = ["full_dispatch_request", "preprocess_request", "before", "dispatch_request"]
    assert steps == [*begins, "view", *ends]
    steps.clear()
    assert client.get("/fail").status_code == 500
    assert steps == [*begins, "handle_user_exception", "handle_exception", *ends]
    steps.clear()
    assert client.get("/nowhere").status_code == 404
    assert steps == [*begins, "handle_user_exception", "handle_http_exception", *ends]


def test_a_step_may_be_replaced_on_an_instance_between_requests(
    app: Quaff, client: QuaffClient
) -> None:
    app.add_url_rule("/", view_func=lambda: "body", endpoint="view")
    assert client.get("/").text == "body"
    original = app.dispatch_request
    app.dispatch_request = lambda: f"<{original()}>"  # type: ignore[method-assign]
    assert client.get("/").text == "<body>"
    del app.dispatch_request
    assert client.get("/").text == "body"


def test_an_application_may_have_its_own_way_to_call_async_functions(gateway: Gateway) -> None:
    wrapped = []

    class Own(Quaff):
        def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
            wrapped.append(func.__name__)
            return super().ensure_sync(func)

    app = Own("example", static_folder=None)

    @app.before_request
    async def before() -> None:
        g.value = "before"

    @app.route("/")
    async def view() -> str:
        return f"{g.value} view"

    assert app.test_client(gateway=gateway).get("/").text == "before view"
    assert {"before", "view"} <= set(wrapped)
