"""flask.sansio.scaffold"""

from typing import Any, TypeVar

from jinja2 import BaseLoader, FileSystemLoader
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.utils import cached_property

from ... import typing as ft
from ...context import template_variables as _default_template_ctx_processor
from ...packages import find_package, get_root_path
from ...scaffold import Scaffold
from ...scaffold import endpoint_of as _endpoint_from_view_func
from ...scaffold import setup as setupmethod

__all__ = [
    "BaseLoader",
    "FileSystemLoader",
    "HTTPException",
    "Scaffold",
    "T_after_request",
    "T_before_request",
    "T_error_handler",
    "T_route",
    "T_teardown",
    "T_template_context_processor",
    "T_url_defaults",
    "T_url_value_preprocessor",
    "_default_template_ctx_processor",
    "_endpoint_from_view_func",
    "cached_property",
    "default_exceptions",
    "find_package",
    "ft",
    "get_root_path",
    "setupmethod",
]

T_after_request = TypeVar("T_after_request", bound="ft.AfterRequestCallable[Any]")
T_before_request = TypeVar("T_before_request", bound="ft.BeforeRequestCallable")
T_error_handler = TypeVar("T_error_handler", bound="ft.ErrorHandlerCallable")
T_route = TypeVar("T_route", bound="ft.RouteCallable")
T_teardown = TypeVar("T_teardown", bound="ft.TeardownCallable")
T_template_context_processor = TypeVar(
    "T_template_context_processor", bound="ft.TemplateContextProcessorCallable"
)
T_url_defaults = TypeVar("T_url_defaults", bound="ft.URLDefaultCallable")
T_url_value_preprocessor = TypeVar(
    "T_url_value_preprocessor", bound="ft.URLValuePreprocessorCallable"
)
