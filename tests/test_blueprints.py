"""Blueprints: what a registration adds to an application, and under which name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quaff import Blueprint, Quaff, render_template_string, request, url_for
from quaff.blueprints import BlueprintSetupState
from quaff.testing import QuaffClient


def page() -> str:
    """A view that answers under which names it was found."""
    return f"{request.endpoint} {request.blueprint} {request.blueprints}"


def with_page(name: str, **options: Any) -> Blueprint:
    """A blueprint with a view at /page."""
    blueprint = Blueprint(name, __name__, **options)
    blueprint.add_url_rule("/page", view_func=page)
    return blueprint


# -- URLs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "given", "rule", "url"),
    [
        (None, None, "/page", "/page"),
        ("/own", None, "/page", "/own/page"),
        ("/own", "/given", "/page", "/given/page"),
        ("/own", "", "/page", "/page"),
        ("/own/", None, "/page", "/own/page"),
        ("/own", None, "page", "/own/page"),
        ("/own", None, "", "/own"),
        ("/own/", None, "", "/own/"),
        ("/own", None, "/", "/own/"),
    ],
)
def test_the_prefix_stands_before_the_rule(
    app: Quaff, client: QuaffClient, own: str | None, given: str | None, rule: str, url: str
) -> None:
    blueprint = Blueprint("blueprint", __name__, url_prefix=own)
    blueprint.add_url_rule(rule, view_func=page)
    app.register_blueprint(blueprint, **({} if given is None else {"url_prefix": given}))
    assert client.get(url).text == "blueprint.page blueprint ['blueprint']"
    with app.test_request_context():
        assert url_for("blueprint.page") == url


@pytest.mark.parametrize(
    ("outer", "outer_given", "inner", "inner_given", "url"),
    [
        ("/outer", {}, "/inner", {}, "/outer/inner/page"),
        ("/outer", {}, None, {}, "/outer/page"),
        (None, {}, "/inner", {}, "/inner/page"),
        ("/outer", {"url_prefix": "/o"}, "/inner", {"url_prefix": "/i"}, "/o/i/page"),
        ("/outer/", {}, "/inner", {}, "/outer/inner/page"),
    ],
)
def test_prefixes_of_nested_blueprints_are_joined(
    app: Quaff,
    client: QuaffClient,
    outer: str | None,
    outer_given: dict[str, str],
    inner: str | None,
    inner_given: dict[str, str],
    url: str,
) -> None:
    parent = Blueprint("parent", __name__, url_prefix=outer)
    parent.register_blueprint(with_page("child", url_prefix=inner), **inner_given)
    app.register_blueprint(parent, **outer_given)
    names = "parent.child ['parent.child', 'parent']"
    assert client.get(url).text == f"parent.child.page {names}"


def test_subdomains_of_nested_blueprints_are_joined_inner_first() -> None:
    app = Quaff("example", static_folder=None, subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.example"
    parent = Blueprint("parent", __name__, subdomain="parent")
    parent.register_blueprint(with_page("child", subdomain="child"))
    parent.register_blueprint(with_page("plain"))
    parent.register_blueprint(with_page("given"), subdomain="given")
    app.register_blueprint(parent)
    client = app.test_client()
    for host, name in (("child.parent", "child"), ("parent", "plain"), ("given.parent", "given")):
        response = client.get("/page", base_url=f"http://{host}.site.example/")
        assert response.text.startswith(f"parent.{name}.page")


def test_defaults_of_urls_belong_to_their_blueprint_alone(app: Quaff, client: QuaffClient) -> None:
    def view(**values: Any) -> Any:
        return values

    parent = Blueprint("parent", __name__, url_prefix="/parent", url_defaults={"a": 1, "b": 2})
    child = Blueprint("child", __name__, url_prefix="/child")
    for blueprint in (parent, child):
        blueprint.add_url_rule("/view", view_func=view, defaults={"b": 3})
    parent.register_blueprint(child)
    app.register_blueprint(parent, url_defaults={"c": 4})
    assert client.get("/parent/view").json == {"a": 1, "b": 3, "c": 4}
    assert client.get("/parent/child/view").json == {"b": 3}


# -- names ---------------------------------------------------------------------------------------


def test_a_blueprint_may_be_registered_again_under_another_name(
    app: Quaff, client: QuaffClient
) -> None:
    blueprint = Blueprint("blueprint", __name__)
    ran: list[str] = []
    blueprint.before_request(lambda: ran.append("own"))
    blueprint.before_app_request(lambda: ran.append("app"))
    blueprint.add_url_rule("/here", view_func=lambda: url_for(".there"), endpoint="here")
    blueprint.add_url_rule("/there", view_func=page, endpoint="there")
    app.register_blueprint(blueprint, url_prefix="/one")
    app.register_blueprint(blueprint, url_prefix="/two", name="again")
    assert client.get("/one/here").text == "/one/there"
    assert client.get("/two/here").text == "/two/there"
    assert client.get("/two/there").text == "again.there again ['again']"
    # Hooks for the whole application were added once.
    assert ran == ["app", "own"] * 3
    assert list(app.blueprints) == ["blueprint", "again"]
    assert list(app.iter_blueprints()) == [blueprint, blueprint]


def test_a_nested_blueprint_may_have_another_name_in_each_parent(
    app: Quaff, client: QuaffClient
) -> None:
    child = with_page("child")
    for name in ("one", "two"):
        parent = Blueprint(name, __name__, url_prefix=f"/{name}")
        parent.register_blueprint(child, name=f"{name}s")
        app.register_blueprint(parent)
    assert client.get("/one/page").text == "one.ones.page one.ones ['one.ones', 'one']"
    assert client.get("/two/page").text == "two.twos.page two.twos ['two.twos', 'two']"


def test_blueprints_of_one_name_may_be_nested_in_different_parents(
    app: Quaff, client: QuaffClient
) -> None:
    for name in ("one", "two"):
        parent = Blueprint(name, __name__, url_prefix=f"/{name}")
        parent.register_blueprint(with_page("same"))
        app.register_blueprint(parent)
    assert client.get("/two/page").text.startswith("two.same.page")


def test_one_blueprint_may_serve_several_applications() -> None:
    blueprint = Blueprint("blueprint", __name__)
    blueprint.add_url_rule("/page", view_func=page)
    calls: list[Any] = []
    blueprint.record_once(lambda state: calls.append(state.app))
    apps = [Quaff("one", static_folder=None), Quaff("two", static_folder=None)]
    for app in apps:
        app.register_blueprint(blueprint)
        assert app.test_client().get("/page").status_code == 200
    assert calls == apps


@pytest.mark.parametrize(("endpoint", "view_name"), [("a.b", "page"), (None, "a.b"), ("a.b", None)])
def test_dots_separate_blueprints_and_stand_in_no_other_name(
    endpoint: str | None, view_name: str | None
) -> None:
    blueprint = Blueprint("blueprint", __name__)
    view = None
    if view_name is not None:

        def view() -> str:
            return ""

        view.__name__ = view_name
    with pytest.raises(ValueError, match="may not contain a dot"):
        blueprint.add_url_rule("/", endpoint, view)


@pytest.mark.parametrize("name", ["", "a.b"])
def test_a_blueprint_has_a_name_without_dots(name: str) -> None:
    with pytest.raises(ValueError, match="'name' of a blueprint may not"):
        Blueprint(name, __name__)


# -- what is recorded ----------------------------------------------------------------------------


def test_deferred_functions_see_the_registration(app: Quaff) -> None:
    states: list[BlueprintSetupState] = []
    blueprint = Blueprint("blueprint", __name__, url_prefix="/own")
    blueprint.record(states.append)
    app.register_blueprint(blueprint, extra=1)
    app.register_blueprint(blueprint, name="again", url_prefix="/again")
    first, second = states
    assert (first.app, first.blueprint) == (app, blueprint)
    assert first.options["extra"] == 1
    assert (first.name, first.url_prefix, first.first_registration) == ("blueprint", "/own", True)
    assert (second.name, second.url_prefix, second.first_registration) == ("again", "/again", False)


def test_deferred_functions_may_add_rules(app: Quaff, client: QuaffClient) -> None:
    blueprint = Blueprint("blueprint", __name__, url_prefix="/own", url_defaults={"a": 1})

    def add(state: BlueprintSetupState) -> None:
        state.add_url_rule("/added", "added", lambda a: f"{request.endpoint} {a}")

    blueprint.record(add)
    app.register_blueprint(blueprint)
    assert client.get("/own/added").text == "blueprint.added 1"


def test_a_blueprint_class_may_have_a_state_of_its_own(app: Quaff) -> None:
    class State(BlueprintSetupState):
        pass

    class Own(Blueprint):
        def make_setup_state(self, *args: Any, **kwargs: Any) -> BlueprintSetupState:
            return State(self, *args, **kwargs)

    states: list[Any] = []
    blueprint = Own("own", __name__)
    blueprint.record(states.append)
    app.register_blueprint(blueprint)
    assert [type(state) for state in states] == [State]


def test_everything_for_the_whole_application(app: Quaff, client: QuaffClient) -> None:
    blueprint = Blueprint("blueprint", __name__)
    ran: list[str] = []
    blueprint.before_app_request(lambda: ran.append("before"))
    blueprint.after_app_request(lambda response: (ran.append("after"), response)[1])
    blueprint.teardown_app_request(lambda error: ran.append("teardown"))
    blueprint.app_url_value_preprocessor(lambda endpoint, values: ran.append("values"))
    blueprint.app_url_defaults(lambda endpoint, values: values.setdefault("q", "default"))
    blueprint.app_context_processor(lambda: {"variable": "variable"})
    blueprint.app_template_filter("twice")(lambda value: value * 2)
    blueprint.add_app_template_filter(str.upper, "shout")
    blueprint.app_template_test("long")(lambda value: len(value) > 3)
    blueprint.add_app_template_test(str.isdigit, "numeric")
    blueprint.app_template_global("one")(lambda: "1")
    blueprint.add_app_template_global(lambda: "2", "two")

    @blueprint.app_template_filter
    def plain(value: str) -> str:
        return f"<{value}>"

    template = (
        "{{ variable|twice }} {{ 'a'|shout }} {{ 'abcd' is long }} {{ '1' is numeric }} "
        "{{ one() }}{{ two() }} {{ ('x'|plain)|safe }} {{ url_for('index') }}"
    )
    app.register_blueprint(blueprint)
    app.add_url_rule("/", view_func=lambda: render_template_string(template), endpoint="index")
    expected = "variablevariable A True True 12 <x> /?q=default"
    assert client.get("/").text == expected
    assert ran == ["values", "before", "after", "teardown"]


def test_a_view_may_be_given_to_an_endpoint_of_the_blueprint(
    app: Quaff, client: QuaffClient
) -> None:
    blueprint = Blueprint("blueprint", __name__)
    blueprint.add_url_rule("/page", endpoint="page")
    blueprint.endpoint("blueprint.page")(page)
    app.register_blueprint(blueprint)
    assert client.get("/page").text.startswith("blueprint.page")


def test_hooks_of_a_parent_hold_for_its_children(app: Quaff, client: QuaffClient) -> None:
    parent = Blueprint("parent", __name__, url_prefix="/parent")
    child = Blueprint("child", __name__, url_prefix="/child")
    seen: list[str] = []
    parent.before_request(lambda: seen.append("before"))
    parent.context_processor(lambda: {"name": "parent", "only": "parent"})
    child.context_processor(lambda: {"name": "child"})
    parent.register_error_handler(LookupError, lambda error: "handled by parent")
    parent.url_value_preprocessor(lambda endpoint, values: seen.append(str(endpoint)))

    @child.route("/fail")
    def fail() -> str:
        raise LookupError

    @child.route("/template")
    def template() -> str:
        return render_template_string("{{ name }} {{ only }}")

    parent.register_blueprint(child)
    app.register_blueprint(parent)
    assert client.get("/parent/child/fail").text == "handled by parent"
    assert client.get("/parent/child/template").text == "child parent"
    assert seen == ["parent.child.fail", "before", "parent.child.template", "before"]


@pytest.mark.parametrize("gateway", ["wsgi", "asgi", "rsgi"])
def test_an_endpoint_of_the_application_may_have_dots(app: Quaff, gateway: Any) -> None:
    app.add_url_rule("/", view_func=page, endpoint="no.such.page")
    app.register_blueprint(with_page("blueprint"))
    app.add_url_rule("/beside", view_func=page, endpoint="blueprint.child.page")
    client = app.test_client(gateway=gateway)
    assert client.get("/").text == "no.such.page no.such ['no.such', 'no']"
    names = "blueprint.child ['blueprint.child', 'blueprint']"
    assert client.get("/beside").text == f"blueprint.child.page {names}"


# -- files ---------------------------------------------------------------------------------------


def test_static_files_and_resources(app: Quaff, client: QuaffClient, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("content")
    options: dict[str, Any] = {"static_folder": "files", "root_path": str(tmp_path)}
    app.register_blueprint(Blueprint("one", __name__, url_prefix="/one", **options))
    app.register_blueprint(
        Blueprint("two", __name__, url_prefix="/two", static_url_path="/static", **options)
    )
    for url, endpoint in (("/one/files/a.txt", "one"), ("/two/static/a.txt", "two")):
        response = client.get(url)
        assert response.data == b"content"
        assert response.mimetype == "text/plain"
        response.close()
        with app.test_request_context():
            assert url_for(f"{endpoint}.static", filename="a.txt") == url
    with app.blueprints["one"].open_resource("files/a.txt", "r") as file:
        assert file.read() == "content"
    assert client.get("/one/files/../files/missing").status_code == 404


def test_the_view_of_its_static_files_tells_the_blueprint(app: Quaff) -> None:
    blueprint = Blueprint("blueprint", __name__, static_folder="files")
    app.register_blueprint(blueprint)
    view: Any = app.view_functions["blueprint.static"]
    assert view.__self__ is blueprint
    assert view.__func__ is Blueprint.send_static_file


def test_a_blueprint_may_decide_how_long_its_files_are_kept(
    app: Quaff, client: QuaffClient, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("content")

    class Own(Blueprint):
        def get_send_file_max_age(self, filename: str | None) -> int:
            return 100

    app.register_blueprint(
        Own("own", __name__, static_folder=".", static_url_path="/own", root_path=str(tmp_path))
    )
    response = client.get("/own/a.txt")
    assert response.cache_control.max_age == 100
    response.close()


def test_without_a_prefix_the_static_files_of_the_application_come_first(tmp_path: Path) -> None:
    for name in ("app", "blueprint"):
        (tmp_path / name / "static").mkdir(parents=True)
        (tmp_path / name / "static" / "a.txt").write_text(name)
    app = Quaff("example", root_path=str(tmp_path / "app"))
    app.register_blueprint(
        Blueprint(
            "blueprint", __name__, static_folder="static", root_path=str(tmp_path / "blueprint")
        )
    )
    response = app.test_client().get("/static/a.txt")
    assert response.data == b"app"
    response.close()


# -- commands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "given", "command"),
    [
        ({}, {}, ["blueprint", "work"]),
        ({"cli_group": "own"}, {}, ["own", "work"]),
        ({"cli_group": None}, {}, ["work"]),
        ({"cli_group": "own"}, {"cli_group": "given"}, ["given", "work"]),
        ({"cli_group": "own"}, {"cli_group": None}, ["work"]),
        ({}, {"name": "other"}, ["other", "work"]),
    ],
)
def test_the_group_of_its_commands(
    app: Quaff, own: dict[str, Any], given: dict[str, Any], command: list[str]
) -> None:
    blueprint = Blueprint("blueprint", __name__, **own)

    @blueprint.cli.command()
    def work() -> None:
        print("worked")

    app.register_blueprint(blueprint, **given)
    result = app.test_cli_runner().invoke(args=command)
    assert result.output == "worked\n"
