"""What developers are told, word for word: one snapshot of all messages, to be read as prose.

`python tests/errors/test_messages.py` writes the snapshot anew.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any

import pytest

from quaff import (
    Blueprint,
    Cookie,
    Depends,
    Event,
    EventStream,
    File,
    Form,
    Header,
    Path,
    Quaff,
    Query,
    Request,
    UploadedFile,
    current_app,
    inject,
    request,
    session,
    stream_with_context,
    url_for,
)
from quaff import after_this_request as after
from quaff.bridge import in_thread
from quaff.channels import Channels
from quaff.http.sse import event_of

SNAPSHOT = FilePath(__file__).parent / "messages.txt"


def app_with(view: Callable[..., Any]) -> Quaff:
    app = Quaff("shop", static_folder=None)
    app.testing = True
    app.add_url_rule("/", "index", view)
    return app


def answer(view: Callable[..., Any], **options: Any) -> None:
    app_with(view).test_client().get("/", **options)


def returning(value: Any) -> Callable[[], None]:
    return lambda: answer(lambda: value)


def first_view() -> str:
    return "first"


def second_view() -> str:
    return "second"


def same_endpoint() -> None:
    app = Quaff("shop", static_folder=None)
    app.add_url_rule("/a", "page", first_view)
    app.add_url_rule("/b", "page", second_view)


def hook_after_the_first_request() -> None:
    app = app_with(lambda: "ok")
    app.test_client().get("/")
    app.before_request(lambda: None)


def blueprint_hook_after_registration() -> None:
    blueprint = Blueprint("part", __name__)
    Quaff("shop", static_folder=None).register_blueprint(blueprint)
    blueprint.get("/")


def blueprint_twice() -> None:
    app, blueprint = Quaff("shop", static_folder=None), Blueprint("part", __name__)
    app.register_blueprint(blueprint)
    app.register_blueprint(blueprint)


def write_session() -> str:
    session["name"] = "ada"
    return ""


def after_hook_without_value() -> None:
    app = app_with(lambda: "ok")

    def forgetful(response: Any) -> None: ...

    app.after_request(forgetful)
    app.test_client().get("/")


def rule_without_view() -> None:
    app = Quaff("shop", static_folder=None)
    app.testing = True
    app.add_url_rule("/", "index")
    app.test_client().get("/")


def header(name: str, value: str) -> Callable[[], None]:
    return lambda: answer(lambda: ("ok", {name: value}))


def cookie() -> Any:
    response = current_app.make_response("ok")
    response.set_cookie("a; Domain=evil.example", "1")
    return response


def wait_on_the_loop() -> None:
    in_thread(print).send(None)


@dataclass
class Inner:
    x: int


@dataclass
class Foreign:
    inner: list[Blueprint]
    other: Blueprint | None = None


@dataclass
class Nested:
    inner: Inner


@dataclass
class Album:
    cover: UploadedFile


@dataclass
class Albums:
    first: Album


def signature(annotation: Any) -> Callable[[], None]:
    """A start with a view whose parameter has this annotation."""

    def start() -> None:
        def view(page: Any) -> None: ...

        view.__annotations__["page"] = annotation
        app_with(view).plan  # noqa: B018 - made here

    return start


def fastapi_default() -> None:
    def view(page: int = Query(ge=1)) -> None: ...  # type: ignore[assignment]

    app_with(view).plan  # noqa: B018 - made here


def two_bodies() -> None:
    def view(first: dict[str, int], second: list[dict[str, int]]) -> None: ...

    app_with(view).plan  # noqa: B018 - made here


def unannotated_provider() -> None:
    def provider(token):  # type: ignore[no-untyped-def]
        ...

    signature(Annotated[int, Depends(provider)])()


def needy_provider() -> None:
    def provider(token: str) -> None: ...

    def command(database: Any) -> None: ...

    command.__annotations__["database"] = Annotated[Any, Depends(provider)]
    inject(command)()  # type: ignore[call-arg]


CASES: dict[str, Callable[[], Any]] = {
    "a rule without a slash": lambda: Quaff("shop").add_url_rule("page", "page", first_view),
    "a rule without an endpoint": lambda: Quaff("shop").add_url_rule("/page"),
    "a rule without a view": rule_without_view,
    "two views for one endpoint": same_endpoint,
    "methods as a string": lambda: Quaff("shop").route("/", methods="POST")(first_view),
    "methods for get()": lambda: Quaff("shop").get("/", methods=["POST"]),  # type: ignore[call-arg]
    "a hook after the first request": hook_after_the_first_request,
    "a blueprint's hook after its registration": blueprint_hook_after_registration,
    "a blueprint registered twice": blueprint_twice,
    "a blueprint with a dot": lambda: Blueprint("a.b", __name__),
    "a handler for an instance": lambda: Quaff("shop").register_error_handler(
        ValueError(),  # type: ignore[arg-type]
        first_view,
    ),
    "a handler for an unknown status": lambda: Quaff("shop").register_error_handler(
        999, first_view
    ),
    "a relative instance path": lambda: Quaff("shop", instance_path="here"),
    "a static host without host matching": lambda: Quaff("shop", static_host="a.example"),
    "a view that returns None": returning(None),
    "a view that returns a number": returning(3),
    "a view that returns a tuple of four": returning((1, 2, 3, 4)),
    "a view that returns a callable that is no WSGI application": returning(first_view),
    "an after hook that returns None": after_hook_without_value,
    "a status that HTTP does not know": returning(("ok", 1000)),
    "a header with a line end": header("X-Name", "a\0b"),
    "a header name with a space": header("X Name", "a"),
    "a location that is no URL": header("Location", "http://[::1"),
    "a cookie name with a semicolon": lambda: answer(cookie),
    "a session without a secret key": lambda: answer(write_session),
    "current_app outside a context": lambda: current_app.name,
    "request outside a request": lambda: request.path,
    "url_for outside a context": lambda: url_for("index"),
    "after_this_request outside a request": lambda: after(first_view),
    "a generator function that was not called": lambda: EventStream(first_view),  # type: ignore[arg-type]
    "a message where an event is needed": lambda: event_of({"text": "hello"}),
    "an item that is no event": lambda: event_of(7),
    "an event's id with a line end": lambda: Event("hello", id="1\ndata: forged"),
    "channels without an application": lambda: Channels().publish("tea", "hello"),
    "stream_with_context outside a request": lambda: stream_with_context(iter(())),
    "a type that nothing binds": signature(Callable[..., int]),
    "a request as a parameter": signature(Request),
    "a model with a part that JSON cannot have": signature(Foreign),
    "a name for type checkers only": signature("Absent"),
    "a marker as the default": fastapi_default,
    "a list in a cookie": signature(Annotated[list[int], Cookie()]),
    "a dict in the query": signature(Annotated[dict[str, int], Query()]),
    "a constraint that the type cannot have": signature(Annotated[str, Query(ge=1)]),
    "constraints that exclude each other": signature(Annotated[int, Query(ge=1, gt=1)]),
    "a path value that the rule does not have": signature(Annotated[int, Path()]),
    "two markers": signature(Annotated[int, Query(), Header(alias="X-Page")]),
    "two bodies": two_bodies,
    "a model with a model in the query": signature(Annotated[Nested, Query()]),
    "a file that is none": signature(Annotated[bytes, File()]),
    "a file in the query": signature(Annotated[UploadedFile, Query()]),
    "a file in the JSON of a form": signature(Annotated[Albums, Form()]),
    "media types without brackets": lambda: File(content_types="image/png"),
    "a provider without annotations": unannotated_provider,
    "a provider that needs a request": needy_provider,
    "a thread for a loop that is not there": wait_on_the_loop,
}


def message_of(case: str) -> str:
    """The error of a case: its kind and its text."""
    try:
        CASES[case]()
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        # Where this file lies, and the line, are of no interest.
        return re.sub(r"[^\s(]*test_messages\.py:\d+", "FILE:LINE", text)
    raise AssertionError(f"No error: {case}")


def snapshot() -> str:
    return "\n".join(f"## {case}\n\n{message_of(case)}\n" for case in CASES)


@pytest.fixture(scope="module")
def expected() -> dict[str, str]:
    parts = SNAPSHOT.read_text().split("## ")[1:]
    return {part.partition("\n")[0]: part.partition("\n")[2].strip() for part in parts}


@pytest.mark.parametrize("case", CASES)
def test_the_message_is_the_one_agreed_on(case: str, expected: dict[str, str]) -> None:
    assert message_of(case) == expected[case]


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot())
    sys.stdout.write(snapshot())
