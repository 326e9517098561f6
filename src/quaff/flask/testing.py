"""flask.testing"""

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


class FlaskCliRunner(QuaffCliRunner):
    """Quaff's runner of commands under Flask's name."""
