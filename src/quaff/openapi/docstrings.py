"""Docstrings, taken apart: a title, a description, what is said of parameters and of errors.

Google's (`Args:`), Sphinx's (`:param name:`) and NumPy's (`Parameters` above a line) sections are
known. Their text is for whoever calls the function, so they are left out of the description.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

__all__ = ["Docstring", "read_docstring"]

_GOOGLE = re.compile(
    r"(Args|Arguments|Parameters|Params|Returns?|Raises|Yields?|Examples?|Notes?|Attributes):\s*$"
)
_SPHINX = re.compile(r":(param(?:eter)?|arg(?:ument)?|raises?)\s+(?:[^:]*\s)?([\w.]+):\s*(.*)")
_FIELD = re.compile(r":\w+[^:]*:(\s|$)")
_ITEM = re.compile(r"\*{0,2}([\w.]+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_UNDERLINE = re.compile(r"-{3,}\s*$")
_PARAMETERS = {"Args", "Arguments", "Parameters", "Params", "Attributes"}
#: Sections that are as useful to clients as to callers.
_KEPT = {"Example", "Examples", "Note", "Notes"}


@dataclass
class Docstring:
    """What a docstring says."""

    summary: str = ""
    """The first paragraph, as one line."""

    description: str = ""
    """The paragraphs behind it."""

    parameters: dict[str, str] = field(default_factory=dict)
    """What it says of each parameter, by name."""

    raises: dict[str, str] = field(default_factory=dict)
    """When each error is raised, by the name of its class."""


def read_docstring(text: str | None) -> Docstring:
    """Take a docstring apart; None is an empty one."""
    if not text:
        return Docstring()
    # A form feed, or the line that begins YAML for another tool, ends what is meant for readers.
    text = re.split(r"\f|^\s*---\s*$", inspect.cleandoc(text), maxsplit=1, flags=re.MULTILINE)[0]
    found = Docstring()
    lines = _without_sections(text.splitlines(), found)
    first, _, rest = "\n".join(lines).strip().partition("\n\n")
    found.summary, found.description = " ".join(first.split()), rest.strip()
    return found


def _without_sections(lines: list[str], found: Docstring) -> list[str]:
    """The lines outside of sections; what these say is added to `found`."""
    items = {**dict.fromkeys(_PARAMETERS, found.parameters), "Raises": found.raises}
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if sphinx := _SPHINX.match(line):
            target = found.raises if sphinx[1].startswith("raise") else found.parameters
            number, text = _with_indented(lines, number + 1, [sphinx[3]])
            target[sphinx[2]] = text
        elif _FIELD.match(line):
            number, _ = _with_indented(lines, number + 1, [])
        elif (google := _GOOGLE.match(line)) and google[1] not in _KEPT:
            start = number + 1
            number, _ = _with_indented(lines, start, [])
            if google[1] in items:
                _read_items(lines[start:number], items[google[1]])
        elif number + 1 < len(lines) and line in _NUMPY and _UNDERLINE.match(lines[number + 1]):
            start = number = number + 2
            while number < len(lines) and not _starts_numpy_section(lines, number):
                number += 1
            if line in items:
                _read_numpy(lines[start:number], items[line])
        else:
            kept.append(line)
            number += 1
    return kept


_NUMPY = {"Parameters", "Returns", "Raises", "Yields", "Attributes"}


def _starts_numpy_section(lines: list[str], number: int) -> bool:
    return number + 1 < len(lines) and bool(_UNDERLINE.match(lines[number + 1]))


def _with_indented(lines: list[str], number: int, text: list[str]) -> tuple[int, str]:
    """The number of the next line that is not indented, and the text before it as one line."""
    while number < len(lines) and (not lines[number].strip() or lines[number][0].isspace()):
        text.append(lines[number].strip())
        number += 1
    return number, " ".join(part for part in text if part)


def _read_items(lines: list[str], texts: dict[str, str]) -> None:
    """Google's items: a name, a colon, and a text that may go on, indented deeper."""
    name, indent = "", 0
    for line in inspect.cleandoc("\n".join(lines)).splitlines():
        item = _ITEM.match(line)
        if item:
            name = item[1]
            texts[name] = item[2].strip()
        elif name and line.strip():
            indent = len(line) - len(line.lstrip())
            if indent:
                texts[name] = f"{texts[name]} {line.strip()}".strip()


def _read_numpy(lines: list[str], texts: dict[str, str]) -> None:
    """NumPy's items: a name and a type on a line, the text indented below."""
    name = ""
    for line in lines:
        if line.strip() and not line[0].isspace():
            name = line.partition(":")[0].strip().lstrip("*")
            texts[name] = ""
        elif name and line.strip():
            texts[name] = f"{texts[name]} {line.strip()}".strip()
