"""What applications and blueprints share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quaff import Blueprint, Quaff, request
from quaff.scaffold import Scaffold
from quaff.testing import QuaffClient

SCAFFOLDS = [
    pytest.param(lambda **options: Quaff(__name__, **options), id="app"),
    pytest.param(lambda **options: Blueprint("name", __name__, **options), id="blueprint"),
]


@pytest.mark.parametrize("make", SCAFFOLDS)
@pytest.mark.parametrize(
    ("folder", "url_path", "url"),
    [
        ("files", None, "/files"),
        ("files/", None, "/files"),
        ("deep/files", None, "/files"),
        (Path("files"), None, "/files"),
        ("files", "/other/", "/other"),
        ("files", "", ""),
        ("files", "/", ""),
        (None, None, None),
    ],
)
def test_the_url_of_static_files(make: Any, folder: Any, url_path: Any, url: Any) -> None:
    scaffold: Scaffold = make(static_folder=folder, static_url_path=url_path)
    assert scaffold.static_url_path == url
    assert scaffold.has_static_folder is (folder is not None)
    if folder is not None:
        expected = Path(__file__).parent / str(folder).rstrip("/")
        assert scaffold.static_folder == str(expected)


@pytest.mark.parametrize("make", SCAFFOLDS)
def test_templates_are_loaded_from_the_folder(make: Any, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("page")
    scaffold: Scaffold = make(template_folder=tmp_path)
    assert scaffold.jinja_loader is not None
    assert scaffold.jinja_loader.list_templates() == ["page.html"]
    assert make(template_folder=None).jinja_loader is None


@pytest.mark.parametrize("make", SCAFFOLDS)
def test_resources_are_only_read(make: Any, tmp_path: Path) -> None:
    scaffold: Scaffold = make(root_path=str(tmp_path))
    (tmp_path / "text").write_text("é", encoding="latin1")
    with scaffold.open_resource("text") as file:
        assert file.read() == b"\xe9"
    for mode in ("r", "rt"):
        with scaffold.open_resource("text", mode, encoding="latin1") as file:
            assert file.read() == "é"
    for mode in ("w", "a", "r+", "rb+", "x"):
        with pytest.raises(ValueError, match="opened for reading"):
            scaffold.open_resource("text", mode)


@pytest.mark.parametrize("make", SCAFFOLDS)
def test_decorators_leave_functions_as_they_are(make: Any) -> None:
    scaffold: Any = make()

    def function(*args: Any) -> Any:
        return None

    for decorate in (
        scaffold.before_request,
        scaffold.after_request,
        scaffold.teardown_request,
        scaffold.context_processor,
        scaffold.url_value_preprocessor,
        scaffold.url_defaults,
        scaffold.errorhandler(404),
        scaffold.errorhandler(LookupError),
        scaffold.endpoint("endpoint"),
        scaffold.route("/route"),
        scaffold.get("/get", endpoint="get"),
    ):
        assert decorate(function) is function


def test_a_route_decorator_takes_every_option(app: Quaff, client: QuaffClient) -> None:
    @app.route("/<int:n>", endpoint="number", methods=["POST"], strict_slashes=False)
    @app.route("/", endpoint="number", methods=["POST"], defaults={"n": 0})
    def view(n: int) -> str:
        return f"{request.endpoint} {n}"

    assert client.post("/3/").text == "number 3"
    assert client.post("/").text == "number 0"


@pytest.mark.parametrize("make", SCAFFOLDS)
@pytest.mark.parametrize(
    ("what", "error"),
    [
        (LookupError("instance"), TypeError),
        (NotImplementedError, None),
        (BaseException, ValueError),
        (int, ValueError),
        ("404", ValueError),
        (999, ValueError),
    ],
)
def test_handlers_are_for_classes_of_exceptions_and_known_statuses(
    make: Any, what: Any, error: Any
) -> None:
    scaffold: Any = make()
    if error is None:
        scaffold.register_error_handler(what, lambda error: "")
        assert what in scaffold.error_handler_spec[None][None]
    else:
        with pytest.raises(error):
            scaffold.register_error_handler(what, lambda error: "")


@pytest.mark.parametrize("make", SCAFFOLDS)
def test_the_group_of_commands_is_made_once_and_named(make: Any) -> None:
    scaffold: Any = make()
    assert scaffold.cli is scaffold.cli
    assert scaffold.cli.name == scaffold.name


def test_names_are_shown() -> None:
    assert repr(Quaff("example")) == "<Quaff 'example'>"
    assert repr(Blueprint("name", __name__)) == "<Blueprint 'name'>"
