"""What comes in, and what is wrong with it, where no page or request can tell."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from examples.todo.tasks import NewTask, TaskChanges
from examples.todo.users import PasswordChange
from examples.todo.validation import Invalid, filled, given


@pytest.mark.parametrize("title", ["🎉", "日本語", "عنوان", "👩‍👩‍👧", "e\u0301", "a \u200b"])
def test_emoji_and_other_scripts_are_titles(title: str) -> None:
    assert msgspec.convert({"title": title}, NewTask).title == title


@pytest.mark.parametrize("title", ["", " ", "\u3000\u200b", "a\0", "a\u2028", "a\tb", "x" * 201])
def test_no_titles(title: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"title": title}, NewTask)


def test_a_long_text_without_title_is_refused_at_once() -> None:
    for text in (" " * 100_000, "x" * 100_000 + "\0", " " * 200, "x" * 199 + "\0"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"title": text}, NewTask)


def test_an_empty_field_counts_as_left_out() -> None:
    assert filled(NewTask, {"title": " x ", "due": "", "other": "1"}) == NewTask("x")


def test_passwords_are_taken_as_they_are() -> None:
    form = {"old_password": " a\r\n ", "new_password": "  long enough "}
    assert filled(PasswordChange, form) == PasswordChange(**form)


def test_an_error_says_all_that_is_wrong() -> None:
    with pytest.raises(Invalid) as caught:
        filled(NewTask, {"due": "x"})
    wanted = "must be a day of the calendar such as 2030-12-31"
    assert caught.value.problems == {"title": "is missing", "due": wanted}
    assert str(caught.value) == f"title is missing; due {wanted}"


@pytest.mark.parametrize("fields", [{}, {"due": None}, {"done": False, "note": ""}])
def test_only_what_is_given_is_changed(fields: dict[str, Any]) -> None:
    assert given(msgspec.convert(fields, TaskChanges)) == fields
