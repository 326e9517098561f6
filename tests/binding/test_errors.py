from __future__ import annotations

import functools
from pathlib import Path

from werkzeug.test import EnvironBuilder

from quaff.binding.errors import AnnotationError, ValidationError, place_of


def function() -> None: ...


class Callable_:
    def __call__(self) -> None: ...


def test_the_place_of_what_is_called() -> None:
    lines = Path(__file__).read_text().splitlines()
    line = lines.index("def function() -> None: ...") + 1
    assert place_of(function) == f"{__file__}:{line}"
    assert place_of(functools.wraps(function)(lambda: None)) == f"{__file__}:{line}"
    line = lines.index("class Callable_:") + 1
    assert place_of(Callable_) == f"{__file__}:{line}"
    assert place_of(Callable_()) == f"{__file__}:{line}"
    assert place_of(len) == "the module builtins"
    assert str(AnnotationError(len, "what.")) == "len() in the module builtins: what."


def test_a_validation_error_is_a_response_of_its_own() -> None:
    error = ValidationError([{"loc": ["query", "page"], "msg": "Required"}])
    response = error.get_response(EnvironBuilder().get_environ())
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    assert response.json is not None
    assert response.json["errors"] == error.errors
