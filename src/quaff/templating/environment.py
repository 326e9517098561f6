"""Jinja's environment for one application, and how templates become code in it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import Template
from jinja2.compiler import CodeGenerator
from jinja2.filters import FILTERS
from jinja2.nodes import Filter, Name, Test
from jinja2.runtime import new_context
from jinja2.tests import TESTS
from markupsafe import Markup, escape

from ..watched import NotifyingDict

try:
    # PERF: MarkupSafe's C function before its result becomes Markup; older releases have none
    # (benchmark: template).
    from markupsafe import _escape_inner as escape_text  # type: ignore[attr-defined]
except ImportError:

    def escape_text(text: str, /) -> str:
        """A string with HTML's special characters replaced."""
        return escape(text)


if TYPE_CHECKING:
    from jinja2.nodes import Expr
    from jinja2.runtime import Context

    from ..app import Quaff

__all__ = ["Environment"]

#: String templates that are kept compiled, and the characters that one of them may have.
KEPT_STRINGS = 256
KEPT_LENGTH = 20_000

_DICT_ATTRIBUTES = frozenset(dir(dict))


# -- code ----------------------------------------------------------------------------------------


def escape_output(value: Any) -> str:
    """What a template prints of a value where it escapes.

    PERF: it does what `markupsafe.escape` does, but Markup need not become Markup once more
    merely to be joined with other text (benchmark: template).
    """
    if type(value) is Markup:
        return value
    return escape(value)


class QuickCodeGenerator(CodeGenerator):
    """Jinja's compiler, whose code prints text and numbers without a call of Python's.

    PERF: they are most of what templates print (benchmark: template).
    """

    def visit_Template(self, node: Any, frame: Any = None) -> None:
        self.writeline(f"from {__name__} import escape_output, escape_text")
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: Expr, frame: Any, finalize: Any) -> None:
        if _escapes(frame, finalize):
            self.write("(escape_text(value) if (value := ")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: Expr, frame: Any, finalize: Any) -> None:
        if _escapes(frame, finalize):
            self.write(").__class__ is str else str(value) if value.__class__ is int ")
            self.write("else escape_output(value))")
        else:
            super()._output_child_post(node, frame, finalize)


def _escapes(frame: Any, finalize: Any) -> bool:
    """Whether an output is known to be escaped, and nothing else happens to it."""
    context = frame.eval_ctx
    return bool(context.autoescape and not context.volatile and finalize.src is None)


class QuickTemplate(Template):
    """A template whose globals are copied as a dict wherever they are one.

    PERF: Jinja lays an empty dict over the environment's globals and copies both through a
    ChainMap, which takes three times as long as a small template (benchmark: template).
    """

    def new_context(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> Context:
        known: Any = self.globals
        if type(known) is ChainMap and not known.maps[0]:
            known = known.maps[1]
        return new_context(self.environment, self.name, self.blocks, vars, shared, known, locals)


class Environment(jinja2.Environment):
    """Jinja's environment for one application.

    Args:
        app: the application, which also makes the loader unless one is given.
        options: those of `jinja2.Environment`.
    """

    template_class = QuickTemplate
    code_generator_class = QuickCodeGenerator

    def __init__(self, app: Quaff, **options: Any) -> None:
        if "loader" not in options:
            options["loader"] = app.create_global_jinja_loader()
        self._compiled = lru_cache(KEPT_STRINGS)(self._compile_to_keep)
        super().__init__(**options)
        self.app = app

    def string_template(self, source: str) -> Template:
        """The template of a string; `from_string` that compiles a string once.

        Raises:
            TemplateSyntaxError: the string is not a template.
        """
        if self.overlayed or type(source) is not str or len(source) > KEPT_LENGTH:
            return self.from_string(source)
        return self._compiled(source) or self.from_string(source)

    def _compile_to_keep(self, source: str) -> Template | None:
        template = self.from_string(source)
        return None if self._folds_own_functions(source) else template

    def _folds_own_functions(self, source: str) -> bool:
        """Whether a filter or test that is not Jinja's is applied to a constant.

        NOTE: Jinja calls it while compiling and keeps the result, but the function may depend on
        more than its arguments, such as the request's language.
        """
        for node in self.parse(source).find_all((Filter, Test)):
            known: Mapping[str, Any] = FILTERS if type(node) is Filter else TESTS
            active = self.filters if type(node) is Filter else self.tests
            if active.get(node.name) is not known.get(node.name) and node.find(Name) is None:
                return True
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What `obj.attribute` is in a template: an attribute, or else an item.

        PERF: for a dict Jinja raises and catches an AttributeError first, which takes longer than
        all the rest of printing a value (benchmark: template).
        """
        if type(obj) is dict and attribute not in _DICT_ATTRIBUTES:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        try:
            return getattr(obj, attribute)
        except AttributeError:
            pass
        try:
            return obj[attribute]
        except (TypeError, LookupError, AttributeError):
            return self.undefined(obj=obj, name=attribute)

    def __setattr__(self, name: str, value: Any) -> None:
        # NOTE: code is compiled for the syntax, the filters (missing ones are errors, constant
        # ones are applied), the tests and the policies of the moment.
        if name in ("filters", "tests", "policies"):
            value = NotifyingDict(value)
            value.on_change = self._compiled.cache_clear
        object.__setattr__(self, name, value)
        self._compiled.cache_clear()

    def add_extension(self, extension: Any) -> None:
        super().add_extension(extension)
        self._compiled.cache_clear()
