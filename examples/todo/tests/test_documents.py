"""The API does what its document says, for requests made up from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis.openapi
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from sqlalchemy import select

from examples.todo import create_app, database, tasks, users
from examples.todo.models import User
from examples.todo.throttle import Throttle
from quaff import Quaff

from .conftest import FAST, PASSWORD

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
    checks.unsupported_method,
]
#: What valid requests are held to, and what requests with something wrong in them.
OF_MODE = {
    GenerationMode.POSITIVE: [*CHECKS, checks.positive_data_acceptance],
    GenerationMode.NEGATIVE: [*CHECKS, checks.negative_data_rejection],
}
LABELS = [
    *("POST /api/tokens", "DELETE /api/tokens/current", "GET /api/profile", "PATCH /api/profile"),
    *("GET /api/tasks", "POST /api/tasks", "GET /api/tasks/{number}", "PATCH /api/tasks/{number}"),
    "DELETE /api/tasks/{number}",
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quaff]:
    """The application with a user, who may guess passwords as often as they like."""
    url = f"sqlite:///{tmp_path_factory.mktemp('documents')}/todo.sqlite"
    app = create_app({"DATABASE_URL": url, "SECRET_KEY": "x", "PASSWORD_METHOD": FAST})
    app.extensions["throttle"] = Throttle(most=10**9, seconds=1)
    with app.app_context():
        users.register(users.Registration("ada", "ada@example.org", PASSWORD))
    yield app
    database.engine_of(app).dispose()


@pytest.fixture(scope="module")
def operations(app: Quaff) -> dict[str, Any]:
    """What the document lists, by method and path."""
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    return {result.ok().label: result.ok() for result in schema.get_all_operations()}


def test_the_document_is_valid_and_lists_the_api(app: Quaff, operations: dict[str, Any]) -> None:
    validate(app.openapi())  # type: ignore[arg-type]
    assert list(operations) == LABELS


@pytest.mark.parametrize("mode", OF_MODE, ids=lambda mode: mode.name)
@pytest.mark.parametrize("label", LABELS)
def test_the_api_does_what_its_document_says(
    app: Quaff, operations: dict[str, Any], label: str, mode: GenerationMode
) -> None:
    def prepared() -> tuple[int, str]:
        """The number of a task, and a token; requests may have taken those of before away."""
        with app.app_context():
            ada = next(user for user in database.database().scalars(select(User)))
            return tasks.create(ada, tasks.NewTask("x")).id, users.issue_token(ada)

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operations[label].as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        number, token = prepared()
        if mode is GenerationMode.POSITIVE and case.path_parameters:
            case.path_parameters["number"] = number
        access = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(checks=OF_MODE[mode], headers=access)

    check()
