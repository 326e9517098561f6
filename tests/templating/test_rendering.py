from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import DictLoader, TemplateNotFound
from jinja2 import Environment as PlainEnvironment
from werkzeug.local import LocalProxy

import quaff
from quaff import (
    Blueprint,
    Quaff,
    before_render_template,
    g,
    get_template_attribute,
    render_template,
    render_template_string,
    request,
    session,
    stream_template,
    stream_template_string,
    template_rendered,
)
from quaff.templating import rendering

TEMPLATES = {
    "page.html": "{{ a }}",
    "text.txt": "{{ a }}",
    "names.html": "{{ g.x }}{{ request.path }}{{ session.s }}{{ config.K }}",
    "macros.html": "{% macro greet(name) %}Hello {{ name }}{% endmacro %}{% set n = 5 %}",
    "list.html": "{% for x in xs %}{{ x }},{% endfor %}",
}


@pytest.fixture
def app() -> Quaff:
    app = Quaff("example")
    app.testing = True
    app.secret_key = "key"
    app.jinja_loader = DictLoader(TEMPLATES)
    return app


@pytest.fixture
def context(app: Quaff) -> Iterator[Any]:
    with app.app_context() as context:
        yield context


@pytest.mark.usefixtures("context")
class TestRendering:
    def test_a_template_by_name(self) -> None:
        assert render_template("page.html", a="<") == "&lt;"

    def test_only_some_kinds_of_files_are_escaped(self) -> None:
        assert render_template("text.txt", a="<") == "<"

    def test_the_first_that_exists(self) -> None:
        assert render_template(["nope.html", "page.html", "text.txt"], a="<") == "&lt;"

    def test_none_that_exists(self) -> None:
        with pytest.raises(TemplateNotFound):
            render_template(["nope.html", "nope.txt"])

    def test_a_template_object(self, app: Quaff) -> None:
        assert render_template(app.jinja_env.get_template("page.html"), a=1) == "1"

    def test_a_string_is_escaped(self) -> None:
        assert render_template_string("{{ a }}", a="<") == "&lt;"

    def test_a_string_may_use_files(self) -> None:
        assert render_template_string("{% include 'page.html' %}!", a=1) == "1!"

    def test_a_macro_in_python(self) -> None:
        assert get_template_attribute("macros.html", "greet")("you") == "Hello you"
        assert get_template_attribute("macros.html", "n") == 5
        with pytest.raises(AttributeError):
            get_template_attribute("macros.html", "nope")


@pytest.mark.parametrize(
    "function",
    [
        lambda: render_template("page.html"),
        lambda: render_template_string(""),
        lambda: stream_template("page.html"),
        lambda: stream_template_string(""),
        lambda: get_template_attribute("macros.html", "n"),
    ],
)
def test_without_an_application_the_error_says_what_to_do(function: Any) -> None:
    with pytest.raises(RuntimeError, match=r"with app\.app_context\(\)"):
        function()


# -- variables -----------------------------------------------------------------------------------


def test_a_template_sees_the_context(app: Quaff) -> None:
    app.config["K"] = "config"

    @app.route("/path")
    def view() -> str:
        g.x = "g"
        session["s"] = "session"
        return render_template("names.html")

    assert app.test_client().get("/path").text == "g/pathsessionconfig"


def test_variables_are_the_objects_and_not_proxies(app: Quaff) -> None:
    contexts: list[dict[str, Any]] = []

    def record(sender: Any, context: dict[str, Any], **extra: Any) -> None:
        contexts.append(context)

    with template_rendered.connected_to(record, app), app.test_request_context():
        session["s"] = 1
        render_template("page.html", a=1)
        expected = {
            "a": 1,
            "g": g._get_current_object(),  # type: ignore[attr-defined]
            "request": request._get_current_object(),  # type: ignore[attr-defined]
            "session": session._get_current_object(),  # type: ignore[attr-defined]
        }
        assert contexts == [expected]
        assert not any(type(value) is LocalProxy for value in contexts[0].values())


@pytest.mark.parametrize(("source", "vary"), [("", None), ("{{ session.x }}", "Cookie")])
def test_only_a_template_that_reads_the_session_depends_on_it(
    app: Quaff, source: str, vary: str | None
) -> None:
    app.add_url_rule("/", "view", lambda: render_template_string(source))
    client = app.test_client()
    with client.session_transaction() as data:
        data["x"] = "known"
    response = client.get("/")
    assert response.headers.get("Vary") == vary
    assert response.text == ("known" if source else "")


def test_without_a_request_there_is_none_to_see(app: Quaff) -> None:
    with app.app_context():
        g.x = 1
        assert render_template_string("{{ g.x }}{{ request is defined }}") == "1True"
        with pytest.raises(RuntimeError, match="request context"):
            render_template_string("{{ request.path }}")


def test_variables_beat_blueprint_processors_beat_application_processors(app: Quaff) -> None:
    parent = Blueprint("parent", __name__)
    child = Blueprint("child", __name__)
    app.context_processor(lambda: {"a": "app", "b": "app", "c": "app", "d": "app"})
    parent.context_processor(lambda: {"b": "parent", "c": "parent", "d": "parent"})
    child.context_processor(lambda: {"c": "child", "d": "child"})
    source = "{{ a }} {{ b }} {{ c }} {{ d }}"
    child.add_url_rule("/", "view", lambda: render_template_string(source, d="given"))
    app.add_url_rule("/app", "view", lambda: render_template_string(source, d="given"))
    parent.register_blueprint(child, url_prefix="/child")
    app.register_blueprint(parent, url_prefix="/parent")
    client = app.test_client()
    assert client.get("/parent/child/").text == "app parent child given"
    assert client.get("/app").text == "app app app given"


def test_a_processor_may_come_while_a_context_is_open(app: Quaff) -> None:
    with app.test_request_context():
        render_template("page.html")
        app.context_processor(lambda: {"a": "new"})
        assert render_template("page.html") == "new"


def test_a_processor_may_be_async(app: Quaff) -> None:
    @app.context_processor
    async def injected() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"a": request.path}

    app.add_url_rule("/x", "view", lambda: render_template("page.html"))
    assert app.test_client().get("/x").text == "/x"


@pytest.mark.parametrize("gateway", ["wsgi", "asgi", "rsgi"])
@pytest.mark.parametrize("waits", [False, True])
def test_an_async_view_renders_what_waits_in_a_thread(
    app: Quaff, gateway: Any, waits: bool
) -> None:
    app.testing = True

    @app.context_processor
    async def injected() -> dict[str, Any]:
        if waits:
            await asyncio.sleep(0)
        return {"a": request.path}

    @app.get("/here")
    async def here() -> str:
        return render_template("page.html")

    @app.get("/thread")
    async def in_a_thread() -> str:
        return await asyncio.to_thread(render_template, "page.html")

    client = app.test_client(gateway=gateway)
    assert client.get("/thread").text == "/thread"
    if waits:
        with pytest.raises(RuntimeError, match=r"injected\(\) was to be awaited .*to_thread"):
            client.get("/here")
    else:
        assert client.get("/here").text == "/here"


@pytest.mark.parametrize("gateway", ["wsgi", "asgi", "rsgi"])
def test_an_async_view_renders_by_an_async_environment(gateway: Any) -> None:
    class App(Quaff):
        jinja_options = {"enable_async": True}  # noqa: RUF012

    app = App("example")

    @app.get("/")
    async def view() -> str:
        return render_template_string("{% for x in [1, 2] %}{{ x }}{% endfor %} {{ y }}", y="<")

    @app.get("/stream")
    async def stream() -> Any:
        return stream_template_string("{% for x in [1, 2] %}{{ x }}{% endfor %} {{ y }}", y="<")

    client = app.test_client(gateway=gateway)
    assert client.get("/").text == client.get("/stream").text == "12 &lt;"


def test_a_template_of_another_application_has_its_own_processors(app: Quaff) -> None:
    other = Quaff("other")
    other.context_processor(lambda: {"a": "other"})
    app.context_processor(lambda: {"a": "app"})
    with app.test_request_context():
        given: dict[str, Any] = {}
        other.update_template_context(given)
    assert given["a"] == "other"


# -- signals -------------------------------------------------------------------------------------


def test_signals_enclose_the_rendering(app: Quaff) -> None:
    log: list[Any] = []

    def before(sender: Any, template: Any, context: dict[str, Any]) -> None:
        log.append(("before", sender, template.name, context["a"]))
        context["a"] = "changed"

    def after(sender: Any, template: Any, context: dict[str, Any]) -> None:
        log.append(("after", sender, template.name, context["a"]))

    with (
        before_render_template.connected_to(before, app),
        template_rendered.connected_to(after, app),
        app.app_context(),
    ):
        assert render_template("page.html", a="given") == "changed"
        assert log == [
            ("before", app, "page.html", "given"),
            ("after", app, "page.html", "changed"),
        ]
        log.clear()
        stream = stream_template("page.html", a="given")
        assert len(log) == 1
        assert list(stream) == ["changed"]
        assert len(log) == 2


def test_a_receiver_may_be_async(app: Quaff) -> None:
    names: list[str | None] = []

    async def record(sender: Any, template: Any, **extra: Any) -> None:
        await asyncio.sleep(0)
        names.append(template.name)

    with template_rendered.connected_to(record, app), app.app_context():
        render_template("page.html")
    assert names == ["page.html"]


def test_tracing_tools_may_replace_the_rendering(
    app: Quaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = rendering._render

    def traced(app: Any, template: Any, context: Any) -> str:
        return f"[{template.name} {original(app, template, context)}]"

    monkeypatch.setattr(rendering, "_render", traced)
    with app.app_context():
        assert render_template("page.html", a=1) == "[page.html 1]"
        assert render_template_string("{{ a }}", a=2) == "[None 2]"


# -- streams -------------------------------------------------------------------------------------


def test_a_stream_keeps_the_request_until_its_end(app: Quaff) -> None:
    log: list[str] = []

    @app.route("/path")
    def view() -> Iterator[str]:
        def numbers() -> Iterator[str]:
            for number in range(3):
                log.append(f"{number} of {request.path}")
                yield str(number)

        return stream_template("list.html", xs=numbers())

    app.teardown_request(lambda error: log.append("teardown"))
    assert app.test_client().get("/path").text == "0,1,2,"
    assert log == ["0 of /path", "1 of /path", "2 of /path", "teardown"]


def test_a_stream_of_a_string(app: Quaff) -> None:
    app.add_url_rule("/", "view", lambda: stream_template_string("{{ request.path }}{{ x }}", x=1))
    assert app.test_client().get("/").text == "/1"


def test_a_stream_works_without_a_request(app: Quaff) -> None:
    with app.app_context():
        stream = stream_template("list.html", xs=iter("ab"))
        g.x = 1
        assert "".join(stream) == "a,b,"


def test_an_error_in_a_stream_is_raised_where_it_is_read(app: Quaff) -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    with app.app_context():
        stream = stream_template("list.html", xs=failing())
        assert next(stream) == "1"
        with pytest.raises(ZeroDivisionError):
            list(stream)


def test_templates_may_await() -> None:
    class App(Quaff):
        jinja_options = {"enable_async": True}  # noqa: RUF012

    async def slow() -> str:
        await asyncio.sleep(0)
        return "<slow>"

    app = App("example")
    with app.app_context():
        assert render_template_string("{{ slow() }}", slow=slow) == "&lt;slow&gt;"
        assert "".join(stream_template_string("{{ slow() }}!", slow=slow)) == "&lt;slow&gt;!"


def test_the_public_names_are_those_of_the_package() -> None:
    for name in rendering.__all__:
        assert getattr(quaff, name) is getattr(rendering, name)


def test_an_application_may_use_jinjas_own_environment() -> None:
    class App(Quaff):
        def create_jinja_environment(self) -> Any:
            return PlainEnvironment(autoescape=True)

    app = App("example")
    with app.app_context():
        assert render_template_string("{{ a }}", a="<") == "&lt;"
