from __future__ import annotations

import enum
import traceback
from dataclasses import dataclass
from typing import Any

import jinja2
import pytest
from jinja2 import ChainableUndefined, DictLoader, StrictUndefined, Template, UndefinedError
from jinja2.ext import Extension
from markupsafe import Markup

from quaff import Quaff
from quaff.templating import Environment
from quaff.templating.environment import KEPT_LENGTH, escape_output


@pytest.fixture
def environment() -> Environment:
    return Environment(Quaff("example"), autoescape=True)


# -- printing and asking, as Jinja does ----------------------------------------------------------


@dataclass
class Row:
    id: int
    items: str = "attribute"

    def __getitem__(self, name: str) -> str:
        return f"item {name}"


class Odd:
    """Its properties fail in the ways that matter to Jinja."""

    asked = 0

    @property
    def missing(self) -> Any:
        Odd.asked += 1
        raise AttributeError("inside")

    @property
    def broken(self) -> Any:
        raise KeyError("inside")


class Html:
    def __html__(self) -> str:
        return "<i>"


class Shout(str):
    """A str subclass whose own text form differs."""

    def __str__(self) -> str:
        return "<SHOUT>"


class Colour(enum.IntEnum):
    """An int whose text is no number."""

    RED = 1

    def __str__(self) -> str:
        return "<red>"


VALUES = {
    "text": "<a href='x'>&\"",
    "markup": Markup("<b>"),
    "html": Html(),
    "number": 5,
    "colour": Colour.RED,
    "fraction": 1.5,
    "nothing": None,
    "truth": True,
    "shout": Shout("quiet"),
    "list": ["<"],
    "record": {"id": 1, "items": "item", "text": "<", "0": "zero", "nested": {"a": "<x>"}},
    "row": Row(7),
    "odd": Odd(),
}

TEMPLATES = [
    *[f"{{{{ {name} }}}}" for name in VALUES if name != "odd"],
    "{{ record.id }}{{ record.text }}{{ record.nested.a }}{{ record['id'] }}",
    # A dict's own attributes go before its items.
    "{{ record.items()|list|length }}{{ record.get('id') }}{{ record['items'] }}",
    "[{{ record.nope }}][{{ record.nope is defined }}][{{ record.nope|default('d') }}]",
    "{{ row.id }}{{ row.items }}{{ row.other }}{{ row['id'] }}",
    "[{{ odd.missing }}][{{ number.nope }}][{{ nothing.nope is defined }}]",
    "{{ unknown }}",
    "{% autoescape false %}{{ text }}{{ record.text }}{% endautoescape %}{{ text }}",
    "{% macro m(x) %}<{{ x }}>{{ caller() if caller }}{% endmacro %}{{ m(text) }}"
    "{% call m(text) %}{{ text }}{% endcall %}",
    "{% set block %}<b>{{ text }}</b>{% endset %}{{ block }}",
    "{% filter upper %}{{ text }}{% endfilter %}{{ text|safe }}{{ text|e }}{{ markup ~ text }}",
    "{% for x in list %}{{ loop.index }}{{ x }}{% endfor %}{{ '<const>' }}{{ 1 + 1 }}",
    "{% if record.id == 1 and row.id %}yes{% endif %}{{ record|tojson }}{{ list|join('<') }}",
]


@pytest.mark.parametrize("source", TEMPLATES)
@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("undefined", [jinja2.Undefined, ChainableUndefined])
def test_prints_what_jinja_prints(
    source: str, autoescape: bool, undefined: type[jinja2.Undefined]
) -> None:
    ours = Environment(Quaff("example"), autoescape=autoescape, undefined=undefined)
    theirs = jinja2.Environment(autoescape=autoescape, undefined=undefined)
    assert ours.from_string(source).render(VALUES) == theirs.from_string(source).render(VALUES)


@pytest.mark.parametrize("source", ["{{ record.nope }}", "{{ odd.missing }}", "{{ unknown }}"])
def test_fails_where_jinja_fails(source: str) -> None:
    environment = Environment(Quaff("example"), autoescape=True, undefined=StrictUndefined)
    with pytest.raises(UndefinedError):
        environment.from_string(source).render(VALUES)


def test_errors_of_an_object_pass(environment: Environment) -> None:
    with pytest.raises(KeyError):
        environment.from_string("{{ odd.broken }}").render(VALUES)


def test_an_attribute_is_asked_for_once(environment: Environment) -> None:
    Odd.asked = 0
    environment.from_string("{{ odd.missing }}").render(VALUES)
    assert Odd.asked == 1


def test_a_finalize_function_sees_every_value() -> None:
    environment = Environment(
        Quaff("example"), autoescape=True, finalize=lambda value: "-" if value is None else value
    )
    template = environment.from_string("{{ nothing }}{{ text }}")
    assert template.render(nothing=None, text="<") == "-&lt;"


def test_escaping_may_depend_on_the_moment(environment: Environment) -> None:
    template = environment.from_string(
        "{% autoescape switch %}{{ text }}{{ d.text }}{% endautoescape %}"
    )
    values = {"text": "<", "d": {"text": "<"}}
    assert template.render(values, switch=True) == "&lt;&lt;"
    assert template.render(values, switch=False) == "<<"


@pytest.mark.parametrize("value", VALUES.values())
def test_escaped_output_is_what_escape_gives(value: Any) -> None:
    if not isinstance(value, Odd):
        assert escape_output(value) == Markup.escape(value)


@pytest.mark.parametrize("value", VALUES.values())
@pytest.mark.parametrize("enable_async", [False, True])
def test_every_value_is_printed_as_jinja_prints_it(value: Any, enable_async: bool) -> None:
    source = (
        "{{ value }}|{% set x = value %}{{ x }}|{% macro m(value, n) %}{{ value }}{{ n }}"
        "{% endmacro %}{{ m(value, 2) }}|{% for value in [value, '&'] %}{{ value }}{% endfor %}"
        "|{% block part %}{{ value }}{% endblock %}|{% set y %}{{ value }}{% endset %}{{ y }}"
        "|{% autoescape false %}{{ value }}{% endautoescape %}"
        "|{% filter upper %}{{ value }}{% endfilter %}"
    )
    options: dict[str, Any] = {"autoescape": True, "enable_async": enable_async}
    ours = Environment(Quaff("example"), **options).from_string(source)
    theirs = jinja2.Environment(**options).from_string(source)
    if isinstance(value, Odd):
        value = value.__class__.__name__
    assert ours.render(value=value) == theirs.render(value=value)


def test_an_error_names_the_line_of_the_template() -> None:
    source = "one\n{{ text }}\n{{ text }}\n{{ 1 / zero }}\n"
    loader = DictLoader({"page.html": source})
    environment = Environment(Quaff("example"), autoescape=True, loader=loader)
    with pytest.raises(ZeroDivisionError) as caught:
        environment.get_template("page.html").render(zero=0, text="")
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(caught.tb)
        if frame.name == "top-level template code"
    ]
    assert lines == [4]


# -- globals -------------------------------------------------------------------------------------


def test_globals_may_come_later_than_the_template(environment: Environment) -> None:
    template = environment.from_string("{{ later }}")
    environment.globals["later"] = "now"
    assert template.render() == "now"
    assert template.render(later="mine") == "mine"


def test_globals_of_one_template_stay_with_it() -> None:
    loader = DictLoader({"a": "{{ x }}{% import 'm' as m %}{{ m.x }}", "b": "{{ x }}", "m": ""})
    environment = Environment(Quaff("example"), loader=loader)
    assert environment.get_template("a").render() == ""
    assert environment.get_template("a", globals={"x": 1}).render() == "1"
    assert environment.get_template("b").render() == ""
    assert "x" not in environment.globals


def test_imported_macros_see_globals_and_no_variables() -> None:
    loader = DictLoader(
        {
            "macros": "{% macro show() %}[{{ everywhere }}{{ here }}]{% endmacro %}",
            "plain": "{% import 'macros' as m %}{{ m.show() }}",
            "context": "{% import 'macros' as m with context %}{{ m.show() }}",
        }
    )
    environment = Environment(Quaff("example"), loader=loader)
    environment.globals["everywhere"] = "G"
    assert environment.get_template("plain").render(here="V") == "[G]"
    assert environment.get_template("context").render(here="V") == "[GV]"


# -- string templates ----------------------------------------------------------------------------


def test_a_string_is_compiled_once(environment: Environment) -> None:
    source = "{{ x }}"
    assert environment.string_template(source) is environment.string_template(str(source))
    assert environment.string_template("{{ y }}") is not environment.string_template(source)


def change_syntax(environment: Environment) -> None:
    environment.variable_start_string = "[["
    environment.variable_end_string = "]]"


class Brackets(Extension):
    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return f"[{source}]"


@pytest.mark.parametrize(
    ("source", "change", "before", "after"),
    [
        ("{{ x|upper }}", lambda e: e.filters.update(upper=lambda v: f"^{v}"), "X", "^x"),
        ("{{ 'x'|upper }}", lambda e: e.filters.update(upper=lambda v: f"^{v}"), "X", "^x"),
        ("{{ 'x'|upper }}", lambda e: setattr(e, "filters", {"upper": str.title}), "X", "X"),
        ("{{ 1 is odd }}", lambda e: e.tests.update(odd=lambda v: "odd"), "True", "odd"),
        ("{{ x }}", change_syntax, "x", "{{ x }}"),
        ("{{ '<' }}{{ y }}", lambda e: setattr(e, "autoescape", False), "&lt;&lt;", "<<"),
        ("{{ x }}", lambda e: e.add_extension(Brackets), "x", "[x]"),
        (
            "{{ {'b': 1, 'a': 2}|tojson }}",
            lambda e: e.policies.update({"json.dumps_kwargs": {"sort_keys": False}}),
            '{"a": 2, "b": 1}',
            '{"b": 1, "a": 2}',
        ),
    ],
)
def test_a_string_is_compiled_again_when_that_matters(
    environment: Environment, source: str, change: Any, before: str, after: str
) -> None:
    values = {"x": "x", "y": "<"}
    assert environment.string_template(source).render(values) == before
    change(environment)
    assert environment.string_template(source).render(values) == after


def test_a_filter_may_come_later_than_the_string_that_lacked_it(environment: Environment) -> None:
    with pytest.raises(jinja2.TemplateSyntaxError):
        environment.string_template("{{ x|mine }}")
    environment.filters["mine"] = lambda value: f"<{value}"
    assert environment.string_template("{{ x|mine }}").render(x=1) == "&lt;1"


@pytest.mark.parametrize("source", ["{{ 'x'|count }}", "{% if 'x' is counted %}{{ n }}{% endif %}"])
def test_own_functions_on_constants_are_asked_each_time(
    environment: Environment, source: str
) -> None:
    calls: list[str] = []

    def count(value: str) -> int:
        calls.append(value)
        return len(calls)

    environment.filters["count"] = count
    environment.tests["counted"] = lambda value: bool(count(value))
    environment.string_template(source).render()
    known = len(calls)
    environment.string_template(source).render()
    assert len(calls) > known


def test_own_functions_on_variables_do_not_prevent_keeping(environment: Environment) -> None:
    environment.filters["own"] = str
    source = "{{ x|own }}{{ 'x'|upper }}"
    assert environment.string_template(source) is environment.string_template(source)


def test_few_and_short_strings_are_kept(environment: Environment) -> None:
    long = "x" * (KEPT_LENGTH + 1)
    assert environment.string_template(long) is not environment.string_template(long)
    first = environment.string_template("first")
    for number in range(1000):
        environment.string_template(f"{number}")
    assert environment.string_template("first") is not first


def test_an_overlay_compiles_for_itself(environment: Environment) -> None:
    assert environment.string_template("{{ '<' }}").render() == "&lt;"
    overlay = environment.overlay(autoescape=False)
    assert overlay.string_template("{{ '<' }}").render() == "<"
    assert environment.string_template("{{ '<' }}").render() == "&lt;"


def test_a_syntax_error_shows_the_string(environment: Environment) -> None:
    with pytest.raises(jinja2.TemplateSyntaxError) as caught:
        environment.string_template("fine\n{% if %}")
    assert caught.value.lineno == 2
    assert caught.value.source == "fine\n{% if %}"


def test_a_parsed_template_is_taken_as_from_string_takes_it(environment: Environment) -> None:
    parsed: Any = environment.parse("{{ x }}")
    template = environment.string_template(parsed)
    assert isinstance(template, Template)
    assert template.render(x=1) == "1"


# -- the application -----------------------------------------------------------------------------


def test_the_application_gives_the_loader_unless_one_is_given() -> None:
    app = Quaff("example")
    assert Environment(app).loader.app is app  # type: ignore[union-attr]
    loader = DictLoader({})
    assert Environment(app, loader=loader).loader is loader


def test_an_application_may_have_an_environment_of_its_own() -> None:
    class Mine(Environment):
        pass

    class App(Quaff):
        jinja_environment = Mine
        jinja_options = {"trim_blocks": True}  # noqa: RUF012

    environment = App("example").jinja_env
    assert type(environment) is Mine
    assert environment.trim_blocks is True
