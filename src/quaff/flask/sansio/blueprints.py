"""flask.sansio.blueprints"""

from ... import typing as ft
from ...blueprints import Blueprint, BlueprintSetupState
from ...blueprints import DeferredSetup as DeferredSetupFunction
from .app import T_template_filter, T_template_global, T_template_test
from .scaffold import (
    Scaffold,
    T_after_request,
    T_before_request,
    T_error_handler,
    T_teardown,
    T_template_context_processor,
    T_url_defaults,
    T_url_value_preprocessor,
    _endpoint_from_view_func,
    setupmethod,
)

__all__ = [
    "Blueprint",
    "BlueprintSetupState",
    "DeferredSetupFunction",
    "Scaffold",
    "T_after_request",
    "T_before_request",
    "T_error_handler",
    "T_teardown",
    "T_template_context_processor",
    "T_template_filter",
    "T_template_global",
    "T_template_test",
    "T_url_defaults",
    "T_url_value_preprocessor",
    "_endpoint_from_view_func",
    "ft",
    "setupmethod",
]
