"""Where an application's templates are found."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import BaseLoader, Environment, FileSystemLoader, TemplateNotFound

from ..context import current

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["DispatchingJinjaLoader"]


class _Place(NamedTuple):
    """One of the places where templates are."""

    owner: str
    loader: BaseLoader

    @property
    def description(self) -> str:
        if isinstance(self.loader, FileSystemLoader):
            return ", ".join(self.loader.searchpath)
        return type(self.loader).__name__


class DispatchingJinjaLoader(BaseLoader):
    """The templates of an application: its own folder first, then those of its blueprints.

    Args:
        app: the application.
    """

    def __init__(self, app: Quaff) -> None:
        self.app = app

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The text of a template, its file, and a function that tells whether it is unchanged.

        Raises:
            TemplateNotFound: it is in no place; in debug mode the message lists the places.
        """
        if self.app.config["EXPLAIN_TEMPLATE_LOADING"]:
            return self._explained_source(environment, template)
        for place in self._places(template):
            try:
                return place.loader.get_source(environment, template)
            except TemplateNotFound:
                continue
        raise self._not_found(template)

    def list_templates(self) -> list[str]:
        """The names of all templates whose places can tell."""
        names: set[str] = set()
        for place in self._places(""):
            names.update(place.loader.list_templates())
        return sorted(names)

    def _iter_loaders(self, template: str) -> Iterator[tuple[Any, BaseLoader]]:
        """Who has a loader, and the loader, in the order in which they are asked."""
        for owner in (self.app, *self.app.iter_blueprints()):
            if owner.jinja_loader is not None:
                yield owner, owner.jinja_loader

    def _places(self, template: str) -> Iterator[_Place]:
        for owner, loader in self._iter_loaders(template):
            kind = "application" if owner is self.app else "blueprint"
            name = owner.import_name if owner is self.app else owner.name
            detail = "" if owner is self.app else f" ({owner.import_name})"
            yield _Place(f"{kind} {name!r}{detail}", loader)

    def _not_found(self, template: str) -> TemplateNotFound:
        if not self.app.debug:
            return TemplateNotFound(template)
        places = [f"  {place.owner}: {place.description}" for place in self._places(template)]
        lines = [f"The template {template!r} was not found. Places looked at:"]
        lines += places or ["  none: neither the application nor a blueprint has templates"]
        lines += self._similar(template)
        return TemplateNotFound(template, "\n".join(lines))

    def _similar(self, template: str) -> list[str]:
        try:
            names = self.list_templates()
        except (TypeError, OSError):
            return []  # A loader of the user's that cannot list.
        close = difflib.get_close_matches(template, names)
        return [f"Did you mean {' or '.join(map(repr, close))}?"] if close else []

    # -- EXPLAIN_TEMPLATE_LOADING ------------------------------------------------------------

    def _explained_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        found = []
        lines = [f"Locating template {template!r}:"]
        for number, place in enumerate(self._places(template), 1):
            lines.append(f"{number:5}: trying loader of {place.owner}")
            lines.append(f"       {place.description}")
            try:
                source = place.loader.get_source(environment, template)
            except TemplateNotFound:
                lines.append("       -> no match")
            else:
                found.append(source)
                lines.append(f"       -> found {source[1] or ''}".rstrip())
        self.app.logger.info("\n".join(lines + self._conclusion(len(found))))
        if not found:
            raise self._not_found(template)
        return found[0]

    def _conclusion(self, count: int) -> list[str]:
        if count == 1:
            return []
        if count > 1:
            lines = ["Warning: several loaders have this template; the first one's is used."]
        else:
            lines = ["Error: the template could not be found."]
        context = current.get(None)
        if context is not None and context.has_request and context.request.blueprint is not None:
            lines.append(
                "  It was looked up from an endpoint that belongs to the blueprint "
                f"{context.request.blueprint!r}."
            )
            lines.append("  Is the template in the right folder?")
            lines.append("  See https://flask.palletsprojects.com/blueprints/#templates")
        return lines
