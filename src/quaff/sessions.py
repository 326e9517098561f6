"""Sessions: a dict for each client, kept in a signed cookie.

A client can read its session, but not change it. `SecureCookieSessionInterface` does the work;
another SessionInterface may keep sessions elsewhere. Cookies are the same as Flask's.

Rules of this file:

* What a client sends never raises: a cookie that is not ours is an empty session.
* A response that depends on the session says so (`Vary: Cookie`), so that no cache gives one
  client's page to another. `Context.session` marks the session as accessed for that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

import itsdangerous
from werkzeug.datastructures import CallbackDict
from werkzeug.exceptions import HTTPException
from werkzeug.utils import import_string

from .context import current
from .http.response import Response, sets_cookies_plainly
from .session_cookies import SessionCookie
from .tags import TaggedJSONSerializer

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

    from .app import Quaff
    from .http.request import Request

__all__ = [
    "NullSession",
    "SecureCookieSession",
    "SecureCookieSessionInterface",
    "SessionInterface",
    "SessionMixin",
    "session_json_serializer",
]


class SessionMixin(MutableMapping[str, Any]):
    """What a session has beside being a dict."""

    #: Whether the session is new, where an interface knows.
    new = False
    #: Whether the session changed. A class that cannot tell leaves it True.
    modified = True
    #: Whether somebody looked at the session in this request; `Context.session` sets it.
    accessed = False

    @property
    def permanent(self) -> bool:
        """Whether the session outlives the browser, for PERMANENT_SESSION_LIFETIME."""
        return bool(self.get("_permanent", False))

    @permanent.setter
    def permanent(self, value: bool) -> None:
        self["_permanent"] = bool(value)


def _mark_modified(session: SecureCookieSession) -> None:
    session.modified = True


class SecureCookieSession(CallbackDict[str, Any], SessionMixin):
    """A session that knows whether it changed.

    Changes inside its values are not seen: set `modified = True` after
    `session["list"].append(...)`.
    """

    modified = False
    on_update = staticmethod(_mark_modified)

    def __init__(self, initial: Any = None) -> None:
        # NOTE: CallbackDict's own would set `on_update` on every session anew.
        dict.__init__(self, () if initial is None else initial)

    def __setitem__(self, key: str, value: Any) -> None:
        # PERF: what CallbackDict does in three calls (benchmark: session).
        dict.__setitem__(self, key, value)
        if self.on_update is not None:
            self.on_update(self)


NO_SECRET_KEY = (
    "The session is unavailable because no secret key was set. Set the secret_key on the "
    "application to something unique and secret, for example the output of `python -c "
    "'import secrets; print(secrets.token_hex())'`."
)


class NullSession(SecureCookieSession):
    """The session of an application without secret key: always empty, and not for writing."""

    def _fail(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(NO_SECRET_KEY)

    __setitem__ = __delitem__ = __ior__ = _fail
    clear = pop = popitem = setdefault = update = _fail


class SessionInterface:
    """How an application opens and saves sessions.

    A subclass has at least `open_session` and `save_session`. The sessions need the methods of a
    dict and the attributes of SessionMixin.
    """

    #: The class of sessions that cannot be written.
    null_session_class = NullSession

    #: Whether sessions are pickled, for whoever stores them elsewhere.
    pickle_based = False

    def make_null_session(self, app: Quaff) -> NullSession:
        """The session to use where `open_session` gave None."""
        return self.null_session_class()

    def is_null_session(self, obj: object) -> bool:
        """Whether a session is one that is never saved."""
        # PERF: isinstance() would ask the abstract base class of sessions (benchmark: session).
        return self.null_session_class in type(obj).__mro__

    def get_cookie_name(self, app: Quaff) -> str:
        """The name of the cookie: SESSION_COOKIE_NAME."""
        return app.config["SESSION_COOKIE_NAME"]  # type: ignore[no-any-return]

    def get_cookie_domain(self, app: Quaff) -> str | None:
        """The Domain of the cookie, SESSION_COOKIE_DOMAIN; None is the exact host."""
        return app.config["SESSION_COOKIE_DOMAIN"]  # type: ignore[no-any-return]

    def get_cookie_path(self, app: Quaff) -> str:
        """The Path of the cookie: SESSION_COOKIE_PATH, or else APPLICATION_ROOT."""
        path: str = app.config["SESSION_COOKIE_PATH"] or app.config["APPLICATION_ROOT"]
        return path

    def get_cookie_httponly(self, app: Quaff) -> bool:
        """Whether scripts cannot read the cookie: SESSION_COOKIE_HTTPONLY."""
        return app.config["SESSION_COOKIE_HTTPONLY"]  # type: ignore[no-any-return]

    def get_cookie_secure(self, app: Quaff) -> bool:
        """Whether browsers send the cookie over https only: SESSION_COOKIE_SECURE.

        If that is "auto", whether the current request came over https. Behind a proxy the
        server must know the scheme, by ProxyFix for example.
        """
        secure = app.config["SESSION_COOKIE_SECURE"]
        if secure != "auto":
            return secure  # type: ignore[no-any-return]
        context = current.get(None)
        return context is not None and context.has_request and context.request.is_secure

    def get_cookie_samesite(self, app: Quaff) -> str | None:
        """The SameSite of the cookie, SESSION_COOKIE_SAMESITE: "Strict", "Lax", "None" or None."""
        return app.config["SESSION_COOKIE_SAMESITE"]  # type: ignore[no-any-return]

    def get_cookie_partitioned(self, app: Quaff) -> bool:
        """Whether the cookie is kept apart for each top-level site: SESSION_COOKIE_PARTITIONED."""
        return app.config["SESSION_COOKIE_PARTITIONED"]  # type: ignore[no-any-return]

    def get_expiration_time(self, app: Quaff, session: SessionMixin) -> datetime | None:
        """When the session ends; None is when the browser is closed."""
        if not session.permanent:
            return None
        return datetime.now(UTC) + app.permanent_session_lifetime

    def should_set_cookie(self, app: Quaff, session: SessionMixin) -> bool:
        """Whether the response must carry the cookie.

        It must if the session changed, or if it is permanent and SESSION_REFRESH_EACH_REQUEST.
        """
        return session.modified or (
            session.permanent and app.config["SESSION_REFRESH_EACH_REQUEST"]
        )

    def open_session(self, app: Quaff, request: Request) -> SessionMixin | None:
        """The session of the request's client; None if there can be none."""
        raise NotImplementedError(f"{type(self).__name__} does not define open_session().")

    def save_session(self, app: Quaff, session: SessionMixin, response: Response) -> None:
        """Keep the session, after the request and before its response is sent."""
        raise NotImplementedError(f"{type(self).__name__} does not define save_session().")


#: The serializer of every application's session cookie.
session_json_serializer = TaggedJSONSerializer()


def _sha1(string: bytes = b"") -> Any:
    # NOTE: not looked up at import: where a security policy has removed SHA-1, an application
    # sets another digest and this is never called.
    return hashlib.sha1(string)


@lru_cache(maxsize=32)
def _signing_serializer(
    secret_keys: tuple[str, ...] | tuple[bytes, ...],
    salt: str,
    serializer: Any,
    key_derivation: str,
    digest_method: Callable[..., Any],
) -> URLSafeTimedSerializer:
    # It loads itsdangerous, which an application without sessions does without.
    make = import_string("quaff.signing:Serializer")
    return make(  # type: ignore[no-any-return]
        secret_keys,
        salt=salt,
        serializer=serializer,
        signer_kwargs={"key_derivation": key_derivation, "digest_method": digest_method},
    )


def _vary_by_cookie(response: Any) -> None:
    if isinstance(response, Response):
        response.vary_by("Cookie")
    else:
        # Of an after hook, which may return a response of Werkzeug's.
        response.vary.add("Cookie")


class SecureCookieSessionInterface(SessionInterface):
    """Keeps sessions in signed cookies."""

    #: Makes the same secret key give different signatures for different purposes.
    salt = "cookie-session"
    #: The hash of the signature.
    digest_method = staticmethod(_sha1)
    #: How itsdangerous makes the signing key of the secret key and the salt.
    key_derivation = "hmac"
    #: Writes and reads what is signed; it has `dumps` and `loads`.
    serializer = session_json_serializer
    session_class = SecureCookieSession

    def get_signing_serializer(self, app: Quaff) -> URLSafeTimedSerializer | None:
        """What signs and reads cookies with the application's keys; None without secret key.

        New cookies are signed with SECRET_KEY; SECRET_KEY_FALLBACKS are only read.
        """
        secret_key = app.secret_key
        if not secret_key:
            return None
        fallbacks: Any = app.config["SECRET_KEY_FALLBACKS"] or ()
        if isinstance(fallbacks, (str, bytes)):
            fallbacks = (fallbacks,)
        # SECURITY: anybody can sign with an empty key, so one must never be accepted.
        # NOTE: itsdangerous signs with the last key.
        keys = (*filter(None, fallbacks), secret_key)
        return _signing_serializer(
            keys, self.salt, self.serializer, self.key_derivation, self.digest_method
        )

    def open_session(self, app: Quaff, request: Request) -> SecureCookieSession | None:
        """The session in the request's cookie; an empty one if that is missing, forged or old.

        None without secret key.
        """
        settings = self._settings(app)
        serializer = settings.serializer or self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            cookie = request.first_cookie(settings.name)
            data = serializer.loads(cookie, max_age=settings.max_age) if cookie else None
        except (itsdangerous.BadData, UnicodeError, HTTPException):
            # HTTPException: the request has cookies that it refuses to parse.
            data = None
        return self.session_class(data if isinstance(data, dict) else None)

    def _settings(self, app: Quaff) -> SessionCookie:
        # PERF: the plan keeps what only a change of the configuration changes, which ends the plan
        # (benchmark: session).
        plan = app.plan
        kept = plan.session_settings
        if kept is not None and kept.interface is self and kept.assigned == self.__dict__:
            return kept
        settings = SessionCookie(self, app)
        if settings.can_be_kept(SecureCookieSessionInterface):
            plan.session_settings = settings
        return settings

    def save_session(self, app: Quaff, session: SessionMixin, response: Response) -> None:
        """Set, renew or delete the cookie, where the response must carry it.

        Raises:
            RuntimeError: the session has content, and the application no secret key.
            TypeError: something in the session has no form in JSON.
        """
        if session:
            writes = self.should_set_cookie(app, session)
            if writes:
                self._set_cookie(app, session, response)
        else:
            writes = session.modified
            if writes:
                self._delete_cookie(app, response)
        if writes or session.accessed:
            _vary_by_cookie(response)

    def _delete_cookie(self, app: Quaff, response: Response) -> None:
        settings = self._settings(app)
        secure = self.get_cookie_secure(app)
        response.delete_cookie(settings.name, secure=secure, **settings.attributes)

    def _set_cookie(self, app: Quaff, session: SessionMixin, response: Response) -> None:
        settings = self._settings(app)
        serializer = settings.serializer or self.get_signing_serializer(app)
        if serializer is None:
            raise RuntimeError(NO_SECRET_KEY)
        value = serializer.dumps(dict(session))
        expires = self.get_expiration_time(app, session)
        secure = self.get_cookie_secure(app)
        if sets_cookies_plainly(type(response)):
            line = settings.line(secure).with_value(value, expires, settings.max_size)
            if line is not None:
                response.add_valid("Set-Cookie", line)
                return
        response.set_cookie(
            settings.name, value, expires=expires, secure=secure, **settings.attributes
        )
