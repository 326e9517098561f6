"""Requests made up from the document, valid and not: the application does what it says."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis.openapi
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.openapi.torture import create_app
from tests.openapi.validated import validated

app = create_app()
schema = schemathesis.openapi.from_dict(app.openapi())
schema.app = app
OPERATIONS = {result.ok().label: result.ok() for result in schema.get_all_operations()}

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def positive_data_acceptance(context: Any, response: Any, case: Any) -> bool | None:
    """Schemathesis' check, but for what JSON Schema cannot say: that 1.0 is no integer."""
    if response.status_code == 422:
        messages = {error["msg"] for error in response.json()["errors"]}
        if messages == {"Expected `int`, got `float`"}:
            return None
    return checks.positive_data_acceptance(context, response, case)


#: What valid requests are held to, and what requests with something wrong in them.
OF_MODE = {
    GenerationMode.POSITIVE: [*CHECKS, positive_data_acceptance],
    GenerationMode.NEGATIVE: [*CHECKS, checks.negative_data_rejection],
}
#: What it answers is always an error.
WITHOUT_ACCEPTANCE = {"GET /gone/{id}"}
#: Of a form's field that comes twice the first is taken, one that comes once is a list of one, and
#: what it is, is text. Pydantic takes true for 1 and "1" for 1.
WITHOUT_REJECTION = {"POST /form", "POST /files", "POST /listings", "POST /cups", "POST /cups/many"}


def test_the_document_is_valid() -> None:
    assert len(validated(app)["paths"]) == 16


@pytest.mark.parametrize("mode", OF_MODE, ids=lambda mode: mode.name)
@pytest.mark.parametrize("label", OPERATIONS)
def test_the_application_does_what_its_document_says(label: str, mode: GenerationMode) -> None:
    wanted = list(OF_MODE[mode])
    if label in (WITHOUT_ACCEPTANCE if mode is GenerationMode.POSITIVE else WITHOUT_REJECTION):
        wanted.pop()

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        case.call_and_validate(checks=wanted)

    check()
