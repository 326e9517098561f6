"""flask.testing"""

from typing import Any

from click.testing import CliRunner, Result
from werkzeug.test import Client
from werkzeug.wrappers import Request as BaseRequest

from ..cli import ScriptInfo
from ..sessions import SessionMixin
from ..testing import EnvironBuilder, QuaffClient, QuaffCliRunner

__all__ = [
    "BaseRequest",
    "CliRunner",
    "Client",
    "EnvironBuilder",
    "FlaskCliRunner",
    "FlaskClient",
    "Result",
    "ScriptInfo",
    "SessionMixin",
]


class FlaskClient(QuaffClient):
    """Quaff's test client under Flask's name."""

    def _request_from_builder_args(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> BaseRequest:
        """The request that `open` would send; test clients of other protocols begin with it."""
        return self._request_of(args, kwargs)


class FlaskCliRunner(QuaffCliRunner):
    """Quaff's runner of commands under Flask's name."""
