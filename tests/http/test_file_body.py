from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from quaff.http import file_body
from quaff.http.file_body import PIECE, FileBody

CONTENT = bytes(range(256)) * (PIECE // 100)

Memory = Callable[..., None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def body_of(path: Path) -> Iterator[Callable[..., FileBody]]:
    """Makes bodies of the file, and closes them."""
    bodies: list[FileBody] = []

    def make(offset: int = 0, length: int = len(CONTENT)) -> FileBody:
        bodies.append(FileBody(path.open("rb", buffering=0), str(path), offset, length))
        return bodies[-1]

    yield make
    for body in bodies:
        body.close()


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """Lets the system have pieces in memory, or on disk; all in memory if nothing else is said."""
    answers: list[bool | int] = []

    def preadv(descriptor: int, buffers: list[bytearray], offset: int, flags: int) -> int:
        assert flags == 8
        has = answers.pop(0) if answers else True
        if has is False:
            raise BlockingIOError
        size = len(buffers[0]) if has is True else min(len(buffers[0]), has)
        piece = os.pread(descriptor, size, offset)
        buffers[0][: len(piece)] = piece
        return len(piece)

    monkeypatch.setattr(file_body, "_NO_WAIT", 8)
    monkeypatch.setattr(os, "preadv", preadv, raising=False)
    return lambda *given: answers.extend(given)


def pieces(body: FileBody) -> list[tuple[str, bytes]]:
    """All pieces and where they came from, as an async gateway takes them."""
    taken = []
    while not body.is_read:
        piece = body.read_at_once()
        taken.append(("disk", body.read()) if piece is None else ("memory", piece))
    return taken


@pytest.mark.parametrize("offset", [0, 7])
@pytest.mark.parametrize("length", [1, PIECE, PIECE + 1, 2 * PIECE + 5])
@pytest.mark.parametrize(
    "has", [(), (False,), (True, False), (False, True, False), (False,) * 3, (10, False, 20)]
)
def test_what_is_in_memory_and_what_is_on_disk_make_the_file(
    body_of: Any, memory: Memory, offset: int, length: int, has: tuple[Any, ...]
) -> None:
    memory(*has)
    taken = pieces(body_of(offset, length))
    assert b"".join(piece for _, piece in taken) == CONTENT[offset : offset + length]
    sources = [source for source, _ in taken]
    expected = ["disk" if answer is False else "memory" for answer in has]
    assert sources == (expected + ["memory"] * len(sources))[: len(sources)]
    assert max(len(piece) for _, piece in taken) <= PIECE


def test_the_system_itself_is_asked(body_of: Any) -> None:
    taken = pieces(body_of(7, PIECE + 1))
    assert b"".join(piece for _, piece in taken) == CONTENT[7 : PIECE + 8]


def test_nothing_is_had_at_once_where_the_system_cannot_be_asked(
    body_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_body, "_NO_WAIT", None)
    assert body_of().read_at_once() is None


@pytest.mark.parametrize(
    ("length", "has", "whole"),
    [
        (0, (), True),
        (10, (), True),
        (PIECE, (), True),
        (PIECE + 1, (), False),
        (10, (False,), False),
        (10, (4,), False),
    ],
)
def test_what_is_short_and_in_memory_is_had_whole(
    body_of: Any, memory: Memory, length: int, has: tuple[Any, ...], whole: bool
) -> None:
    memory(*has)
    body = body_of(5, length)
    expected = CONTENT[5 : 5 + length]
    assert body.read_whole_at_once() == (expected if whole else None)
    # Whoever got nothing has missed nothing.
    assert whole or b"".join(body) == expected


def test_files_of_the_developers_are_read_as_they_are(path: Path) -> None:
    with path.open("rb") as file:
        assert FileBody(file, None, 0, 5).read_at_once() is None
    assert FileBody(io.BytesIO(CONTENT), None, 0, 5).read_at_once() is None


def test_an_iterated_file_is_sought_once(path: Path) -> None:
    class Counting(io.BytesIO):
        sought = 0

        def seek(self, *arguments: int) -> int:
            self.sought += 1
            return super().seek(*arguments)

    file = Counting(CONTENT)
    assert b"".join(FileBody(file, None, 3, 2 * PIECE)) == CONTENT[3 : 2 * PIECE + 3]
    assert file.sought == 1


@pytest.mark.parametrize("has", [True, False])
def test_what_became_shorter_is_an_error(
    path: Path, body_of: Any, memory: Memory, has: bool
) -> None:
    memory(has, has, has)
    body = body_of()
    body.read_at_once()
    os.truncate(path, 0)
    assert body.read_at_once() is None
    with pytest.raises(OSError, match="became shorter while it was being sent"):
        body.read()
