import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

import click
import pytest

from quaff import Depends, Quaff, Query, current_app, inject

events: list[Any] = []


@pytest.fixture(autouse=True)
def no_events() -> None:
    events.clear()


def page(page: int = 1) -> int:
    return page


def database(page: Annotated[int, Depends(page)]) -> Iterator[str]:
    events.append("begins")
    try:
        yield f"database {page}"
    except Exception as error:
        events.append(type(error).__name__)
        raise
    finally:
        events.append("ends")


async def session(database: Annotated[str, Depends(database)]) -> AsyncIterator[str]:
    yield f"session of {database}"
    events.append("session ends")


@inject
def work(number: int, session: Annotated[str, Depends(session)]) -> str:
    events.append("work")
    return f"{number} {session}" if number else str(1 / number)


@inject
async def async_work(number: int, session: Annotated[str, Depends(session)]) -> str:
    events.append("work")
    return f"{number} {session}" if number else str(1 / number)


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    result = function(*args, **kwargs)
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


@pytest.mark.parametrize("function", [work, async_work])
def test_dependencies_are_provided_without_application(function: Callable[..., Any]) -> None:
    assert call(function, 3) == "3 session of database 1"
    assert events == ["begins", "work", "session ends", "ends"]


@pytest.mark.parametrize("function", [work, async_work])
def test_what_it_raises_is_seen_at_the_yield(function: Callable[..., Any]) -> None:
    with pytest.raises(ZeroDivisionError):
        call(function, 0)
    assert events == ["begins", "work", "ZeroDivisionError", "ends"]


@pytest.mark.parametrize("function", [work, async_work])
def test_what_the_caller_gives_is_not_provided(function: Callable[..., Any]) -> None:
    assert call(function, 3, session="mine") == "3 mine"
    assert call(function, 3, "mine") == "3 mine"
    assert events == ["work", "work"]


def test_overrides_of_the_application_at_work_count(app: Quaff) -> None:
    app.dependency_overrides[session] = lambda: "fake"
    with app.app_context():
        assert work(3) == "3 fake"  # type: ignore[call-arg]
    assert call(work, 3) == "3 session of database 1"


def test_the_request_at_work_is_read(app: Quaff) -> None:
    with app.test_request_context("/?page=7"):
        assert call(work, 3) == "3 session of database 7"
    assert events[-1] == "ends"


def test_commands_may_depend(app: Quaff) -> None:
    @app.cli.command("show")
    @click.option("--number", type=int)
    @inject
    def show(number: int, session: Annotated[str, Depends(session)]) -> None:
        click.echo(f"{current_app.name} {number} {session}")

    result = app.test_cli_runner().invoke(args=["show", "--number", "2"])
    assert result.output == "example 2 session of database 1\n"
    assert events[-1] == "ends"


def test_a_view_may_be_injected_already(app: Quaff) -> None:
    app.get("/<int:number>")(work)
    assert app.test_client().get("/2?page=4").text == "2 session of database 4"


def test_a_provider_that_needs_a_request_says_so() -> None:
    def needy(token: Annotated[str, Query()]) -> str:
        return token

    @inject
    def function(it: Annotated[str, Depends(needy)]) -> str:
        return it

    with pytest.raises(RuntimeError, match="parameter `token` comes from a request"):
        function()  # type: ignore[call-arg]


def test_generators_are_refused() -> None:
    def generator() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match="a generator, ends"):
        inject(generator)
