"""Dependencies: what views are provided with, on every gateway."""

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import pytest

from quaff import Depends, Header, Path, Quaff, Query, abort, current_app, g
from quaff.binding.errors import AnnotationError
from quaff.testing import QuaffClient

events: list[Any] = []


@pytest.fixture(autouse=True)
def no_events() -> None:
    events.clear()


def number(page: int = 1) -> int:
    events.append("number")
    return page


def doubled(number: Annotated[int, Depends(number)]) -> Iterator[int]:
    events.append("doubled begins")
    try:
        yield number * 2
    except BaseException as error:
        events.append(type(error).__name__)
        raise
    finally:
        events.append("doubled ends")


async def tripled(number: Annotated[int, Depends(number)]) -> int:
    events.append("tripled")
    return number * 3


async def session(
    doubled: Annotated[int, Depends(doubled)], token: Annotated[str, Header()] = "none"
) -> AsyncIterator[str]:
    events.append("session begins")
    try:
        yield f"{token}{doubled}"
    except Exception as error:
        events.append(type(error).__name__)
        raise
    finally:
        events.append("session ends")


class Counter:
    def __init__(self, start: int = 5) -> None:
        self.start = start


@pytest.fixture(params=["plain", "async", "plain on the loop"])
def views(request: pytest.FixtureRequest, app: Quaff) -> Quaff:
    """An application with a plain or an async view that depends on everything."""

    def plain(
        session: Annotated[str, Depends(session)],
        doubled: Annotated[int, Depends(doubled)],
        tripled: Annotated[int, Depends(tripled)],
        counter: Annotated[Counter, Depends()],
        fail: bool = False,
    ) -> list[Any]:
        events.append("view")
        if fail:
            abort(409)
        return [session, doubled, tripled, counter.start]

    async def async_view(**values: Any) -> list[Any]:
        return plain(**values)

    async_view.__wrapped__ = plain  # type: ignore[attr-defined]
    app.add_url_rule(
        "/",
        "view",
        async_view if request.param == "async" else plain,
        **({"threaded": False} if request.param == "plain on the loop" else {}),  # type: ignore[arg-type]
    )
    return app


def test_providers_run_once_in_order_and_end_in_reverse(views: Quaff, client: QuaffClient) -> None:
    response = client.get("/?page=2&start=7", headers={"Token": "t"})
    assert response.json == ["t4", 4, 6, 7]
    assert events == [
        *("number", "doubled begins", "session begins", "tripled", "view"),
        *("session ends", "doubled ends"),
    ]


def test_what_the_view_raises_is_seen_at_the_yield(views: Quaff, client: QuaffClient) -> None:
    assert client.get("/?fail=true").status_code == 409
    assert events[-4:] == ["Conflict", "session ends", "Conflict", "doubled ends"]


def test_nothing_is_provided_for_a_request_that_is_refused(
    views: Quaff, client: QuaffClient
) -> None:
    response = client.get("/?page=x&fail=y&start=z")
    assert [error["loc"] for error in response.json["errors"]] == [
        ["query", "page"],
        ["query", "start"],
        ["query", "fail"],
    ]
    assert events == []


def test_dependencies_end_before_teardown_functions(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view(doubled: Annotated[int, Depends(doubled)]) -> str:
        return str(doubled)

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        events.append("teardown")

    assert client.get("/").text == "2"
    assert events[-2:] == ["doubled ends", "teardown"]


def test_what_began_ends_if_a_later_provider_fails(app: Quaff, client: QuaffClient) -> None:
    def broken(doubled: Annotated[int, Depends(doubled)]) -> int:
        raise ZeroDivisionError

    @app.get("/")
    def view(broken: Annotated[int, Depends(broken)]) -> str:
        return "never"

    assert client.get("/").status_code == 500
    assert events == ["number", "doubled begins", "ZeroDivisionError", "doubled ends"]


def test_providers_may_answer_themselves(app: Quaff, client: QuaffClient) -> None:
    def user(token: Annotated[str | None, Header()] = None) -> str:
        return token or abort(401)

    @app.get("/")
    def view(user: Annotated[str, Depends(user)]) -> str:
        return user

    assert client.get("/").status_code == 401
    assert client.get("/", headers={"Token": "ada"}).text == "ada"


def test_providers_run_in_the_context_of_the_request(app: Quaff, client: QuaffClient) -> None:
    def name() -> str:
        g.seen = True
        return current_app.name

    @app.get("/")
    async def view(name: Annotated[str, Depends(name)]) -> list[Any]:
        return [name, g.seen]

    assert client.get("/").json == ["example", True]


def test_without_cache_a_provider_runs_each_time(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view(
        a: Annotated[int, Depends(number, use_cache=False)],
        b: Annotated[int, Depends(number, use_cache=False)],
    ) -> str:
        return str(a + b)

    assert client.get("/").text == "2"
    assert events == ["number", "number"]


def test_plain_providers_do_not_block_the_loop(app: Quaff) -> None:
    def thread() -> Iterator[int]:
        yield threading.get_ident()
        events.append(threading.get_ident())

    @app.get("/")
    async def view(ident: Annotated[int, Depends(thread)]) -> list[bool]:
        events.append(threading.get_ident())
        return [ident == threading.get_ident()]

    assert app.test_client(gateway="asgi").get("/").json == [False]
    loop, end = events
    assert loop != end


def test_overrides_take_the_place_of_providers(app: Quaff, client: QuaffClient) -> None:
    def fake(size: int) -> int:
        return size

    @app.get("/")
    def view(doubled: Annotated[int, Depends(doubled)]) -> str:
        return str(doubled)

    assert client.get("/?page=4").text == "8"
    app.dependency_overrides[number] = fake
    assert client.get("/?size=5").text == "10"
    del app.dependency_overrides[number]
    assert client.get("/?page=4").text == "8"


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(("times", "what"), [(0, "yields nothing"), (2, "yields more than once")])
def test_a_generator_that_does_not_yield_once_is_an_error(
    times: int, what: str, is_async: bool, app: Quaff
) -> None:
    def odd() -> Iterator[int]:
        yield from range(times)

    async def async_odd() -> AsyncIterator[int]:
        for item in range(times):
            yield item

    provider: Any = async_odd if is_async else odd

    def view(it: int) -> str:
        return ""

    view.__annotations__["it"] = Annotated[int, Depends(provider)]
    app.add_url_rule("/", "view", view)
    app.testing = True
    with pytest.raises(RuntimeError, match=what):
        app.test_client().get("/")


def test_markers_of_providers_are_read(app: Quaff, client: QuaffClient) -> None:
    def page(number: Annotated[int, Query(alias="page", ge=1)], id: str) -> list[Any]:
        return [number, id]

    @app.get("/<id>")
    def view(id: str, page: Annotated[list[Any], Depends(page)]) -> list[Any]:
        return [*page, id]

    assert client.get("/x?page=3").json == [3, "x", "x"]
    assert client.get("/x?page=0").json["errors"][0]["loc"] == ["query", "page"]


def row(id: str, number: int) -> list[Any]:
    return [id, number]


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_what_only_a_provider_takes_of_the_url_is_not_handed_to_the_view(
    kind: str, app: Quaff, client: QuaffClient
) -> None:
    def view(row: Annotated[list[Any], Depends(row)]) -> list[Any]:
        return row

    async def async_view(row: Annotated[list[Any], Depends(row)]) -> list[Any]:
        return row

    app.add_url_rule("/<id>/<int:number>", "view", async_view if kind == "async" else view)
    assert client.get("/x/3").json == ["x", 3]


def test_a_view_is_handed_what_it_takes_of_the_url(app: Quaff, client: QuaffClient) -> None:
    @app.get("/all/<id>/<int:number>")
    def everything(row: Annotated[list[Any], Depends(row)], **values: Any) -> list[Any]:
        return [row, values]

    @app.get("/renamed/<id>/<int:number>")
    def renamed(
        row: Annotated[list[Any], Depends(row)], key: Annotated[str, Path(alias="id")], number: Any
    ) -> list[Any]:
        return [row, key, number]

    assert client.get("/all/x/3").json == [["x", 3], {"id": "x", "number": 3}]
    assert client.get("/renamed/x/3").json == [["x", 3], "x", 3]


class Repository:
    async def __call__(self, page: int = 1) -> str:
        return f"page {page}"


def test_anything_that_is_called_may_provide(app: Quaff, client: QuaffClient) -> None:
    repository: Any = Repository()

    def view(number: Any, text: Any, name: str) -> list[Any]:
        return [number, text, name]

    view.__annotations__ |= {
        "number": Annotated[dict[str, int], Depends(dict)],
        "text": Annotated[str, Depends(repository)],
    }
    app.add_url_rule("/", "view", view)
    assert client.get("/?name=a&page=3").json == [{}, "page 3", "a"]


@pytest.mark.parametrize("is_async", [False, True])
def test_what_a_generator_raises_in_the_end_is_a_fault(is_async: bool, app: Quaff) -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    async def async_failing() -> AsyncIterator[int]:
        yield 1
        raise ZeroDivisionError

    provider: Any = async_failing if is_async else failing

    def view(it: int) -> str:
        return ""

    view.__annotations__["it"] = Annotated[int, Depends(provider)]
    app.add_url_rule("/", "view", view)
    app.testing = True
    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/")


def test_what_cannot_be_called_cannot_provide(app: Quaff) -> None:
    def view(it: Annotated[int, Depends(3)]) -> str:  # type: ignore[arg-type]
        return ""

    app.add_url_rule("/", "view", view)
    with pytest.raises(AnnotationError, match="depends on 3, which cannot be called"):
        app.plan  # noqa: B018 - made here
