"""What may come in: types of texts, and forms read as models made of them.

The API's views take the same models, which Quaff reads. A model says in the `description` of its
types what it asks for; pages and the API's documents show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from msgspec import UNSET, Meta, Struct, ValidationError, convert, structs

M = TypeVar("M", bound=Struct)

# NUL cannot be stored by PostgreSQL; the others only confuse. Tab and line feed are for long texts.
_CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
_UNSEEN = r" \xa0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
TEXT = rf"^[^{_CONTROL}]*$"
LINE = rf"^[^{_CONTROL}\t\n]*$"
_WORD = rf"[^@{_CONTROL}{_UNSEEN}\t\n]+"
EMAIL = rf"^{_WORD}@{_WORD}\.{_WORD}$"
#: A line on which something can be seen.
SEEN = rf"^[{_UNSEEN}]*[^{_UNSEEN}{_CONTROL}\t\n][^{_CONTROL}\t\n]*$"

# A limit, since hashing a password of megabytes is work that anybody could order.
LONGEST_PASSWORD = 128

Title = Annotated[
    str, Meta(max_length=200, pattern=SEEN, description="1 to 200 characters on one line")
]
Note = Annotated[str, Meta(max_length=5000, pattern=TEXT, description="at most 5000 characters")]
Day = Annotated[date | None, Meta(description="a day of the calendar such as 2030-12-31")]
Name = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_.-]{2,40}$", description="2 to 40 letters, digits, _, . or -")
]
Email = Annotated[str, Meta(max_length=254, pattern=EMAIL, description="an e-mail address")]
Password = Annotated[
    str, Meta(min_length=8, max_length=LONGEST_PASSWORD, description="8 to 128 characters")
]


class Invalid(ValueError):
    """What a form says is not acceptable.

    Args:
        problems: field -> what is wrong with it.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field} {problem}" for field, problem in problems.items()))
        self.problems = dict(problems)


def filled(model: type[M], form: Mapping[str, str]) -> M:
    """A form, or a query string made by one; an empty field counts as left out.

    Raises:
        Invalid: with all that is wrong.
    """
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    for field in structs.fields(model):
        text = form.get(field.name, "")
        if "password" not in field.name:
            text = text.strip().replace("\r\n", "\n")
        if text:
            try:
                values[field.name] = convert(text, field.type, strict=False)
            except ValidationError:
                asked = getattr(field.type, "__metadata__", None)
                wrong = f"must be {asked[0].description}" if asked else "is not one of these"
                problems[field.name] = wrong
        elif field.required:
            problems[field.name] = "is missing"
    if problems:
        raise Invalid(problems)
    return model(**values)


def given(changes: Struct) -> dict[str, Any]:
    """The fields of a model that were not left out."""
    fields = structs.asdict(changes).items()
    return {name: value for name, value in fields if value is not UNSET}
