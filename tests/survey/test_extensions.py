from pathlib import Path

import pytest

from quaff.survey.extensions import EXTENSIONS, find_extension, find_imported

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "extensions.md"


def test_the_page_tells_what_is_known() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert cells == [
        [
            each.name,
            each.version or "-",
            each.tried or "-",
            " ".join(filter(None, ["same answers." if each.runs else "", each.note])),
        ]
        for each in EXTENSIONS
    ]


def test_every_extension_that_runs_was_tried() -> None:
    programs = {path.stem for path in (ROOT / "scripts/extensions/programs").glob("*.py")}
    for each in EXTENSIONS:
        (module,) = each.imported_as
        tried = module.partition(".")[0] in programs
        assert tried or not each.runs, f"{each.name} has no program"
        assert bool(each.version) is each.runs


@pytest.mark.parametrize("name", ["flask-sqlalchemy", "Flask_SQLAlchemy", "FLASK.SQLALCHEMY"])
def test_names_of_distributions_are_compared_as_indexes_do(name: str) -> None:
    extension = find_extension(name)
    assert extension is not None
    assert extension.name == "Flask-SQLAlchemy"


def test_an_extension_is_found_by_any_module_of_it() -> None:
    found = find_imported("opentelemetry.instrumentation.flask.package")
    assert found is find_extension("opentelemetry-instrumentation-flask")
    assert found is not None
    assert find_imported("opentelemetry.trace") is None
    assert find_imported("flask") is None
