"""Registering, logging in and out, the profile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.security import check_password_hash
from werkzeug.test import Client

from examples.todo import users
from examples.todo.throttle import Throttle
from quaff import Quaff

from .conftest import PASSWORD, Browser

# -- registering -------------------------------------------------------------------------------


def test_registering_logs_in(browser: Browser) -> None:
    assert browser.register("ada").location == "/"
    page = browser.get("/").text
    assert "Welcome, ada!" in page
    assert "Nothing here yet" in page


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", "", "Name is missing"),
        ("name", "a b", "Name must be 2 to 40 letters"),
        ("name", "ada\n", None),
        ("name", "x" * 41, "Name must be 2 to 40 letters"),
        ("name", "a\0b", "Name must be 2 to 40 letters"),
        ("email", "nonsense", "E-mail must be an e-mail address"),
        ("email", "a@example.org\nBcc: b@example.org", "E-mail must be an e-mail address"),
        ("password", "short", "Password must be 8 to 128"),
        ("password", "x" * 129, "Password must be 8 to 128"),
        ("password", "  spaces at its ends  ", None),
    ],
)
def test_registration_says_what_is_wrong(
    browser: Browser, field: str, value: str, problem: str | None
) -> None:
    form = {"name": "ada", "email": "ada@example.org", "password": PASSWORD, field: value}
    response = browser.post("/register", form)
    if problem is None:
        assert response.status_code == 302
        assert browser.log_in("ada", form["password"]).status_code == 302
    else:
        assert response.status_code == 422
        assert problem in response.text
        assert browser.get("/").location == "/login"


def test_a_field_that_is_left_out(browser: Browser) -> None:
    response = browser.post("/register", {"name": "ada"})
    assert "E-mail is missing" in response.text
    assert "Password is missing" in response.text


def test_a_password_is_never_shown_again(browser: Browser) -> None:
    response = browser.post("/register", {"name": "", "email": "", "password": PASSWORD})
    assert PASSWORD not in response.text


def test_names_are_unique_whatever_their_case(ada: Browser, browser: Browser) -> None:
    response = browser.register("ADA")
    assert response.status_code == 422
    assert "Name is taken" in response.text


# -- logging in and out ------------------------------------------------------------------------


def test_visitors_are_sent_to_the_login_page_and_back(browser: Browser, ada: Browser) -> None:
    response = browser.get("/?state=done")
    assert response.location == "/login?next=/?state%3Ddone"
    assert "Please log in first." in browser.get(response.location).text
    response = browser.log_in("Ada", query_string={"next": "/?state=done"})
    assert response.location == "/?state=done"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ada", "wrong"),
        ("nobody", PASSWORD),
        ("ada", ""),
        ("a\0", PASSWORD),
        ("ada", f"{PASSWORD:128}x"),
        ("ada", "x" * 100_000),
    ],
)
def test_a_failed_login_does_not_say_what_was_wrong(
    ada: Browser, browser: Browser, name: str, password: str
) -> None:
    response = browser.log_in(name, password)
    assert response.status_code == 422
    assert "The name or the password is not right." in response.text
    assert browser.get("/").location == "/login"


def test_nothing_after_the_longest_password_is_ignored(browser: Browser) -> None:
    form = {"name": "ada", "email": "ada@example.org", "password": "x" * 128}
    browser.post("/register", form)
    browser.post("/logout")
    assert browser.log_in("ada", "x" * 129).status_code == 422
    assert browser.log_in("ada", "x" * 128).status_code == 302


def test_an_unknown_name_costs_as_much_as_a_known_one(
    ada: Browser, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def check(known: str, password: str) -> bool:
        checked.append(known.rpartition("$")[0].partition("$")[0])
        return check_password_hash(known, password)

    monkeypatch.setattr(users, "check_password_hash", check)
    browser.log_in("ada", "wrong")
    browser.log_in("nobody", "wrong")
    assert checked == ["pbkdf2:sha256:1"] * 2


def test_passwords_cannot_be_guessed_quickly(
    app: Quaff, ada: Browser, browser: Browser, client: Client
) -> None:
    now = 0.0
    app.extensions["throttle"] = Throttle(most=3, seconds=60, clock=lambda: now)
    for _ in range(3):
        assert browser.log_in("ada", "wrong").status_code == 422
    response = browser.log_in("ADA")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "61"
    assert "Too many attempts" in response.text
    response = client.post("/api/tokens", json={"name": "ada", "password": PASSWORD})
    assert response.status_code == 429
    assert "Too many attempts" in response.json["detail"]
    assert browser.log_in("ben").status_code == 422
    now = 61.0
    assert browser.log_in("ada").status_code == 302


def test_login_begins_a_new_session(ada: Browser) -> None:
    ada.post("/logout")
    before = ada.token()
    with ada.client.session_transaction() as session:
        session["left over"] = True
    ada.log_in("ada")
    with ada.client.session_transaction() as session:
        assert "left over" not in session
    assert ada.client.post("/", data={"title": "x", "csrf_token": before}).status_code == 403


def test_logging_out(ada: Browser) -> None:
    assert ada.post("/logout").location == "/login"
    assert "You are logged out." in ada.get("/login").text
    assert ada.get("/").location == "/login"
    assert ada.get("/logout").status_code == 405


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "https://evil.example",
        "https:evil.example",
        "evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "/a\r\nX: y",
        "",
    ],
)
def test_login_leads_to_this_site_only(ada: Browser, target: str) -> None:
    ada.post("/logout")
    assert ada.log_in("ada", query_string={"next": target}).location == "/"


# -- forms of other sites ----------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "nonsense", "AAAA", "A" * 88, "é"])
@pytest.mark.parametrize("path", ["/", "/login", "/logout", "/register", "/profile", "/tasks/1"])
def test_forms_without_the_sessions_token_are_refused(ada: Browser, path: str, token: str) -> None:
    response = ada.client.post(path, data={"title": "x", "csrf_token": token})
    assert response.status_code == 403
    assert "This form has expired" in response.text
    assert ada.titles() == []


def test_a_token_of_another_session_is_refused(ada: Browser, ben: Browser) -> None:
    response = ada.client.post("/", data={"title": "x", "csrf_token": ben.token()})
    assert response.status_code == 403


def test_tokens_differ_from_form_to_form_and_all_are_right(ada: Browser) -> None:
    tokens = [ada.token("/profile") for _ in range(3)]
    assert len(set(tokens)) == 3
    for token in tokens:
        response = ada.client.post("/", data={"title": "x", "csrf_token": token})
        assert response.status_code == 302


# -- the profile -------------------------------------------------------------------------------


def test_the_profile_can_be_changed(ada: Browser) -> None:
    form = {"name": "augusta", "email": "new@example.org", "theme": "dark"}
    assert ada.post("/profile", form).location == "/profile"
    page = ada.get("/profile").text
    assert 'value="augusta"' in page
    assert 'value="new@example.org"' in page
    assert '<html lang="en" data-theme="dark">' in page
    ada.post("/logout")
    assert ada.log_in("ada").status_code == 422
    assert ada.log_in("augusta").status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("email", "nonsense", "E-mail must be an e-mail address"),
        ("theme", "pink", "Theme is not one of these"),
        ("name", "BEN", "Name is taken"),
        ("name", "", "Name is missing"),
    ],
)
def test_a_profile_that_is_not_acceptable(
    ada: Browser, ben: Browser, field: str, value: str, problem: str
) -> None:
    form = {"name": "ada", "email": "ada@example.org", "theme": "auto", field: value}
    response = ada.post("/profile", form)
    assert response.status_code == 422
    assert problem in response.text
    page = ada.get("/profile").text
    assert 'value="ada"' in page
    assert 'value="ada@example.org"' in page


def test_a_name_may_change_its_case(ada: Browser) -> None:
    form = {"name": "Ada", "email": "ada@example.org", "theme": "auto"}
    assert ada.post("/profile", form).status_code == 302


def test_changing_the_password_ends_other_sessions_and_programs(
    ada: Browser, browser: Browser, client: Client, access: dict[str, str]
) -> None:
    browser.log_in("ada")
    assert browser.get("/").status_code == 200
    form = {"old_password": PASSWORD, "new_password": "a better one"}
    assert ada.post("/profile/password", form).location == "/profile"
    assert ada.get("/").status_code == 200
    assert browser.get("/").location == "/login"
    assert client.get("/api/tasks", headers=access).status_code == 401
    assert browser.log_in("ada").status_code == 422
    assert browser.log_in("ada", "a better one").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("wrong", "a better one", "Old password is not right"),
        (PASSWORD, "short", "New password must be 8 to 128"),
        ("x" * 1001, "a better one", "Old password is not right"),
    ],
)
def test_a_password_that_is_not_changed(ada: Browser, old: str, new: str, problem: str) -> None:
    response = ada.post("/profile/password", {"old_password": old, "new_password": new})
    assert response.status_code == 422
    assert problem in response.text
    ada.post("/logout")
    assert ada.log_in("ada").status_code == 302


def test_programs_can_be_logged_out(
    ada: Browser, client: Client, access_of: Callable[[str], dict[str, str]]
) -> None:
    assert "No program is logged in" in ada.get("/profile").text
    first = access_of("ada")
    assert "One program is logged in" in ada.get("/profile").text
    second = access_of("ada")
    assert "2 programs are logged in" in ada.get("/profile").text
    assert ada.post("/profile/tokens").location == "/profile"
    for access in (first, second):
        assert client.get("/api/tasks", headers=access).status_code == 401


@pytest.mark.parametrize("path", ["/profile/password", "/profile/tokens", "/tasks/1/done"])
def test_users_only(browser: Browser, path: str) -> None:
    assert browser.post(path).location == "/login"
