"""Bodies too long, too short or malformed end in an HTTP error; all others are read whole."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from quaff.http.body import (
    CappedStream,
    CompleteStream,
    FormDataParser,
    guarded_stream,
    read_at_most,
    read_whole,
)


class Dripping(io.RawIOBase):
    """A stream that gives one byte at a time, as a socket may."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._data.read(min(size, 1) if size >= 0 else -1)

    def readinto(self, buffer: Any, /) -> int:
        data = self._data.read(min(len(buffer), 1))
        buffer[: len(data)] = data
        return len(data)


STREAMS = pytest.mark.parametrize("stream_of", [io.BytesIO, Dripping])


def environ(data: bytes, stream_of: Any = io.BytesIO, ends: bool = False) -> dict[str, Any]:
    given: dict[str, Any] = {"wsgi.input": stream_of(data)}
    if ends:
        given["wsgi.input_terminated"] = True
    return given


FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n'


# -- streams -------------------------------------------------------------------------------------


@STREAMS
@pytest.mark.parametrize(
    "read", [lambda stream: stream.read(), lambda s: b"".join(iter(lambda: s.read(3), b""))]
)
def test_a_body_of_known_length_ends_at_its_length(stream_of: Any, read: Any) -> None:
    stream = guarded_stream(environ(b"body and more", stream_of), 4, None)
    assert isinstance(stream, CompleteStream)
    assert read(stream) == b"body"
    assert stream.read() == b""


@STREAMS
def test_a_body_that_is_shorter_than_its_length_is_400(stream_of: Any) -> None:
    stream = guarded_stream(environ(b"bod", stream_of), 4, None)
    with pytest.raises(ClientDisconnected) as caught:
        stream.read()
    assert caught.value.code == 400
    with pytest.raises(ClientDisconnected):
        read_whole(stream_of(b"bod"), 4, None)


def test_a_body_whose_connection_breaks_is_400() -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any, /) -> int:
            raise ConnectionResetError

    given: Any = {"wsgi.input": Broken()}
    with pytest.raises(ClientDisconnected):
        guarded_stream(given, 4, None).read()


@pytest.mark.parametrize("ends", [False, True])
def test_a_length_over_the_limit_is_413_before_reading(ends: bool) -> None:
    given = environ(b"body", ends=ends)
    with pytest.raises(RequestEntityTooLarge):
        guarded_stream(given, 4, 3)
    with pytest.raises(RequestEntityTooLarge):
        read_whole(given["wsgi.input"], 4, 3)
    assert given["wsgi.input"].read() == b"body"
    assert guarded_stream(environ(b"body"), 4, 4).read() == b"body"
    assert read_whole(io.BytesIO(b"body"), 4, 4) == b"body"


@STREAMS
def test_a_body_of_unknown_length_is_read_to_its_end(stream_of: Any) -> None:
    assert guarded_stream(environ(b"body", stream_of, ends=True), None, None).read() == b"body"
    assert guarded_stream(environ(b"body", stream_of, ends=True), None, 4).read() == b"body"


def test_a_body_of_unknown_length_that_may_not_end_is_not_read() -> None:
    assert guarded_stream(environ(b"body"), None, None).read() == b""


@STREAMS
def test_a_body_of_unknown_length_over_the_limit_is_413(stream_of: Any) -> None:
    stream = guarded_stream(environ(b"12345", stream_of, ends=True), None, 4)
    assert isinstance(stream, CappedStream)
    assert stream.read(2) == (b"12" if stream_of is io.BytesIO else b"1")
    with pytest.raises(RequestEntityTooLarge):
        list(iter(lambda: stream.read(2), b""))


@given(
    data=st.binary(max_size=50),
    limit=st.integers(0, 60),
    sizes=st.lists(st.integers(1, 20), min_size=1),
)
def test_a_capped_stream_gives_all_or_413(data: bytes, limit: int, sizes: list[int]) -> None:
    stream = CappedStream(io.BytesIO(data), limit)
    pieces = []
    try:
        for size in sizes * 60:
            piece = stream.read(size)
            pieces.append(piece)
            if not piece:
                break
    except RequestEntityTooLarge:
        assert len(data) > limit
    else:
        assert b"".join(pieces) == data
        assert len(data) <= limit


def test_lines_of_a_capped_stream() -> None:
    stream = io.BufferedReader(CappedStream(io.BytesIO(b"one\ntwo\n"), 100))
    assert list(stream) == [b"one\n", b"two\n"]


@given(data=st.binary(max_size=20), size=st.integers(0, 30))
def test_reading_at_most_some_bytes(data: bytes, size: int) -> None:
    for stream_of in (io.BytesIO, Dripping):
        assert read_at_most(stream_of(data), size) == data[:size]  # type: ignore[arg-type]


# -- forms ---------------------------------------------------------------------------------------

URLENCODED = "application/x-www-form-urlencoded"


def parsed(
    data: bytes, mimetype: str = URLENCODED, stream_of: Any = io.BytesIO, **limits: Any
) -> Any:
    parser = FormDataParser(**{"max_form_memory_size": None, "max_form_parts": None, **limits})
    _, form, files = parser.parse(stream_of(data), mimetype, len(data), {"boundary": "b"})
    return form, files


@STREAMS
def test_fields_of_a_form(stream_of: Any) -> None:
    form, files = parsed(b"a=1&a=2&b=+%C3%A9&c&=d&e=%ff", stream_of=stream_of)
    assert list(form.items(multi=True)) == [
        ("a", "1"),
        ("a", "2"),
        ("b", " é"),
        ("c", ""),
        ("", "d"),
        ("e", "%FF"),
    ]
    assert not files


@STREAMS
@pytest.mark.parametrize(("size", "fits"), [(10, True), (11, False), (1_000, False)])
def test_the_size_of_a_form_is_limited(stream_of: Any, size: int, fits: bool) -> None:
    data = b"a=" + b"x" * (size - 2)
    if fits:
        assert parsed(data, stream_of=stream_of, max_form_memory_size=10)[0]["a"] == "x" * 8
    else:
        with pytest.raises(RequestEntityTooLarge):
            parsed(data, stream_of=stream_of, max_form_memory_size=10)


@pytest.mark.parametrize(("count", "fits"), [(5, True), (6, False)])
def test_the_number_of_fields_is_limited(count: int, fits: bool) -> None:
    data = urlencode([(f"n{n}", n) for n in range(count)]).encode()
    if fits:
        assert len(parsed(data, max_form_parts=5)[0]) == count
    else:
        with pytest.raises(RequestEntityTooLarge):
            parsed(data, max_form_parts=5)


def test_fields_and_files_count_together() -> None:
    field = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    data = field + field + FILE + b"--b--\r\n"
    form, files = parsed(data, "multipart/form-data", max_form_parts=3)
    assert form.getlist("a") == ["x", "x"]
    assert files["f"].read() == b"x"
    files["f"].close()
    with pytest.raises(RequestEntityTooLarge):
        parsed(data, "multipart/form-data", max_form_parts=2)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"a=\xff", "application/x-www-form-urlencoded"),
        (FILE + b"--b\r\nX: y\r\n\r\n\r\n--b--", "multipart/form-data"),
        (FILE, "multipart/form-data"),
    ],
    ids=["no UTF-8", "part without a name", "no end"],
)
def test_a_malformed_form_is_empty_and_has_no_open_files(data: bytes, media_type: str) -> None:
    files: list[io.BytesIO] = []

    def make(**options: Any) -> Any:
        files.append(io.BytesIO())
        return files[-1]

    parser = FormDataParser(make)
    assert not parser.is_broken
    stream = io.BytesIO(data)
    assert parser.parse(stream, media_type, len(data), {"boundary": "b"})[1:] == ({}, {})
    assert parser.is_broken
    assert all(file.closed for file in files)
    assert bool(files) is (media_type == "multipart/form-data")


def test_who_wants_to_know_is_told_of_a_malformed_form() -> None:
    with pytest.raises(ValueError, match="boundary"):
        FormDataParser(silent=False).parse(io.BytesIO(), "multipart/form-data", 0, {})


def test_other_media_types_are_no_forms() -> None:
    assert parsed(b"a=1", "text/plain") == (MultiDict(), MultiDict())
