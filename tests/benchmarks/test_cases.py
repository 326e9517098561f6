"""A wrong answer is no row of the table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.cases import CASES, MEGABYTE, ROUTING, WrongAnswer, rule_paths
from benchmarks.messages import Answer, Message


def asked(case: str, answer: Callable[[Message], Answer]) -> list[Message]:
    return CASES[case].requests(answer)


def test_a_right_answer_gives_the_requests() -> None:
    (message,) = asked("plain", lambda _: Answer(200, [], b"Hello, World!"))
    assert message == Message("/")


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        ("plain", Answer(200, [], b"Hello World")),
        ("plain", Answer(500, [], b"Hello, World!")),
        ("parameter", Answer(200, [("Content-Type", "text/plain")], b'{"id": 42, "q": "books"}')),
        ("parameter", Answer(200, [("Content-Type", "application/json")], b'{"id": "42"}')),
        ("hooks", Answer(200, [], b"seen by before")),
        ("not-found", Answer(200, [], b"")),
        ("not-allowed", Answer(405, [], b"")),
        ("redirect", Answer(302, [("Location", "/old")], b"")),
        ("file", Answer(200, [], MEGABYTE[1:])),
        ("file-conditional", Answer(200, [], MEGABYTE)),
        ("file-range", Answer(206, [("Content-Range", "bytes 0-999/1048576")], MEGABYTE[:1000])),
    ],
)
def test_a_wrong_answer_is_an_error(case: str, answer: Answer) -> None:
    with pytest.raises(WrongAnswer, match=str(answer.status)):
        asked(case, lambda _: answer)


def test_a_session_is_brought_back() -> None:
    def count(message: Message) -> Answer:
        cookie = dict(message.headers).get("cookie")
        if cookie is None:
            return Answer(200, [("Set-Cookie", "visits=1; Path=/; HttpOnly")], b"1")
        assert cookie == "visits=1"
        return Answer(200, [], b"2")

    (message,) = asked("session", count)
    assert message.headers == (("cookie", "visits=1"),)


def test_a_file_is_asked_for_with_the_validators_it_came_with() -> None:
    def send(message: Message) -> Answer:
        if message.headers == (("if-none-match", '"tag"'),):
            return Answer(304, [], b"")
        return Answer(200, [("ETag", '"tag"')], MEGABYTE)

    assert asked("file-conditional", send)


def test_who_takes_anything_does_not_validate() -> None:
    item = b'{"name": "Lamp", "price": 12.5, "tags": ["home", "light"], "stock": 3}'
    with pytest.raises(WrongAnswer, match="an invalid body was answered"):
        asked("validated", lambda _: Answer(200, [("Content-Type", "application/json")], item))


@pytest.mark.parametrize("case", ROUTING)
def test_requests_are_for_rules_that_exist_and_all_different(case: str) -> None:
    messages = asked(case, lambda _: Answer(200, [], b"7"))
    paths = {message.path for message in messages}
    assert len(paths) == 10
    assert paths <= {f"{prefix}/7{suffix}" for prefix, suffix in rule_paths(CASES[case].size)}
