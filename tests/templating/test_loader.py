from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, FunctionLoader, TemplateNotFound

from quaff import Blueprint, Quaff, render_template


def blueprint(name: str, templates: dict[str, str]) -> Blueprint:
    blueprint = Blueprint(name, f"package.{name}", root_path="/nowhere")
    blueprint.jinja_loader = DictLoader(templates)
    return blueprint


@pytest.fixture
def app(tmp_path: Path) -> Quaff:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "index.html").write_text("app index")
    app = Quaff("example", root_path=str(tmp_path))
    app.register_blueprint(blueprint("one", {"index.html": "-", "shared.html": "one's"}))
    app.register_blueprint(blueprint("two", {"shared.html": "-", "two.html": "two's"}))
    return app


def test_the_application_goes_first_then_blueprints_as_registered(app: Quaff) -> None:
    with app.app_context():
        assert render_template("index.html") == "app index"
        assert render_template("shared.html") == "one's"
        assert render_template("two.html") == "two's"


def test_all_templates_are_listed_once(app: Quaff) -> None:
    assert app.jinja_env.list_templates() == ["index.html", "shared.html", "two.html"]


def test_a_changed_file_is_read_again_in_debug_mode_only(app: Quaff, tmp_path: Path) -> None:
    path = tmp_path / "templates" / "index.html"
    with app.app_context():
        for debug, expected in ((False, "app index"), (True, "changed")):
            app.debug = debug
            render_template("index.html")
            path.write_text("changed")
            os.utime(path, (1, 1))
            assert render_template("index.html") == expected


# -- not found -----------------------------------------------------------------------------------


def test_a_missing_template_is_named(app: Quaff) -> None:
    with app.app_context(), pytest.raises(TemplateNotFound) as caught:
        render_template("nope.html")
    assert str(caught.value) == "nope.html"


def test_in_debug_mode_the_error_says_where_it_looked(app: Quaff, tmp_path: Path) -> None:
    app.debug = True
    with app.app_context(), pytest.raises(TemplateNotFound) as caught:
        render_template("twoo.html")
    assert caught.value.name == "twoo.html"
    assert str(caught.value) == (
        "The template 'twoo.html' was not found. Places looked at:\n"
        f"  application 'example': {tmp_path / 'templates'}\n"
        "  blueprint 'one' (package.one): DictLoader\n"
        "  blueprint 'two' (package.two): DictLoader\n"
        "Did you mean 'two.html'?"
    )


def test_an_application_without_templates_is_told_so() -> None:
    app = Quaff("example", template_folder=None)
    app.debug = True
    with app.app_context(), pytest.raises(TemplateNotFound, match="neither the application nor"):
        render_template("index.html")


def test_a_loader_that_cannot_list_does_not_hide_the_error() -> None:
    app = Quaff("example", template_folder=None)
    app.jinja_loader = FunctionLoader(lambda name: None)
    app.debug = True
    with app.app_context(), pytest.raises(TemplateNotFound, match=r"FunctionLoader$"):
        render_template("index.html")


def test_an_include_may_be_missing_in_debug_mode(app: Quaff) -> None:
    app.debug = True
    template = app.jinja_env.from_string("a{% include 'nope.html' ignore missing %}b")
    assert template.render() == "ab"


# -- EXPLAIN_TEMPLATE_LOADING --------------------------------------------------------------------


class Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@pytest.fixture
def log(app: Quaff) -> Any:
    app.config["EXPLAIN_TEMPLATE_LOADING"] = True
    handler = Log()
    app.logger.addHandler(handler)
    app.logger.setLevel(logging.INFO)
    yield handler.texts
    app.logger.removeHandler(handler)
    app.logger.setLevel(logging.NOTSET)


def test_an_explained_look_up_finds_the_same(app: Quaff, log: list[str], tmp_path: Path) -> None:
    with app.app_context():
        assert render_template("shared.html") == "one's"
    assert log == [
        "Locating template 'shared.html':\n"
        "    1: trying loader of application 'example'\n"
        f"       {tmp_path / 'templates'}\n"
        "       -> no match\n"
        "    2: trying loader of blueprint 'one' (package.one)\n"
        "       DictLoader\n"
        "       -> found\n"
        "    3: trying loader of blueprint 'two' (package.two)\n"
        "       DictLoader\n"
        "       -> found\n"
        "Warning: several loaders have this template; the first one's is used."
    ]


def test_a_single_match_is_shown_with_its_file(app: Quaff, log: list[str], tmp_path: Path) -> None:
    app.jinja_env.loader.get_source(app.jinja_env, "two.html")  # type: ignore[union-attr]
    (tmp_path / "templates" / "only.html").write_text("")
    app.jinja_env.loader.get_source(app.jinja_env, "only.html")  # type: ignore[union-attr]
    assert "Warning" not in log[0]
    assert f"-> found {tmp_path / 'templates' / 'only.html'}" in log[1]


def test_a_failed_look_up_names_the_blueprint_of_the_request(app: Quaff, log: list[str]) -> None:
    area = Blueprint("area", "package.area", root_path="/nowhere")

    @area.route("/page")
    def page() -> str:
        return render_template("nope.html")

    app.register_blueprint(area)
    app.testing = True
    client = app.test_client()
    with pytest.raises(TemplateNotFound, match=r"nope\.html"):
        client.get("/page")
    assert "Error: the template could not be found." in log[0]
    assert "belongs to the blueprint 'area'" in log[0]
