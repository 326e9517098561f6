"""The settings of the session cookie, which are the same for many requests.

An interface that asks nothing but the configuration keeps them as long as the configuration does
not change. For one with methods of its own they are made anew each time, and its methods asked.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

from .config import ConfigAttribute
from .http.cookies import CookieLine, line_of
from .lazy import lazy

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

    from .app import Quaff
    from .sessions import SecureCookieSessionInterface

__all__ = ["SessionCookie"]

#: The methods of an interface that tell what SessionCookie keeps.
TELLING = (
    "get_signing_serializer",
    "get_cookie_name",
    "get_cookie_domain",
    "get_cookie_path",
    "get_cookie_partitioned",
    "get_cookie_samesite",
    "get_cookie_httponly",
)


class SessionCookie:
    """The settings of an application's session cookie, each read when it is first needed.

    Args:
        interface: whose methods tell them.
        app: the application.
    """

    def __init__(self, interface: SecureCookieSessionInterface, app: Quaff) -> None:
        self.interface = interface
        self.app = app
        #: What was assigned to the interface, for whoever keeps the settings.
        self.assigned = dict(vars(interface))

    @lazy
    def name(self) -> str:
        return self.interface.get_cookie_name(self.app)

    @lazy
    def serializer(self) -> URLSafeTimedSerializer | None:
        """What signs and reads cookies; None if the interface must be asked for it.

        SECURITY: a list of fallback keys may change and nobody notices, so it is read each time.
        """
        if isinstance(self.app.config["SECRET_KEY_FALLBACKS"], (str, bytes, tuple, NoneType)):
            return self.interface.get_signing_serializer(self.app)
        return None

    @lazy
    def max_age(self) -> int:
        """The seconds for which a cookie is valid."""
        return int(self.app.permanent_session_lifetime.total_seconds())

    @lazy
    def attributes(self) -> dict[str, Any]:
        """The attributes of the cookie that are the same for every request."""
        interface, app = self.interface, self.app
        return {
            "domain": interface.get_cookie_domain(app),
            "path": interface.get_cookie_path(app),
            "partitioned": interface.get_cookie_partitioned(app),
            "samesite": interface.get_cookie_samesite(app),
            "httponly": interface.get_cookie_httponly(app),
        }

    @lazy
    def max_size(self) -> int:
        """The characters that the cookie may have without a warning."""
        return self.app.config["MAX_COOKIE_SIZE"] or 0

    @lazy
    def _lines(self) -> dict[bool, CookieLine]:
        return {}

    def line(self, secure: bool) -> CookieLine:
        """What writes the cookie, for requests over https and for others."""
        line = self._lines.get(secure)
        if line is None:
            attributes = {**self.attributes, "secure": secure}
            line = self._lines[secure] = line_of(self.name, **attributes)
        return line

    def can_be_kept(self, own: type[SecureCookieSessionInterface]) -> bool:
        """Whether the settings are the configuration's, and so the same until that changes.

        Args:
            own: the class whose methods ask the configuration and nothing else.
        """
        kind = type(self.interface)
        return all(
            getattr(kind, name) is getattr(own, name) and name not in self.assigned
            for name in TELLING
        ) and all(
            isinstance(getattr(type(self.app), name), ConfigAttribute)
            for name in ("secret_key", "permanent_session_lifetime")
        )
