"""flask.sansio.app"""

from typing import TypeVar

from werkzeug.exceptions import Aborter, BadRequest, BadRequestKeyError
from werkzeug.routing import BuildError, Map, Rule
from werkzeug.utils import cached_property

from ... import typing as ft
from ...application import App
from ...application import _seconds as _make_timedelta
from ...config import ConfigAttribute
from ...http.response import Response
from ...logging import create_logger
from ...packages import find_package
from ...providers import DefaultJSONProvider, JSONProvider
from ...templating import DispatchingJinjaLoader, Environment
from ..config import Config
from ..ctx import _AppCtxGlobals
from ..helpers import _split_blueprint_path, get_debug_flag
from .scaffold import Scaffold, T_teardown, _endpoint_from_view_func, setupmethod

__all__ = [
    "Aborter",
    "App",
    "BadRequest",
    "BadRequestKeyError",
    "BuildError",
    "Config",
    "ConfigAttribute",
    "DefaultJSONProvider",
    "DispatchingJinjaLoader",
    "Environment",
    "JSONProvider",
    "Map",
    "Response",
    "Rule",
    "Scaffold",
    "T_shell_context_processor",
    "T_teardown",
    "T_template_filter",
    "T_template_global",
    "T_template_test",
    "_AppCtxGlobals",
    "_endpoint_from_view_func",
    "_make_timedelta",
    "_split_blueprint_path",
    "cached_property",
    "create_logger",
    "find_package",
    "ft",
    "get_debug_flag",
    "setupmethod",
]

T_shell_context_processor = TypeVar(
    "T_shell_context_processor", bound=ft.ShellContextProcessorCallable
)
T_template_filter = TypeVar("T_template_filter", bound=ft.TemplateFilterCallable)
T_template_global = TypeVar("T_template_global", bound=ft.TemplateGlobalCallable)
T_template_test = TypeVar("T_template_test", bound=ft.TemplateTestCallable)
