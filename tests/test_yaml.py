from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from quaff.yaml import to_yaml

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("aé \n-:#'\"|"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("aé \n-:#?1{}"), inner),
)


@given(VALUES)
@example("yes")
@example("No")
@example("1:30")
@example("2020-01-01")
@example("~")
@example("{a}")
@example("a: b")
@example("a #b")
@example({"a": "one\ntwo\n"})
@example({"a": "one\n\n  two"})
@example({"a": "one\ntwo\n\n"})
@example({"a": "  one\ntwo"})
@example({"a": "one \ntwo"})
@example({"a": "\none\ntwo"})
@example([[], [[1]], {}, [{"a": {"b": []}}]])
@example(1e20)
@example(1.5e-7)
@example("\ufeff\x85\u2028\x7f😀")
def test_a_reader_gets_the_values_back(value: Any) -> None:
    read = yaml.safe_load(to_yaml(value))
    assert read == value
    assert repr(read) == repr(value) or isinstance(value, float)


def test_it_is_made_for_people() -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "To-Do list", "description": "First line.\n\nSecond, indented:\n  x"},
        "paths": {"/tasks/{id}": {"get": {"tags": ["tasks"], "responses": {"200": {}}}}},
        "parameters": [{"name": "page", "required": False, "examples": [1, 2.5, None]}],
    }
    assert to_yaml(document) == (
        'openapi: "3.1.0"\n'
        "info:\n"
        "  title: To-Do list\n"
        "  description: |-\n"
        "    First line.\n"
        "\n"
        "    Second, indented:\n"
        "      x\n"
        "paths:\n"
        "  /tasks/{id}:\n"
        "    get:\n"
        "      tags:\n"
        "        - tasks\n"
        "      responses:\n"
        '        "200": {}\n'
        "parameters:\n"
        "  - name: page\n"
        "    required: false\n"
        "    examples:\n"
        "      - 1\n"
        "      - 2.5\n"
        "      - null\n"
    )


@pytest.mark.parametrize("value", [Decimal(1), {1: 2}, [{3}], object()])
def test_other_values_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        to_yaml(value)


def test_numbers_that_json_does_not_have_are_null() -> None:
    assert to_yaml([math.inf, math.nan]) == "- null\n- null\n"
