"""Docstrings, taken apart."""

from __future__ import annotations

import pytest

from quaff.openapi.docstrings import Docstring, read_docstring


@pytest.mark.parametrize("text", [None, "", "  \n "])
def test_no_docstring(text: str | None) -> None:
    assert read_docstring(text) == Docstring()


def test_the_first_paragraph_is_the_summary() -> None:
    found = read_docstring("One\n    line.\n\n    Two.\n\n    * three\n    ")
    assert (found.summary, found.description) == ("One line.", "Two.\n\n* three")


@pytest.mark.parametrize("end", ["\f", "\n---\nparameters: []\n"])
def test_what_is_meant_for_other_tools_is_left_out(end: str) -> None:
    assert read_docstring(f"Title.\n\nText.\n{end}\nrest").description == "Text."


GOOGLE = """Title.

Args:
    one: first
        and more
    *two (int): second

Returns:
    something

Examples:
    kept

Raises:
    ValueError: never
    http.Gone: it was
        removed

Text."""

SPHINX = """Title.

:param one: first
    and more
:param int two: second
:returns: something
:raises ValueError: never
:raise http.Gone: it was
    removed

Examples:
    kept

Text.
:rtype: int"""

NUMPY = """Title.

Parameters
----------
one
    first
    and more
*two : int
    second

Returns
-------
something

Raises
------
ValueError
    never
http.Gone
    it was
    removed

Examples
--------
kept

Text."""


@pytest.mark.parametrize("text", [GOOGLE, SPHINX, NUMPY], ids=["google", "sphinx", "numpy"])
def test_sections_for_callers_are_taken_out(text: str) -> None:
    found = read_docstring(text)
    assert found.summary == "Title."
    assert found.parameters == {"one": "first and more", "two": "second"}
    assert found.raises == {"ValueError": "never", "http.Gone": "it was removed"}
    assert "something" not in found.description
    assert "Returns" not in found.description
    assert "never" not in found.description
    assert found.description.startswith("Examples")
    assert found.description.endswith("Text.")


def test_a_colon_in_a_sentence_begins_no_section() -> None:
    text = "Title.\n\nArgs: are taken: from the query.\nNote: it is slow."
    assert read_docstring(text).description == text.partition("\n\n")[2]
