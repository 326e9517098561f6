"""What comes in, and what is wrong with it, where no page or request can tell."""

from __future__ import annotations

import pytest

from examples.todo.validation import Invalid, cleaned, line, text


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(ValueError, match="is not valid Unicode"):
        text(10)("a\ud800")


def test_emoji_and_other_scripts_are_texts() -> None:
    for title in ("🎉", "日本語", "عنوان", "👩‍👩‍👧", "e\u0301"):
        assert line(1, 10)(title) == title


def test_only_what_is_given_is_cleaned() -> None:
    checks = {"title": line(1, 10), "note": text(10)}
    assert cleaned({"note": "x", "other": 1}, checks) == {"note": "x"}


def test_an_error_says_all_that_is_wrong() -> None:
    with pytest.raises(Invalid) as caught:
        cleaned({"title": 1, "other": 1}, {"title": text(10)}, strict=True)
    assert caught.value.problems == {"other": "is unknown", "title": "must be a text"}
    assert str(caught.value) == "other is unknown; title must be a text"
