"""The pages of tasks."""

from __future__ import annotations

import re
from datetime import date

import pytest

from examples.todo import tasks

from .conftest import Browser


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be a Wednesday, 1 May 2030."""
    monkeypatch.setattr(tasks, "today", lambda: date(2030, 5, 1))


def test_adding_finishing_and_reopening(ada: Browser) -> None:
    task = ada.add("Paint the fence", due="2030-06-01", priority="high", note="green")
    page = ada.get("/").text
    for text in ("Paint the fence", "1 June 2030", "High priority", "green"):
        assert text in page
    ada.post(f"{task}/done")
    ada.post(f"{task}/done")
    assert "Done: “Paint the fence”." in ada.get("/").text
    assert ada.titles() == []
    assert ada.titles("state=done") == ["Paint the fence"]
    ada.post(f"{task}/open")
    assert ada.titles() == ["Paint the fence"]
    assert ada.titles("state=done") == []


def test_what_was_done_is_said_once(ada: Browser) -> None:
    ada.post("/", {"title": "Paint the fence"})
    assert "Added “Paint the fence”." in ada.get("/").text
    assert "Added “Paint the fence”." not in ada.get("/").text


def test_editing(ada: Browser) -> None:
    task = ada.add("Wter the plants")
    form = {"title": "Water the plants", "note": "all\r\nof them", "due": "2030-05-09"}
    response = ada.post(task, {**form, "priority": "low", "back": "/?state=all"})
    assert response.location == "/?state=all"
    page = ada.get(task).text
    assert 'value="Water the plants"' in page
    assert 'value="2030-05-09"' in page
    assert '<option value="low" selected>' in page
    assert "all\nof them</textarea>" in page
    ada.post(task, {"title": "Water the plants", "due": ""})
    assert 'value=""' in ada.get(task).text


def test_deleting_asks_first(ada: Browser) -> None:
    task = ada.add("Nothing")
    assert "Delete this task?" in ada.get(f"{task}/delete").text
    assert ada.titles() == ["Nothing"]
    assert ada.post(f"{task}/delete").location == "/"
    assert "Deleted “Nothing”." in ada.get("/").text
    assert ada.get(task).status_code == 404


def test_asking_for_the_head_of_a_page_changes_nothing(ada: Browser) -> None:
    task = ada.add("x")
    for path in ("/", task, f"{task}/delete", "/profile", "/login", "/register"):
        assert ada.client.head(path, data={"title": "y"}).status_code == 200
    assert ada.client.head(f"{task}/done").status_code == 405
    assert ada.titles() == ["x"]


@pytest.mark.parametrize("target", ["//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_the_way_back_is_on_this_site(ada: Browser, target: str) -> None:
    task = ada.add("x")
    for path in (task, f"{task}/delete"):
        assert target not in ada.get(path, query_string={"back": target}).text
    for path in (f"{task}/done", f"{task}/open", f"{task}/delete"):
        assert ada.post(path, {"back": target}).location == "/"


def test_states(ada: Browser) -> None:
    ada.add("open")
    ada.post(f"{ada.add('done')}/done")
    assert ada.titles() == ["open"]
    assert ada.titles("state=done") == ["done"]
    assert ada.titles("state=all") == ["open", "done"]
    page = ada.get("/").text
    assert page.count('<span class="count">1</span>') == 2
    assert page.count('<span class="count">2</span>') == 1


def test_search_looks_for_signs_as_they_are(ada: Browser) -> None:
    ada.add("100% sure")
    ada.add("Something else", note="but SURELY not")
    assert ada.titles("search=%25") == ["100% sure"]
    assert ada.titles("search=SURE") == ["Something else", "100% sure"]
    assert ada.titles("search=_") == []
    assert "No task is like that" in ada.get("/?search=_").text


def test_days_and_priorities(ada: Browser) -> None:
    days = {"late": "2030-04-30", "today": "2030-05-01", "soon": "2030-05-07"}
    for title, due in days.items():
        ada.add(title, due=due)
    ada.add("later", due="2030-05-08", priority="high")
    ada.add("whenever", priority="low")
    assert ada.titles("due=late") == ["late"]
    assert ada.titles("due=today") == ["today"]
    assert ada.titles("due=week") == ["today", "soon"]
    assert ada.titles("priority=high") == ["later"]
    assert ada.titles("due=week&priority=high") == []
    assert ada.titles("due=&priority=low&search=") == ["whenever"]
    page = ada.get("/").text
    for text in ("due late", "Yesterday", "Today", "Tuesday", "8 May 2030"):
        assert text in page


def test_what_is_late_is_not_late_once_it_is_done(ada: Browser) -> None:
    ada.post(f"{ada.add('x', due='2030-04-30')}/done")
    assert "due late" not in ada.get("/?state=all").text


def test_the_most_urgent_comes_first(ada: Browser) -> None:
    ada.add("whenever")
    ada.add("never", priority="low")
    ada.add("dream", priority="high")
    ada.add("later", due="2031-01-01")
    ada.add("soon", due="2030-01-01")
    ada.add("soon and important", due="2030-01-01", priority="high")
    assert ada.titles() == ["soon and important", "soon", "later", "dream", "whenever", "never"]


def test_long_lists_have_pages(ada: Browser) -> None:
    for number in range(21):
        ada.add(f"task {number:02}", priority="low")
    assert len(ada.titles()) == 20
    page = ada.get("/?priority=low").text
    assert "Page 1 of 2" in page
    assert 'href="/?priority=low&amp;page=2"' in page
    assert ada.titles("page=2") == ["task 00"]


def test_after_the_last_page_comes_the_last(ada: Browser) -> None:
    ada.add("x")
    assert ada.titles("state=all&page=7") == ["x"]


@pytest.mark.parametrize(
    "query",
    [
        *("state=other", "due=never", "priority=1", f"search={'x' * 101}", "search=%00"),
        *("page=0", "page=-1", "page=999999999", "page=٣"),
    ],
)
def test_lists_that_do_not_exist(ada: Browser, query: str) -> None:
    assert ada.get(f"/?{query}").status_code == 404


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({}, "Title is missing"),
        ({"title": ""}, "Title is missing"),
        ({"title": "   "}, "Title is missing"),
        ({"title": "\u200b"}, "Title must be 1 to 200 characters on one line."),
        ({"title": "x" * 201}, "Title must be 1 to 200 characters"),
        ({"title": "a\nb"}, "Title must be 1 to 200 characters on one line"),
        ({"title": "a\0b"}, "Title must be"),
        ({"title": "x", "due": "tomorrow"}, "Due must be a day of the calendar"),
        ({"title": "x", "due": "2030-02-30"}, "Due must be a day of the calendar"),
        ({"title": "x", "priority": "urgent"}, "Priority is not one of these"),
        ({"title": "x", "note": "x" * 5001}, "Note must be at most 5000 characters"),
    ],
)
def test_a_task_that_is_not_acceptable(ada: Browser, form: dict[str, str], problem: str) -> None:
    task = ada.add("as it was")
    for path in ("/", task):
        response = ada.post(path, form)
        assert response.status_code == 422
        assert problem in response.text
    assert ada.titles() == ["as it was"]


def test_what_was_typed_is_kept_when_something_is_wrong(ada: Browser) -> None:
    form = {"title": "<b>", "due": "2030-02-30", "note": "</textarea>", "priority": "low"}
    page = ada.post("/", form).text
    assert 'value="&lt;b&gt;"' in page
    assert "&lt;/textarea&gt;</textarea>" in page
    assert '<option value="low" selected>' in page
    assert "<details open>" in page


def test_texts_are_escaped(ada: Browser) -> None:
    task = ada.add("<script>alert(1)</script>", note='"><img src=x>')
    for path in ("/", task, f"{task}/delete"):
        page = ada.get(path).text
        assert "<script" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize("path", ["", "/done", "/open", "/delete"])
def test_nobody_reaches_another_users_task(ada: Browser, ben: Browser, path: str) -> None:
    task = ada.add("secret")
    theirs, nobodys = (
        ben.post(f"{each}{path}", {"title": "changed"}) for each in (task, "/tasks/999999")
    )
    assert theirs.status_code == nobodys.status_code == 404
    # Not even whether there is such a task can be seen.
    pages = {re.sub('value="[^"]+"', "", answer.text) for answer in (theirs, nobodys)}
    assert len(pages) == 1
    assert ben.get(task).status_code == ben.get(f"{task}/delete").status_code == 404
    assert ben.titles("state=all") == ben.titles("search=secret") == []
    assert ada.titles() == ["secret"]


@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 30, "9" * 5000, "-1", "x"])
def test_numbers_that_no_task_has(ada: Browser, number: str) -> None:
    assert ada.get(f"/tasks/{number}").status_code == 404
