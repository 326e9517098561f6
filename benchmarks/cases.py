"""What is asked of every peer, and which answer is right.

A peer that answers otherwise is reported as an error: its time means nothing.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import CACHE
from .messages import Answer, Message, json_message

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
#: Where the file of the file cases lies; written when it is first needed.
FILES = CACHE / "files"
FILE_NAME = "megabyte.bin"
MEGABYTE = bytes(range(256)) * 4096

GREETING = "Hello, World!"
ROWS = [(number, f"Item <{number}> & Co.") for number in range(1, 21)]
ITEM = {"name": "Lamp", "price": 12.5, "tags": ["home", "light"], "stock": 3}
#: About 100 kB of JSON.
ITEMS = [{**ITEM, "stock": number} for number in range(1530)]
BAD_ITEM = {"name": "Lamp", "price": "cheap", "tags": ["home"], "stock": 3}
SECRET = "a secret that is only good for benchmarks"

#: Asks for an answer; what a case uses to look at a peer before it is timed.
Ask = Callable[[Message], Answer]


class WrongAnswer(Exception):
    """A peer answered a case wrongly."""


@dataclass(frozen=True)
class Case:
    """A question to a peer.

    Args:
        name: how it is called on the command line and in results.
        label: how it is called in reports.
        messages: the requests of which the time is taken, one after the other.
        is_right: whether an answer to such a request is right.
        prepare: makes the requests anew from what a peer answers, before time is taken.
        size: how many rules the program has, for cases about routing.
    """

    name: str
    label: str
    messages: tuple[Message, ...]
    is_right: Callable[[Answer], bool]
    prepare: Callable[[Ask, Message], Message] = lambda ask, message: message
    size: int = 0

    def requests(self, ask: Ask) -> list[Message]:
        """The requests to time, after each was answered rightly once.

        Raises:
            WrongAnswer: one was not.
        """
        requests = [self.prepare(ask, message) for message in self.messages]
        for message in requests:
            answer = ask(message)
            if not self.is_right(answer):
                raise WrongAnswer(f"{message.method} {message.path}: {answer!r}")
        return requests


# -- right answers -------------------------------------------------------------------------------


def text(expected: str, *, status: int = 200) -> Callable[[Answer], bool]:
    """The answer is this text, byte for byte."""
    return lambda answer: answer.status == status and answer.body == expected.encode()


def json_of(expected: Any) -> Callable[[Answer], bool]:
    """The answer is JSON and has this value."""
    return lambda answer: (
        answer.status == 200
        and answer.header("content-type").startswith("application/json")
        and json.loads(answer.body) == expected
    )


def page(expected: str) -> Callable[[Answer], bool]:
    """The answer is this HTML page, byte for byte but for the way quotes are escaped."""
    return lambda answer: (
        answer.status == 200
        and answer.header("content-type").startswith("text/html")
        and answer.body == expected.encode()
    )


def _hooked(answer: Answer) -> bool:
    return text("seen by before")(answer) and answer.header("x-after") == "seen by after"


def _not_allowed(answer: Answer) -> bool:
    return answer.status == 405 and "GET" in answer.header("allow")


def _redirected(answer: Answer) -> bool:
    return answer.status == 302 and answer.header("location").endswith("/new")


def _whole_file(answer: Answer) -> bool:
    return answer.status == 200 and answer.body == MEGABYTE


def _not_modified(answer: Answer) -> bool:
    return answer.status == 304 and not answer.body


def _part_of_file(answer: Answer) -> bool:
    return (
        answer.status == 206
        and answer.body == MEGABYTE[1000:2000]
        and answer.header("content-range") == f"bytes 1000-1999/{len(MEGABYTE)}"
    )


# -- requests made of earlier answers ------------------------------------------------------------


def _with_cookie(ask: Ask, message: Message) -> Message:
    """The request of somebody who has been there once."""
    return message.having(("cookie", ask(message).cookies))


def _with_validators(ask: Ask, message: Message) -> Message:
    """The request of somebody who has the file already."""
    answer = ask(message)
    validators = {"if-none-match": "etag", "if-modified-since": "last-modified"}
    return message.having(
        *((name, answer.header(of)) for name, of in validators.items() if answer.header(of))
    )


def _after_a_refusal(ask: Ask, message: Message) -> Message:
    """The request itself, once it is known that a bad one is refused."""
    answer = ask(json_message(message.path, BAD_ITEM))
    if not 400 <= answer.status < 500:
        raise WrongAnswer(f"an invalid body was answered {answer!r}")
    return message


def _after_a_refusal_in_a_list(ask: Ask, message: Message) -> Message:
    """The request itself, once it is known that a list with a bad item is refused."""
    answer = ask(json_message(message.path, [*ITEMS[:3], BAD_ITEM]))
    if not 400 <= answer.status < 500:
        raise WrongAnswer(f"an invalid body was answered {answer!r}")
    return message


def _after_a_bad_query(ask: Ask, message: Message) -> Message:
    """The request itself, once it is known that a query of a wrong type is refused."""
    answer = ask(replace(message, query="limit=many&full=true&tag=new"))
    if not 400 <= answer.status < 500:
        raise WrongAnswer(f"an invalid query was answered {answer!r}")
    return message


# -- routing -------------------------------------------------------------------------------------


def rule_paths(size: int) -> list[tuple[str, str]]:
    """The rules of an application with so many: pairs of a prefix, and what follows a number.

    A rule is `<prefix>/<int><suffix>`; every other one has a suffix. They are in areas of a
    hundred, as the paths of a large application are.
    """
    return [
        (f"/area{number // 100}/topic{number}", "/details" if number % 2 else "")
        for number in range(size)
    ]


def _routing(size: int) -> Case:
    paths = rule_paths(size)
    chosen = [paths[(2 * step + 1) * size // 20] for step in range(10)]
    messages = tuple(Message(f"{prefix}/{7}{suffix}") for prefix, suffix in chosen)
    return Case(
        f"routing-{size}",
        f"routing, {size:,} rules",
        messages,
        text("7"),
        size=size,
    )


# -- the list ------------------------------------------------------------------------------------

_TABLE = "".join(
    f"<tr><td>{number}</td><td>{html.escape(name, quote=False)}</td></tr>" for number, name in ROWS
)
_FILE = Message(f"/files/{FILE_NAME}")

#: Cases that one program answers, without any of the others' features.
SIMPLE = ("plain", "parameter", "json", "not-found", "not-allowed", "redirect", "upload")
FILE = ("file", "file-conditional", "file-range")
SIZES = (10, 1_000, 10_000)
ROUTING = tuple(f"routing-{size}" for size in SIZES)

CASES = {
    case.name: case
    for case in (
        Case("plain", "plain text", (Message(),), text(GREETING)),
        Case(
            "parameter",
            "int parameter, query, JSON",
            (Message("/users/42", query="q=books"),),
            json_of({"id": 42, "q": "books"}),
        ),
        Case(
            "json",
            "JSON body",
            (json_message("/json", {"name": "Ada", "tags": ["a", "b"], "age": 36}),),
            json_of({"name": "Ada", "tags": 2}),
        ),
        Case(
            "validated",
            "validated JSON body",
            (json_message("/items", ITEM),),
            json_of(ITEM),
            _after_a_refusal,
        ),
        Case(
            "typed",
            "typed path and query",
            (Message("/shelves/7", query="limit=5&full=true&tag=new&tag=red"),),
            json_of({"shelf": 7, "limit": 5, "full": True, "tags": ["new", "red"]}),
            _after_a_bad_query,
        ),
        Case(
            "typed-list",
            "validated list of 100 kB",
            (json_message("/items/many", ITEMS),),
            json_of({"items": len(ITEMS)}),
            _after_a_refusal_in_a_list,
        ),
        Case(
            "template",
            "template of 20 rows",
            (Message("/table"),),
            page(f"<!doctype html><title>Items</title><table>{_TABLE}</table>"),
        ),
        Case("session", "session read and written", (Message("/visits"),), text("2"), _with_cookie),
        Case("hooks", "before and after hooks", (Message("/hooked"),), _hooked),
        Case("not-found", "404", (Message("/no/such/page"),), lambda answer: answer.status == 404),
        Case("not-allowed", "405", (Message("/users/42", "DELETE"),), _not_allowed),
        Case("redirect", "redirect", (Message("/old"),), _redirected),
        Case(
            "upload",
            "body of 1 MB",
            (
                Message(
                    "/upload",
                    "POST",
                    headers=(("content-type", "application/octet-stream"),),
                    body=MEGABYTE,
                ),
            ),
            text(str(len(MEGABYTE))),
        ),
        Case("file", "file of 1 MB", (_FILE,), _whole_file),
        Case(
            "file-conditional",
            "file not modified",
            (_FILE,),
            _not_modified,
            _with_validators,
        ),
        Case(
            "file-range",
            "range of a file",
            (_FILE.having(("range", "bytes=1000-1999")),),
            _part_of_file,
        ),
        Case("async", "async view under WSGI", (Message("/async"),), text(GREETING)),
        Case("async-wait", "waiting async view under WSGI", (Message("/wait"),), text(GREETING)),
        *(_routing(size) for size in SIZES),
    )
}


def write_files() -> Path:
    """The folder with the file of the file cases."""
    FILES.mkdir(parents=True, exist_ok=True)
    path = FILES / FILE_NAME
    if not path.exists() or path.stat().st_size != len(MEGABYTE):
        path.write_bytes(MEGABYTE)
    return FILES
