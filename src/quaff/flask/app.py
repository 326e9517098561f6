"""flask.app"""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import ImmutableDict

from ..app import Quaff
from ..application import DEFAULTS
from ..application import _seconds as _make_timedelta
from ..config import Config as QuaffConfig
from ..context import Context as AppContext
from ..http.request import Request
from ..http.response import Response
from ..providers import DefaultJSONProvider, JSONProvider
from ..sessions import SecureCookieSessionInterface, SessionInterface
from ..signals import (
    appcontext_tearing_down,
    got_request_exception,
    request_finished,
    request_started,
    request_tearing_down,
)
from ..templating import Environment
from .config import Config
from .ctx import RequestContext, _AppCtxGlobals
from .globals import _cv_app, _cv_request
from .helpers import get_debug_flag, get_flashed_messages, get_load_dotenv, send_from_directory
from .sansio.app import App
from .testing import FlaskClient, FlaskCliRunner

__all__ = [
    "App",
    "AppContext",
    "Environment",
    "Flask",
    "Request",
    "RequestContext",
    "Response",
    "SecureCookieSessionInterface",
    "SessionInterface",
    "_cv_app",
    "_cv_request",
    "_make_timedelta",
    "appcontext_tearing_down",
    "get_debug_flag",
    "get_flashed_messages",
    "get_load_dotenv",
    "got_request_exception",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "send_from_directory",
]


class Flask(Quaff):
    """Quaff with Flask's defaults."""

    default_config: ImmutableDict[str, Any] = ImmutableDict(
        {
            **DEFAULTS,
            "MAX_CONTENT_LENGTH": None,
            "SESSION_COOKIE_SAMESITE": None,
            "SESSION_COOKIE_SECURE": False,
        }
    )
    config_class: type[QuaffConfig] = Config
    json_provider_class: type[JSONProvider] = DefaultJSONProvider
    app_ctx_globals_class: type[Any] = _AppCtxGlobals
    nested_requests_share_g = True
    jinja_environment = Environment
    test_client_class = FlaskClient
    test_cli_runner_class = FlaskCliRunner


# Under its alias the class is found, shown and pickled by Flask's name for it.
Flask.__module__ = "flask.app"
