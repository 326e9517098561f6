"""Registering, logging in and out, the profile."""

from __future__ import annotations

import pytest

from .conftest import PASSWORD, Browser


def test_visitors_are_sent_to_the_login_page_and_back(browser: Browser) -> None:
    response = browser.get("/?state=done")
    assert response.status_code == 302
    assert response.location == "/login?next=/?state%3Ddone"
    browser.register("ada")
    browser.post("/logout")
    response = browser.log_in("ada", after="?next=/?state%3Ddone")
    assert response.location == "/?state=done"


def test_registering_logs_in(browser: Browser) -> None:
    browser.register("ada")
    page = browser.get("/").text
    assert "ada" in page
    assert "Nothing to do" in page


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", "", "Name is missing"),
        ("name", "a b", "Name may have letters"),
        ("name", "x" * 41, "Name may have at most 40"),
        ("email", "nonsense", "E-mail is not an e-mail address"),
        ("password", "short", "Password needs at least 8"),
        ("password", "x" * 129, "Password may have at most 128"),
        ("name", "a\0b", "Name must not contain control characters"),
    ],
)
def test_registration_says_what_is_wrong(
    browser: Browser, field: str, value: str, problem: str
) -> None:
    form = {"name": "ada", "email": "ada@example.org", "password": PASSWORD, field: value}
    response = browser.post("/register", form)
    assert response.status_code == 422
    assert problem in response.text
    assert browser.get("/").status_code == 302


def test_names_are_unique_whatever_their_case(ada: Browser, browser: Browser) -> None:
    response = browser.register("ADA")
    assert response.status_code == 422
    assert "Name is taken" in response.text


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("nobody", PASSWORD)])
def test_a_failed_login_does_not_say_what_was_wrong(
    ada: Browser, browser: Browser, name: str, password: str
) -> None:
    response = browser.log_in(name, password)
    assert response.status_code == 422
    assert "The name or the password is not right." in response.text


def test_login_begins_a_new_session(ada: Browser) -> None:
    ada.post("/logout")
    with ada.client.session_transaction() as session:
        session["left over"] = True
    ada.log_in("ada")
    with ada.client.session_transaction() as session:
        assert "left over" not in session


def test_logging_out(ada: Browser) -> None:
    assert ada.post("/logout").status_code == 302
    assert ada.get("/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/a\r\nX: y",
    ],
)
def test_login_leads_to_this_site_only(ada: Browser, target: str) -> None:
    ada.post("/logout")
    form = {"name": "ada", "password": PASSWORD, "csrf_token": ada.token()}
    response = ada.client.post("/login", data=form, query_string={"next": target})
    assert response.location == "/"


def test_the_profile_can_be_changed(ada: Browser) -> None:
    assert ada.post("/profile", {"email": "new@example.org"}).status_code == 302
    assert "new@example.org" in ada.get("/profile").text
    assert ada.post("/profile", {"email": "nonsense"}).status_code == 422


def test_changing_the_password_ends_other_sessions(ada: Browser, browser: Browser) -> None:
    browser.log_in("ada")
    assert browser.get("/").status_code == 200
    form = {"old_password": PASSWORD, "new_password": "a better one"}
    assert ada.post("/profile", form).status_code == 302
    assert ada.get("/").status_code == 200
    assert browser.get("/").status_code == 302
    assert browser.log_in("ada", "a better one").status_code == 302


def test_changing_the_password_needs_the_old_one(ada: Browser) -> None:
    response = ada.post("/profile", {"old_password": "wrong", "new_password": "a better one"})
    assert response.status_code == 422
    assert "Old password is not right" in response.text


@pytest.mark.parametrize("token", ["", "nonsense", "AAAA", "é"])
def test_forms_without_the_sessions_token_are_refused(ada: Browser, token: str) -> None:
    response = ada.client.post("/tasks", data={"title": "x", "csrf_token": token})
    assert response.status_code == 403
    assert "Nothing to do" in ada.get("/").text


def test_a_token_of_another_session_is_refused(ada: Browser, ben: Browser) -> None:
    response = ada.client.post("/tasks", data={"title": "x", "csrf_token": ben.token()})
    assert response.status_code == 403


def test_tokens_differ_from_page_to_page(ada: Browser) -> None:
    assert ada.token("/profile") != ada.token("/profile")
