"""flask.app"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click
from werkzeug.datastructures import Headers, ImmutableDict
from werkzeug.exceptions import BadRequestKeyError, HTTPException, InternalServerError
from werkzeug.routing import BuildError, MapAdapter, RequestRedirect, RoutingException, Rule
from werkzeug.serving import is_running_from_reloader
from werkzeug.wrappers import Response as BaseResponse

from ..app import Quaff
from ..application import _seconds as _make_timedelta
from ..config import DEFAULTS
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
from . import cli
from .config import Config
from .ctx import RequestContext, _AppCtxGlobals
from .globals import _cv_app, _cv_request, current_app, g, request, request_ctx, session
from .helpers import get_debug_flag, get_flashed_messages, get_load_dotenv, send_from_directory
from .sansio.app import (
    App,
    T_shell_context_processor,
    T_teardown,
    T_template_filter,
    T_template_global,
    T_template_test,
)
from .testing import FlaskClient, FlaskCliRunner

__all__ = [
    "App",
    "AppContext",
    "BadRequestKeyError",
    "BaseResponse",
    "BuildError",
    "Environment",
    "Flask",
    "HTTPException",
    "Headers",
    "InternalServerError",
    "MapAdapter",
    "Request",
    "RequestContext",
    "RequestRedirect",
    "Response",
    "RoutingException",
    "Rule",
    "SecureCookieSessionInterface",
    "SessionInterface",
    "T_shell_context_processor",
    "T_teardown",
    "T_template_filter",
    "T_template_global",
    "T_template_test",
    "_cv_app",
    "_cv_request",
    "_make_timedelta",
    "appcontext_tearing_down",
    "cli",
    "click",
    "current_app",
    "g",
    "get_debug_flag",
    "get_flashed_messages",
    "get_load_dotenv",
    "got_request_exception",
    "is_running_from_reloader",
    "request",
    "request_ctx",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "send_from_directory",
    "session",
    "timedelta",
]


class Flask(Quaff):
    """Quaff with Flask's defaults."""

    default_config: ImmutableDict[str, Any] = ImmutableDict(
        {
            **DEFAULTS,
            "MAX_CONTENT_LENGTH": None,
            "OPENAPI_DOCS": False,
            "SESSION_COOKIE_SAMESITE": None,
            "SESSION_COOKIE_SECURE": False,
        }
    )
    config_class: type[QuaffConfig] = Config
    json_provider_class: type[JSONProvider] = DefaultJSONProvider
    app_ctx_globals_class: type[Any] = _AppCtxGlobals
    nested_requests_share_g = True
    typed_views = False
    jinja_environment = Environment
    test_client_class = FlaskClient
    test_cli_runner_class = FlaskCliRunner


# Under its alias the class is found, shown and pickled by Flask's name for it.
Flask.__module__ = "flask.app"
