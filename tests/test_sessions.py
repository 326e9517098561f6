"""Sessions in signed cookies."""

from __future__ import annotations

import copy
import datetime
import pickle
import uuid
from http.cookies import SimpleCookie

import pytest
from itsdangerous import URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.test import Client
from werkzeug.wrappers import Response as WerkzeugResponse

from quaff import Quaff, session
from quaff.context import current
from quaff.http.request import Request
from quaff.http.response import Response
from quaff.sessions import (
    NullSession,
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
)

NOW = 1_700_000_000
CENTURY = datetime.timedelta(days=36_500)

#: Cookies that Flask 3.1.3 wrote at NOW with the secret key "current".
COOKIES_OF_FLASK = [
    ({"user_id": 1}, "eyJ1c2VyX2lkIjoxfQ.ZVPxAA.3T28HeMH62UTnerRIm_q8jLYaJA"),
    (
        {
            "a": (
                1,
                b"\xff",
                Markup("<b>"),
                uuid.UUID(int=5),
                datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
            ),
            "_permanent": True,
        },
        ".eJyrVoovSC3KTcxLzStRsiopKk3VUUpUsqpWUgByow11gIwkJSsl_XJbW6VaEC8XyLNJsoNwSoEcA_zAFKIyBagy"
        "JKNUR8HASMErMU_ByMDIQMHA2MrAxMrAVMHdN0SpNra2FgCZAyPj.ZVPxAA.FwPFVvZQ_qkyCx1wXawY6WsGvMw",
    ),
    (
        {"list": list(range(30)), "text": "é" * 60 + "x" * 60},
        ".eJztjDsKAkEUBO_y4gqme_5eRQ03EMxcYUG8u3MHMbOCCgq6X3G_PfY4nRPCZAqVRmcw0YpCRhkVVFFDHQ00ccJr"
        "Y5xxwRU33PHA80rs27GO4_JMaZt__9rHF8T7AzpbnkM.ZVPxAA.lm6VmM2PCWl6B671oe47k3WZEPg",
    ),
]
GOOD = COOKIES_OF_FLASK[0][1]

#: {"user_id": 1} by Flask with other keys.
COOKIES_OF_OTHER_KEYS = [
    ("old", "eyJ1c2VyX2lkIjoxfQ.ZVPxAA.8Djvz-6sAE9Wuy4H-isXVU8GVtg"),
    ("é€", "eyJ1c2VyX2lkIjoxfQ.ZVPxAA.mm-f8TTRUq_abdxWJ1P2Wcimw_4"),
    (b"\xff\x00", "eyJ1c2VyX2lkIjoxfQ.ZVPxAA.yvAY5K4pA-v1YwAPleq5ARVboxg"),
]

#: Signed with "current", but no session.
SIGNED_NONSENSE = {
    "list": "WyJhIl0.ZVPxAA.bSPRBGBKFeiEkL6o_5SadHyM9R0",
    "number": "NQ.ZVPxAA.FGwU--uhn38LHBbjqjYFiS3F2wI",
    "pairs": "W1siYSIsIDFdXQ.ZVPxAA.CW21uwxQjRkPU8u4eUlAFbja664",
    "null": "bnVsbA.ZVPxAA.2oXPbW0KrVawFyPlEi6U0zin7Tc",
    "text": "Ingi.ZVPxAA.-tL81Xr0_BuS9grmdVg_xsuPjwE",
    "bad tag": "eyIgdSI6ICJ4In0.ZVPxAA.Be-MkiDeNC4jbenR9p4zBiQvZoo",
    "no json": "bm90IGpzb24.ZVPxAA.D_O6OGGTSjARzkW1BOJ86BJ_NVw",
}


def make_app(**config):
    app = Quaff("sessions")
    app.config.update(
        SECRET_KEY="current", PERMANENT_SESSION_LIFETIME=CENTURY, TESTING=True, **config
    )
    return app


@pytest.fixture
def app():
    return make_app()


def opened(app, cookie_header):
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_COOKIE": cookie_header}
    return app.session_interface.open_session(app, Request(environ))


def saved(app, initial=None, **state):
    """The Set-Cookie and Vary headers after a session was saved."""
    stored = SecureCookieSession(initial)
    vars(stored).update(state)
    response = Response()
    app.session_interface.save_session(app, stored, response)
    return response.headers.get("Set-Cookie"), response.headers.get("Vary")


def attributes(set_cookie):
    """The attributes of a Set-Cookie header, without its name and value."""
    return set(set_cookie.split("; ")[1:])


def request(app, work, **options):
    """The response to a request whose view does some work with the session."""

    def view():
        work()
        return ""

    if "view" not in app.view_functions:
        app.add_url_rule("/", "view")
    app.view_functions["view"] = view
    return Client(app, use_cookies=False).get("/", **options)


# -- reading cookies -------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "cookie"), COOKIES_OF_FLASK)
def test_cookies_of_flask_are_read_and_written(app, monkeypatch, value, cookie):
    assert opened(app, f"session={cookie}") == value
    monkeypatch.setattr("time.time", lambda: NOW)
    serializer = app.session_interface.get_signing_serializer(app)
    assert serializer.loads(serializer.dumps(value)) == value
    if list(value) == sorted(value):  # Flask sorts the keys
        assert serializer.dumps(value) == cookie


@pytest.mark.parametrize(("key", "cookie"), COOKIES_OF_OTHER_KEYS)
def test_keys_of_any_text_or_bytes(app, key, cookie):
    assert opened(app, f"session={cookie}") == {}
    app.secret_key = key
    assert opened(app, f"session={cookie}") == {"user_id": 1}


HOSTILE = {
    "missing": "",
    "no value": "session",
    "empty": "session=",
    "garbled": "session=a.b.c",
    "dots": "session=....",
    "cut": f"session={GOOD[:-1]}",
    "longer": f"session={GOOD}x",
    "compressed mark": f"session=.{GOOD}",
    "percent encoded": f"session={GOOD.replace('.', '%2e')}",
    "very long": f"session={'A' * 100_000}",
    "very long signed part": f"session={'A' * 100_000}.{GOOD}",
    "no ASCII": "session=é",
    "bytes": "session=\xff\xfe",
    "octal": 'session="\\377"',
    "beyond Latin-1": "session=☃",
    "surrogate": "session=\ud800",
    "null byte": "session=\x00",
    "first of two": f"session=bad; session={GOOD}",
    "other case": f"Session={GOOD}",
    **{f"signed {name}": f"session={cookie}" for name, cookie in SIGNED_NONSENSE.items()},
}


@pytest.mark.parametrize("header", HOSTILE.values(), ids=HOSTILE)
def test_a_cookie_that_is_no_session_opens_an_empty_one(app, header):
    stored = opened(app, header)
    assert type(stored) is SecureCookieSession
    assert stored == {}
    assert not stored.modified


@pytest.mark.parametrize(
    "header", [f'session="{GOOD}"', f"session={GOOD}; session=bad", f"a=b;session= {GOOD}"]
)
def test_a_cookie_is_found_among_others(app, header):
    assert opened(app, header) == {"user_id": 1}


def test_a_cookie_is_valid_for_the_permanent_lifetime_also_in_no_permanent_session(
    app, monkeypatch
):
    app.config["PERMANENT_SESSION_LIFETIME"] = 60
    for age, expected in ((0, {"user_id": 1}), (60, {"user_id": 1}), (61, {}), (-61, {})):
        monkeypatch.setattr("time.time", lambda age=age: NOW + age)
        assert opened(app, f"session={GOOD}") == expected


# -- keys ------------------------------------------------------------------------------------


def test_fallback_keys_are_read_and_the_current_key_signs(app, monkeypatch):
    old = COOKIES_OF_OTHER_KEYS[0][1]
    app.config["SECRET_KEY_FALLBACKS"] = ["older", "old"]
    assert opened(app, f"session={old}") == {"user_id": 1}
    monkeypatch.setattr("time.time", lambda: NOW)
    set_cookie, _ = saved(app, {"user_id": 1}, modified=True)
    assert set_cookie.startswith(f"session={GOOD};")
    app.config["SECRET_KEY_FALLBACKS"] = ["older"]
    assert opened(app, f"session={old}") == {}


def test_a_session_of_a_fallback_key_is_not_signed_anew_until_it_changes(app):
    app.config["SECRET_KEY_FALLBACKS"] = ["old"]
    stored = opened(app, f"session={COOKIES_OF_OTHER_KEYS[0][1]}")
    assert saved(app, stored) == (None, None)


def test_one_fallback_key_need_not_be_in_a_list(app):
    app.config["SECRET_KEY_FALLBACKS"] = "old"
    assert opened(app, f"session={COOKIES_OF_OTHER_KEYS[0][1]}") == {"user_id": 1}
    letter = Quaff("letter")
    letter.secret_key = "l"
    forged = letter.session_interface.get_signing_serializer(letter).dumps({"admin": True})
    assert opened(app, f"session={forged}") == {}


@pytest.mark.parametrize("empty", ["", b"", None])
def test_an_empty_fallback_key_accepts_nothing(app, empty):
    app.config["SECRET_KEY_FALLBACKS"] = [empty, "old"]
    interface = app.session_interface
    forged = URLSafeTimedSerializer(
        "",
        salt=interface.salt,
        serializer=interface.serializer,
        signer_kwargs={"key_derivation": "hmac", "digest_method": interface.digest_method},
    ).dumps({"admin": True})
    assert opened(app, f"session={forged}") == {}
    assert opened(app, f"session={GOOD}") == {"user_id": 1}


@pytest.mark.parametrize("key", [None, "", b""])
def test_without_secret_key_no_cookie_is_trusted(app, key):
    app.secret_key = key
    assert app.session_interface.get_signing_serializer(app) is None
    assert opened(app, f"session={GOOD}") is None


def test_the_signature_depends_on_what_a_subclass_sets(app):
    class Other(SecureCookieSessionInterface):
        salt = "other"

    app.session_interface = Other()
    assert opened(app, f"session={GOOD}") == {}
    app.session_interface.salt = SecureCookieSessionInterface.salt
    assert opened(app, f"session={GOOD}") == {"user_id": 1}


def test_two_applications_with_one_interface_have_their_own_keys(app):
    other = make_app()
    other.secret_key = "old"
    assert other.session_interface is app.session_interface
    for _ in range(2):
        assert opened(app, f"session={GOOD}") == {"user_id": 1}
        assert opened(other, f"session={GOOD}") == {}


def test_the_serializer_is_for_other_salts_and_ages_too(app):
    serializer = app.session_interface.get_signing_serializer(app)
    assert isinstance(serializer, URLSafeTimedSerializer)
    token = serializer.dumps("x", salt="reset")
    assert serializer.loads(token, salt="reset", max_age=10) == "x"
    assert serializer.loads_unsafe(token) == (False, "x")
    value, timestamp = serializer.loads(GOOD, return_timestamp=True)
    assert value == {"user_id": 1}
    assert timestamp.timestamp() == NOW


# -- writing cookies -------------------------------------------------------------------------


def test_an_untouched_session_leaves_the_response_alone(app):
    assert saved(app) == (None, None)
    assert saved(app, {"a": 1}) == (None, None)


def test_a_session_that_was_looked_at_varies_by_cookie(app):
    assert saved(app, accessed=True) == (None, "Cookie")
    assert saved(app, {"a": 1}, accessed=True) == (None, "Cookie")


def test_a_session_that_changed_is_sent(app):
    set_cookie, vary = saved(app, {"a": 1}, modified=True)
    assert vary == "Cookie"
    assert attributes(set_cookie) == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert opened(app, set_cookie.split(";")[0]) == {"a": 1}


def test_an_emptied_session_deletes_the_cookie(app):
    set_cookie, vary = saved(app, modified=True)
    assert vary == "Cookie"
    assert set_cookie.startswith("session=;")
    assert attributes(set_cookie) == {
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Max-Age=0",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
    }


def test_setting_and_deleting_use_the_same_attributes(app):
    app.config.update(
        SESSION_COOKIE_NAME="n",
        SESSION_COOKIE_DOMAIN=".example.com",
        SESSION_COOKIE_PATH="/p",
        SESSION_COOKIE_HTTPONLY=False,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PARTITIONED=True,
    )
    expected = {"Domain=example.com", "Path=/p", "Secure", "SameSite=Strict", "Partitioned"}
    set_cookie, _ = saved(app, {"a": 1}, modified=True)
    assert set_cookie.startswith("n=ey")
    assert attributes(set_cookie) == expected
    deletion, _ = saved(app, modified=True)
    assert deletion.startswith("n=;")
    assert attributes(deletion) == expected | {
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Max-Age=0",
    }


def test_partitioned_implies_secure(app):
    app.config["SESSION_COOKIE_PARTITIONED"] = True
    set_cookie, _ = saved(app, {"a": 1}, modified=True)
    assert {"Secure", "Partitioned"} <= attributes(set_cookie)


def test_the_path_follows_the_application_root(app):
    app.config["APPLICATION_ROOT"] = "/root"
    set_cookie, _ = saved(app, {"a": 1}, modified=True)
    assert "Path=/root" in attributes(set_cookie)


def test_a_wrong_samesite_is_a_value_error(app):
    app.config["SESSION_COOKIE_SAMESITE"] = "sometimes"
    with pytest.raises(ValueError, match="SameSite"):
        saved(app, {"a": 1}, modified=True)


def test_a_permanent_session_expires_and_is_renewed_by_every_response(app):
    app.config["PERMANENT_SESSION_LIFETIME"] = 3600
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    set_cookie, vary = saved(app, {"_permanent": True})
    assert vary == "Cookie"
    expires = SimpleCookie(set_cookie)["session"]["expires"]
    end = datetime.datetime.strptime(expires, "%a, %d %b %Y %H:%M:%S GMT").replace(
        tzinfo=datetime.UTC
    )
    assert 3600 <= (end - before).total_seconds() <= 3610
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    assert saved(app, {"_permanent": True}) == (None, None)
    assert saved(app, {"_permanent": True}, modified=True)[0] is not None


def test_what_has_no_form_in_json_is_a_type_error(app):
    with pytest.raises(TypeError, match="set is not JSON serializable"):
        saved(app, {"a": {1}}, modified=True)


def test_keys_may_be_of_mixed_types(app):
    set_cookie, _ = saved(app, {1: 2, "b": 3, None: 4}, modified=True)
    assert opened(app, set_cookie.split(";")[0]) == {"1": 2, "b": 3, "null": 4}


def test_content_cannot_be_saved_once_the_key_is_gone(app):
    app.secret_key = None
    with pytest.raises(RuntimeError, match="no secret key was set"):
        saved(app, {"a": 1}, modified=True)


@pytest.mark.parametrize(
    ("setting", "scheme", "secure"),
    [
        ("auto", "https", True),
        ("auto", "http", False),
        (True, "http", True),
        (False, "https", False),
    ],
)
def test_an_automatic_secure_follows_the_request(setting, scheme, secure):
    app = make_app(SESSION_COOKIE_SECURE=setting)
    seen = []

    def work():
        session["a"] = 1
        seen.append(app.session_interface.get_cookie_secure(app))

    response = request(app, work, base_url=f"{scheme}://localhost/")
    assert ("Secure" in attributes(response.headers["Set-Cookie"])) is secure
    assert seen == [secure]


def test_an_automatic_secure_outside_of_requests_is_off(app):
    app.config["SESSION_COOKIE_SECURE"] = "auto"
    assert app.session_interface.get_cookie_secure(app) is False
    with app.app_context():
        assert app.session_interface.get_cookie_secure(app) is False


# -- in requests -----------------------------------------------------------------------------

READS = {
    "get": lambda: session.get("a"),
    "contains": lambda: "a" in session,
    "len": lambda: len(session),
    "bool": lambda: bool(session),
    "iteration": lambda: list(session),
    "keys": lambda: session.keys(),
    "dict": lambda: dict(session),
    "equality": lambda: session == {},
    "permanent": lambda: session.permanent,
    "without the proxy": lambda: "a" in current.get().session,
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_any_look_at_the_session_varies_by_cookie(app, read):
    response = request(app, read, headers={"Cookie": f"session={GOOD}"})
    assert response.headers.getlist("Vary") == ["Cookie"]
    assert "Set-Cookie" not in response.headers


def test_a_request_that_does_not_look_at_it_does_not_vary(app):
    for headers in ({}, {"Cookie": f"session={GOOD}"}):
        response = request(app, lambda: None, headers=headers)
        assert "Vary" not in response.headers
        assert "Set-Cookie" not in response.headers


def test_a_permanent_session_is_renewed_by_a_request_that_does_not_look_at_it(app):
    set_cookie, _ = saved(app, {"_permanent": True, "a": 1}, modified=True)
    headers = {"Cookie": set_cookie.split(";")[0]}
    response = request(app, lambda: None, headers=headers)
    assert response.headers.getlist("Vary") == ["Cookie"]
    assert "Expires=" in response.headers["Set-Cookie"]


@pytest.mark.parametrize("look", [lambda: None, lambda: session.get("a")])
def test_a_request_with_far_too_long_a_cookie_has_an_empty_session(app, look):
    response = request(app, look, headers={"Cookie": f"session={'A' * 100_000}"})
    assert response.status_code == 200


def test_a_change_reaches_the_next_request(app):
    seen = []

    def work():
        session["list"] = [*session.get("list", []), b"x"]
        seen.append(session["list"])

    first = request(app, work)
    request(app, work, headers={"Cookie": first.headers["Set-Cookie"].split(";")[0]})
    assert seen == [[b"x"], [b"x", b"x"]]


def test_without_secret_key_the_session_is_empty_and_writing_says_what_to_do(app):
    app.secret_key = None

    def work():
        assert session.get("a") is None
        assert isinstance(current.get().session, NullSession)
        with pytest.raises(RuntimeError, match="Set the secret_key on the application"):
            session["a"] = 1

    response = request(app, work)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


# -- what is kept from one request to the next -----------------------------------------------


def counted(app):
    """The Set-Cookie header of a request that counts."""

    def work():
        session["n"] = session.get("n", 0) + 1

    return request(app, work, headers={"Cookie": f"session={GOOD}"}).headers["Set-Cookie"]


GETTERS = {
    "get_cookie_name": ("other", "other="),
    "get_cookie_domain": ("site.example", "Domain=site.example"),
    "get_cookie_path": ("/p", "Path=/p"),
    "get_cookie_httponly": (False, None),
    "get_cookie_secure": (True, "Secure"),
    "get_cookie_samesite": ("Strict", "SameSite=Strict"),
    "get_cookie_partitioned": (True, "Partitioned"),
    "should_set_cookie": (True, "session="),
    "get_expiration_time": (datetime.datetime(2099, 1, 1), "Expires=Thu, 01 Jan 2099"),
}


@pytest.mark.parametrize("getter", GETTERS)
@pytest.mark.parametrize("place", ["class", "instance", "instance later"])
def test_a_method_that_is_replaced_is_asked_for_every_request(app, getter, place):
    value, shown = GETTERS[getter]
    asked = []

    def replacement(*args):
        asked.append(args)
        return value

    app.session_interface = SecureCookieSessionInterface()
    if place == "instance later":
        counted(app)
    if place == "class":
        kind = type("Own", (SecureCookieSessionInterface,), {getter: replacement})
        app.session_interface = kind()
    else:
        setattr(app.session_interface, getter, replacement)
    for times in (1, 2):
        set_cookie = counted(app)
        assert len(asked) >= times
    if shown is None:
        assert "HttpOnly" not in set_cookie
    else:
        assert shown in set_cookie


@pytest.mark.parametrize(
    ("setting", "value", "shown"),
    [
        ("SESSION_COOKIE_NAME", "other", "other="),
        ("SESSION_COOKIE_DOMAIN", "site.example", "Domain=site.example"),
        ("SESSION_COOKIE_PATH", "/p", "Path=/p"),
        ("SESSION_COOKIE_SECURE", True, "Secure"),
        ("SESSION_COOKIE_SAMESITE", "Strict", "SameSite=Strict"),
        ("SESSION_COOKIE_PARTITIONED", True, "Partitioned"),
    ],
)
def test_a_setting_that_changes_is_obeyed_by_the_next_request(app, setting, value, shown):
    assert shown not in counted(app)
    app.config[setting] = value
    assert shown in counted(app)


def test_keys_and_lifetimes_that_change_are_obeyed_by_the_next_request(app):
    def number():
        seen = []
        request(app, lambda: seen.append(session.get("user_id")), headers=cookie)
        return seen.pop()

    cookie = {"Cookie": f"session={GOOD}"}
    assert number() == 1
    app.secret_key = "other"
    assert number() is None
    app.config["SECRET_KEY_FALLBACKS"] = fallbacks = ["current"]
    assert number() == 1
    fallbacks.clear()
    assert number() is None
    fallbacks.append("current")
    assert number() == 1
    app.config["SECRET_KEY_FALLBACKS"] = ("current",)
    assert number() == 1
    app.config["SECRET_KEY_FALLBACKS"] = ()
    assert number() is None
    app.secret_key = "current"
    assert number() == 1
    app.permanent_session_lifetime = datetime.timedelta(seconds=1)
    assert number() is None


def test_an_application_may_find_its_key_in_its_own_way():
    class Own(Quaff):
        key = "current"
        lifetime = CENTURY
        secret_key = property(lambda self: self.key)
        permanent_session_lifetime = property(lambda self: self.lifetime)

    app = Own("own")
    cookie = f"session={GOOD}"
    assert opened(app, cookie) == {"user_id": 1}
    app.lifetime = datetime.timedelta(seconds=1)
    assert opened(app, cookie) == {}
    app.lifetime = CENTURY
    assert opened(app, cookie) == {"user_id": 1}
    app.key = "other"
    assert opened(app, cookie) == {}


def test_two_interfaces_of_one_application_do_not_share_settings(app):
    inner = SecureCookieSessionInterface()
    inner.salt = "inner"
    token = inner.get_signing_serializer(app).dumps({"inner": True})
    for _ in range(2):
        assert opened(app, f"session={GOOD}") == {"user_id": 1}
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_COOKIE": f"session={token}"}
        assert inner.open_session(app, Request(environ)) == {"inner": True}


def test_a_response_class_with_its_own_cookies_sets_the_session(app):
    class Own(Response):
        def set_cookie(self, key, value="", **options):
            super().set_cookie(f"__Host-{key}", value, **options)

    app.response_class = Own
    assert counted(app).startswith("__Host-session=")


def test_a_response_class_whose_way_of_setting_cookies_is_patched_later(app, monkeypatch):
    set_cookie = Response.set_cookie
    seen = []

    def noticing(self, key, *args, **options):
        seen.append(key)
        set_cookie(self, key, *args, **options)

    counted(app)
    monkeypatch.setattr(Response, "set_cookie", noticing)
    assert counted(app).startswith("session=ey")
    assert seen == ["session"]


def test_a_response_of_werkzeugs_carries_the_session(app):
    app.after_request(lambda response: WerkzeugResponse("other", headers={"Vary": "Accept"}))
    response = request(app, lambda: session.update(a=1))
    assert response.headers["Set-Cookie"].startswith("session=ey")
    assert response.headers.getlist("Vary") == ["Accept, Cookie"]


def test_a_session_that_is_too_large_for_a_cookie_is_warned_of(app):
    def work():
        session["a"] = "".join(map(chr, range(48, 120))) * 2

    request(app, work)
    app.config["MAX_COOKIE_SIZE"] = 100
    with pytest.warns(UserWarning, match="too large"):
        request(app, work)


def test_a_name_that_is_none_for_a_cookie_is_an_error(app):
    app.config["SESSION_COOKIE_NAME"] = "a b"
    with pytest.raises(ValueError, match="cookie name"):
        saved(app, {"a": 1}, modified=True)


def test_a_response_that_varies_already_varies_by_cookie_too(app):
    response = Response(headers={"vary": "Accept"})
    app.session_interface.save_session(app, SecureCookieSession({"a": 1}), response)
    assert response.headers.getlist("Vary") == ["Accept"]
    stored = SecureCookieSession({"a": 1})
    stored.accessed = True
    for _ in range(2):
        app.session_interface.save_session(app, stored, response)
        assert response.headers.getlist("Vary") == ["Accept, Cookie"]


# -- the session objects ---------------------------------------------------------------------

WRITES = {
    "setitem": lambda stored: stored.__setitem__("a", 1),
    "delitem": lambda stored: stored.__delitem__("a"),
    "update": lambda stored: stored.update(b=1),
    "ior": lambda stored: stored.__ior__({"b": 1}),
    "setdefault": lambda stored: stored.setdefault("b", 1),
    "pop": lambda stored: stored.pop("a"),
    "popitem": lambda stored: stored.popitem(),
    "clear": lambda stored: stored.clear(),
    "permanent": lambda stored: setattr(stored, "permanent", True),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_session_knows_that_it_changed(write):
    stored = SecureCookieSession({"a": 1})
    assert not stored.modified
    write(stored)
    assert stored.modified


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_null_session_refuses_every_change(write):
    with pytest.raises(RuntimeError, match="session is unavailable because no secret key was set"):
        write(NullSession({"a": 1}))


def test_changes_inside_are_not_seen():
    stored = SecureCookieSession({"list": []})
    stored["list"].append(1)
    stored.setdefault("list", [])
    stored.pop("missing", None)
    assert not stored.modified


def test_a_session_is_permanent_if_it_says_so():
    stored = SecureCookieSession()
    assert stored.permanent is False
    stored.permanent = 1
    assert stored.permanent is True
    assert stored == {"_permanent": True}


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_sessions_can_be_copied(duplicate):
    stored = SecureCookieSession({"a": 1})
    copied = duplicate(stored)
    copied["a"] = 2
    assert (stored["a"], stored.modified) == (1, False)
    assert (copied["a"], copied.modified) == (2, True)


def test_a_mixin_that_cannot_tell_is_new_modified_and_unread_by_default():
    class Plain(dict, SessionMixin):
        pass

    stored = Plain()
    assert (stored.new, stored.modified, stored.accessed, stored.permanent) == (
        False,
        True,
        False,
        False,
    )


def test_the_interface_says_what_it_is_missing(app):
    interface = SessionInterface()
    with pytest.raises(NotImplementedError, match="does not define open_session"):
        interface.open_session(app, None)
    with pytest.raises(NotImplementedError, match="does not define save_session"):
        interface.save_session(app, {}, None)


def test_null_sessions_are_of_the_class_of_the_interface(app):
    class Own(SessionInterface):
        class null_session_class(NullSession):
            pass

    interface = Own()
    assert type(interface.make_null_session(app)) is Own.null_session_class
    assert interface.is_null_session(interface.make_null_session(app))
    assert not interface.is_null_session(NullSession())
    assert not interface.is_null_session(SecureCookieSession())
