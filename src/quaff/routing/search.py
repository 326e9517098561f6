"""Python functions that search Werkzeug's tree of rules.

Werkzeug keeps the parts of its rules as a tree: a node for what may come after the same parts,
with its children by text (`static`), by pattern in order of weight (`dynamic`), and the rules that
end there. A function here is the part of that tree below one node written out as Python: its
branches are the branches of the source, and what is known about the rules is in it as constants.

Rules of this file:

* The source tries what Werkzeug tries, in Werkzeug's order. What is found first is the answer.
* A function returns a match, or None if nothing below its node matches; the one for the root then
  raises the error. Where the answer would be anything else they raise Unsure at once.
* A function is written when the first path leads to it: large trees cost nothing until they are
  used, and little when they change.
* SECURITY: text of rules stands in the source as `repr` writes it, or not at all.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from weakref import finalize

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Rule, ValidationError

from .endings import Answer, Ending, ending_at, ending_before_slash
from .values import values_of

if TYPE_CHECKING:
    # NOTE: private, and the same in all of Werkzeug 3.1; a test fails if they change.
    from werkzeug.routing.matcher import State
    from werkzeug.routing.rules import RulePart

__all__ = ["ROOT", "Match", "Place", "Redirects", "Search", "SearchFunction", "Unsure"]

Match = tuple[Rule, dict[str, Any]]
SearchFunction = Callable[..., Any]
#: A rule -> the rules of the same endpoint to which its URL may have to be redirected, because
#: their defaults are its values.
Redirects = Callable[[Rule], tuple[Rule, ...]]


class Unsure(Exception):
    """The answer is not plain, so Werkzeug must give it."""


# Patterns that say no more than these tests of a text, which are faster.
_SEGMENT = r"(?P<__werkzeug_0>[^/]{1,})\Z"
_DIGITS = r"(?P<__werkzeug_0>\d+)\Z"
_REST = r"(?P<__werkzeug_0>[^/].*?)\Z"
_END = r"\Z"

#: With more children by text, the child is looked up and has a function of its own.
#: PERF: to compare with a few costs less than a call (benchmark: parameter and JSON).
_COMPARED = 6
#: With more levels of indentation, the rest has a function of its own.
_DEEPEST = 10

_numbers = count(1)

#: The root's function before it looks at the domain.
_BEGINNING = (
    'parts = path.split("/")',
    "size = len(parts)",
    "if size < 2 or parts[0] or size > 2 and not parts[1]:",
    "    if not path:",
    "        raise Unsure",
    "    # To Werkzeug, every path begins with one slash.",
    '    path = "/" + path.lstrip("/")',
    '    parts = path.split("/")',
    "    size = len(parts)",
    "missed = []",
    "try:",
    "    pass",
)
#: What it does where it has found nothing.
_END_OF_SEARCH = (
    "except ValidationError:",
    "    # A rule was found, and its converter refuses the text; Werkzeug tries no other.",
    "    refuse(missed)",
    'if "//" in path:',
    "    # Without the slashes that are too many, there may be a rule.",
    "    raise Unsure",
    "refuse(missed)",
)


class Place(NamedTuple):
    """Where in a tree and in a source the writing is."""

    #: How many parts of the path led there; -1 at the root, whose branches are domains.
    depth: int
    #: How far to indent.
    level: int
    #: Expressions for the texts of the variables on the way.
    texts: tuple[str, ...] = ()
    #: The way in the notation of rules, for the readers of the source.
    way: str = ""

    def below(self, way: str, *texts: str) -> Place:
        """The place after one more part."""
        way = f"{self.way}/{way}" if self.depth > 0 else way
        return Place(self.depth + 1, self.level + 1, (*self.texts, *texts), way)

    def indented(self) -> Place:
        """The same place in the tree, one level deeper in the source."""
        return self._replace(level=self.level + 1)


#: The place of the root's branches.
ROOT = Place(-1, 2)


class Search:
    """The search below a node: called like the function that it writes when it is first called.

    The functions have the arguments `parts` (of the path), `size` (their number), `method`,
    `missed` (a list that takes the methods of rules that the path fits and the method does not),
    and the texts of the variables before. The one for the root has `method`, `path` and `domain`.

    Args:
        node: where the search begins.
        place: how paths come there.
        redirects: what a rule may be redirected to.
        home: the table that holds the search, in which the function takes its place.
        key: where in `home`.
    """

    __slots__ = ("home", "key", "node", "place", "redirects")

    def __init__(
        self, node: State, place: Place, redirects: Redirects, home: dict[str, Any], key: str
    ) -> None:
        self.node = node
        self.place = place
        self.redirects = redirects
        self.home = home
        self.key = key

    def __call__(self, *arguments: Any) -> Match | None:
        function = self.home[self.key] = self.compiled()
        found: Match | None = function(*arguments)
        return found

    def compiled(self) -> SearchFunction:
        """The function."""
        writer = self._written()
        name = f"<quaff routes {next(_numbers)}: {self.place.way!r}>"
        exec(compile(writer.source, name, "exec"), writer.constants)
        function: SearchFunction = writer.constants["search"]
        # Tracebacks show the source as long as the function lives.
        lines = writer.source.splitlines(keepends=True)
        linecache.cache[name] = (len(writer.source), None, lines, name)
        finalize(function, linecache.cache.pop, name, None).atexit = False
        return function

    def sources(self) -> Iterator[str]:
        """The source of the function and of all that it may call."""
        writer = self._written()
        yield writer.source
        for search in writer.searches:
            yield from search.sources()

    def _written(self) -> _Writer:
        place = self.place
        if place.depth < 0:
            writer = _Writer(self.redirects, place.way, ["method", "path", "domain"])
            writer.write_root(self.node)
            return writer
        texts = [f"text{number}" for number in range(len(place.texts))]
        arguments = ["parts", "size", "method", "missed", *texts]
        writer = _Writer(self.redirects, place.way, arguments)
        writer.write_node(self.node, place._replace(level=1, texts=tuple(texts)))
        writer.write(1, "return None")
        return writer


class _Writer:
    """Writes one function."""

    def __init__(self, redirects: Redirects, way: str, arguments: list[str]) -> None:
        self._redirects = redirects
        #: What the source refers to by name.
        self.constants: dict[str, Any] = {
            "Unsure": Unsure,
            "ValidationError": ValidationError,
            "is_redirected": _is_redirected,
            "refuse": _refuse,
        }
        self._names: dict[int, str] = {}
        #: The searches that the function calls.
        self.searches: list[Search] = []
        self._lines = [f"# {way!r}", f"def search({', '.join(arguments)}):"]

    @property
    def source(self) -> str:
        """What was written."""
        return "\n".join(self._lines) + "\n"

    def write(self, level: int, line: str) -> None:
        """Write a line."""
        self._lines.append("    " * level + line)

    def _constant(self, kind: str, value: Any) -> str:
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"{kind}_{len(self._names)}"
            self.constants[name] = value
        return name

    def write_root(self, root: State) -> None:
        """All of the root's function.

        PERF: it splits the path, and says what is wrong, itself, since calls take as long as
        searching (benchmark: parameter and JSON).
        """
        for line in _BEGINNING:
            self.write(1, line)
        self.write_branches(root, ROOT, "domain")
        for line in _END_OF_SEARCH:
            self.write(1, line)

    # -- the way down ------------------------------------------------------------------------

    def write_node(self, node: State, place: Place) -> None:
        """What becomes of a path that led to the node, whether it ends there or goes on."""
        depth, level = place.depth, place.level
        if depth == 0:
            self._write_start(node, place)
            return
        if level > _DEEPEST:
            self._write_call(node, place)
            return
        ending = ending_at(node)
        goes_on = bool(node.static or node.dynamic or ending_before_slash(node))
        if ending:
            self.write(level, f"if size == {depth}:")
            self._write_ending(ending, place.indented())
            if goes_on:
                self.write(level, "else:")
        elif goes_on:
            self.write(level, f"if size > {depth}:")
        else:
            self.write(level, "pass")
        if goes_on:
            self.write(level + 1, f"part{depth} = parts[{depth}]")
            self.write_branches(node, place.indented(), f"part{depth}")

    def _write_start(self, node: State, place: Place) -> None:
        # Every path begins with a slash, so that its first part is empty and there is a second.
        if node.rules or node.dynamic or list(node.static) != [""]:
            self.write(place.level, "raise Unsure")
            return
        self.write(place.level, "part1 = parts[1]")
        self.write_branches(node.static[""], place._replace(depth=1), "part1")

    def _write_call(self, node: State, place: Place) -> None:
        search = Search(node, place, self._redirects, self.constants, "")
        search.key = self._constant("search", search)
        self.searches.append(search)
        self._write_found(place, search.key)

    def _write_found(self, place: Place, function: str) -> None:
        arguments = ", ".join(["parts", "size", "method", "missed", *place.texts])
        self.write(place.level, f"found = {function}({arguments})")
        self.write(place.level, "if found is not None:")
        self.write(place.level + 1, "return found")

    def write_branches(self, node: State, place: Place, part: str) -> None:
        """Where a path may go on from the node.

        Args:
            part: the name of the variable that has the next part.
        """
        if len(node.static) > _COMPARED:
            self._write_table(node, place, part)
        else:
            for text, below in node.static.items():
                self.write(place.level, f"if {part} == {text!r}:")
                self.write_node(below, place.below(text))
        for rule_part, below in node.dynamic:
            if rule_part.final:
                self._write_rest(rule_part, below, place, part)
            else:
                self._write_variable(rule_part, below, place, part)
        ending = ending_before_slash(node)
        if ending:
            self.write(place.level, f"if not {part} and size == {place.depth + 1}:")
            self._write_ending(ending, place.indented())

    def _write_table(self, node: State, place: Place, part: str) -> None:
        table: dict[str, Any] = {}
        for text, below in node.static.items():
            search = Search(below, place.below(text), self._redirects, table, text)
            table[text] = search
            self.searches.append(search)
        self.write(place.level, f"below = {self._constant('table', table)}.get({part})")
        self.write(place.level, "if below is not None:")
        self._write_found(place.indented(), "below")

    def _write_variable(self, rule_part: RulePart, below: State, place: Place, part: str) -> None:
        """A part that a pattern matches."""
        if rule_part.content == _SEGMENT:
            self.write(place.level, f"if {part}:")
            texts = [part]
        elif rule_part.content == _DIGITS:
            # PERF: the same characters as \d, without a match object (benchmark: routing).
            self.write(place.level, f"if {part}.isdecimal():")
            texts = [part]
        else:
            texts = self._write_match(rule_part, place, part)
        self.write_node(below, place.below(_readable(rule_part), *texts))

    def _write_match(self, rule_part: RulePart, place: Place, text: str) -> list[str]:
        pattern = re.compile(rule_part.content)
        # The variables' groups have Werkzeug's names and are sorted by them; a converter's own
        # pattern may have others.
        groups = [name for name in sorted(pattern.groupindex) if name.startswith("__werkzeug_")]
        match = f"match{place.depth + 1}"
        self.write(place.level, f"{match} = {self._constant('match', pattern.match)}({text})")
        self.write(place.level, f"if {match} is not None:")
        return [f"{match}[{pattern.groupindex[name]}]" for name in groups]

    def _write_rest(self, rule_part: RulePart, below: State, place: Place, part: str) -> None:
        """A pattern that all the rest of the path matches."""
        depth = place.depth
        rest = f"rest{depth}"
        if depth < 0:
            # A domain has no parts.
            self.write(place.level, "raise Unsure")
            return
        if rule_part.content == _REST:
            self.write(place.level, f"if {part}:")
            place = place.indented()
            self.write(place.level, f'{rest} = "/".join(parts[{depth}:])')
            self.write(place.level, f'if {rest}.find("\\n", 1) < 0:')
            texts = [rest]
        else:
            self.write(place.level, f'{rest} = "/".join(parts[{depth}:])')
            texts = self._write_match(rule_part, place, rest)
        place = place.below(_readable(rule_part), *texts)
        if not rule_part.suffixed:
            self._write_ending(ending_at(below), place)
        elif below.dynamic:
            self.write(place.level, "raise Unsure")
        else:
            groups = re.compile(rule_part.content).groups
            self.write(place.level, f"if match{depth + 1}[{groups}]:")
            self._write_slash_after_rest(below, place.indented())
            self.write(place.level, "else:")
            self._write_ending(ending_at(below), place.indented())

    def _write_slash_after_rest(self, below: State, place: Place) -> None:
        after_slash = below.static.get("")
        if after_slash is not None:
            self._write_ending(ending_at(after_slash), place)
        self._write_ending(ending_before_slash(below), place)

    # -- the ends ----------------------------------------------------------------------------

    def _write_ending(self, ending: Ending, place: Place) -> None:
        """What is answered where a path ends."""
        level = place.level
        if not ending:
            self.write(level, "pass")
        # Rules that differ in their methods alone share a table.
        alike: dict[tuple[str, ...], dict[str, Rule]] = {}
        for answer in ending.answers:
            if answer.methods is None:
                continue
            if answer.rule is None:
                self.write(level, f"if method in {self._constant('methods', answer.methods)}:")
                self.write(level + 1, "raise Unsure")
            else:
                rules = alike.setdefault(self._result(answer.rule, answer, place.texts), {})
                rules.update(dict.fromkeys(answer.methods, answer.rule))
        for result, rules in alike.items():
            self._write_rules(rules, level)
            self._write_lines(result, level + 1)
        self._write_other_methods(ending, place)

    def _write_rules(self, rules: dict[str, Rule], level: int) -> None:
        """The condition that one of the rules, by method, is the one."""
        first, *others = {id(rule): rule for rule in rules.values()}.values()
        if others:
            self.write(level, f"rule = {self._constant('rules', rules)}.get(method)")
            self.write(level, "if rule is not None:")
        else:
            # PERF: most paths have one rule for all methods (benchmark: parameter and JSON).
            self.write(level, f"if method in {self._constant('methods', frozenset(rules))}:")
            self.write(level + 1, f"rule = {self._constant('rule', first)}")

    def _write_other_methods(self, ending: Ending, place: Place) -> None:
        last = ending.answers[-1] if ending.answers else None
        if last is None or last.methods is not None:
            if ending.missed:
                methods = self._constant("methods", ending.missed)
                self.write(place.level, f"missed.append({methods})")
        elif last.rule is None:
            self.write(place.level, "raise Unsure")
        else:
            self.write(place.level, f"rule = {self._constant('rule', last.rule)}")
            self._write_lines(self._result(last.rule, last, place.texts), place.level)

    def _write_lines(self, lines: tuple[str, ...], level: int) -> None:
        for line in lines:
            self.write(level, line)

    def _result(self, rule: Rule, answer: Answer, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Lines that return the rule that is called `rule`, with its values."""
        values = values_of(rule, texts, self._constant)
        others = self._redirects(rule)
        if not values.may_refuse and not others:
            return (f"return rule, {values.source}",)
        lines = []
        if values.may_refuse and answer.passed:
            lines += [f"missed.append({self._constant('methods', answer.passed)})"]
        if values.may_overflow:
            lines += ["try:", f"    values = {values.source}"]
            lines += ["except ValueError:", "    raise ValidationError from None"]
        else:
            lines += [f"values = {values.source}"]
        if others:
            lines += [f"if is_redirected({self._constant('others', others)}, values, method):"]
            lines += ["    raise Unsure"]
        return (*lines, "return rule, values")


def _is_redirected(rules: tuple[Rule, ...], values: Mapping[str, Any], method: str) -> bool:
    """Whether the values are what one of the rules has as defaults."""
    return any(rule.suitable_for(values, method) for rule in rules)


def _refuse(missed: list[frozenset[str]]) -> NoReturn:
    if missed:
        raise MethodNotAllowed(valid_methods=sorted(frozenset().union(*missed)))
    raise NotFound


def _readable(part: RulePart) -> str:
    return f"<{part.content.removesuffix(_END)}>"
