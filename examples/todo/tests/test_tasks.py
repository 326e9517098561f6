"""The pages of tasks."""

from __future__ import annotations

import pytest

from .conftest import Browser


def first(browser: Browser) -> str:
    """The path of the only task."""
    page = browser.get("/?state=all").text
    return page.partition('class="title" href="')[2].partition('"')[0]


def test_adding_listing_and_finishing(ada: Browser) -> None:
    assert ada.add("Paint the fence", due="2030-05-01").status_code == 302
    page = ada.get("/").text
    assert "Paint the fence" in page
    assert "1 May 2030" in page
    ada.post(f"{first(ada)}/done")
    assert "Paint the fence" not in ada.get("/").text
    assert "Paint the fence" in ada.get("/?state=done").text
    ada.post(f"{first(ada)}/done")
    assert "Paint the fence" in ada.get("/").text


def test_editing(ada: Browser) -> None:
    ada.add("Wter the plants")
    task = first(ada)
    form = {"title": "Water the plants", "note": "all of them", "due": "2030-05-01"}
    assert ada.post(task, form).status_code == 302
    page = ada.get(task).text
    assert 'value="Water the plants"' in page
    assert 'value="2030-05-01"' in page
    assert "all of them" in page


def test_deleting(ada: Browser) -> None:
    ada.add("Nothing")
    task = first(ada)
    assert ada.post(f"{task}/delete").status_code == 302
    assert ada.get(task).status_code == 404


def test_search_looks_for_signs_as_they_are(ada: Browser) -> None:
    ada.add("100% sure")
    ada.add("Something else")
    page = ada.get("/?search=%25").text
    assert "100% sure" in page
    assert "Something else" not in page
    assert "Nothing matches" in ada.get("/?search=_").text


def test_the_most_urgent_comes_first(ada: Browser) -> None:
    ada.add("whenever")
    ada.add("later", due="2031-01-01")
    ada.add("soon", due="2030-01-01")
    page = ada.get("/").text
    assert page.index(">soon<") < page.index(">later<") < page.index(">whenever<")


def test_long_lists_have_pages(ada: Browser) -> None:
    for number in range(21):
        ada.add(f"task {number:02}")
    assert "Page 1 of 2" in ada.get("/").text
    assert "task 00" in ada.get("/?page=2").text


@pytest.mark.parametrize("query", ["state=other", "page=0", "page=-1", "page=999999999"])
def test_pages_that_do_not_exist(ada: Browser, query: str) -> None:
    assert ada.get(f"/?{query}").status_code == 404


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"title": ""}, "is missing"),
        ({"title": "   "}, "is missing"),
        ({"title": "x" * 201}, "may have at most 200"),
        ({"title": "x", "due": "tomorrow"}, "must be a day"),
        ({"title": "x", "due": "2030-02-30"}, "is not a day of the calendar"),
        ({"title": "a\0b"}, "control characters"),
    ],
)
def test_a_task_that_is_not_acceptable(ada: Browser, form: dict[str, str], problem: str) -> None:
    response = ada.post("/tasks", form)
    assert response.status_code == 422
    assert problem in response.text
    assert "Nothing to do" in ada.get("/").text


def test_titles_are_escaped(ada: Browser) -> None:
    ada.add("<script>alert(1)</script>")
    assert "<script>" not in ada.get("/").text


@pytest.mark.parametrize("path", ["", "/done", "/delete"])
def test_nobody_reaches_another_users_task(ada: Browser, ben: Browser, path: str) -> None:
    ada.add("secret")
    task = first(ada)
    assert ben.get(task).status_code == 404
    assert ben.post(f"{task}{path}", {"title": "changed"}).status_code == 404
    assert "secret" not in ben.get("/?state=all").text
    assert "secret" in ada.get("/").text


def test_a_number_that_no_database_has(ada: Browser) -> None:
    assert ada.get("/tasks/99999999999999999999").status_code == 404
