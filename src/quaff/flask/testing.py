"""flask.testing"""

from ..testing import EnvironBuilder, QuaffClient, QuaffCliRunner

__all__ = ["EnvironBuilder", "FlaskCliRunner", "FlaskClient"]


class FlaskClient(QuaffClient):
    """Quaff's test client under Flask's name."""


class FlaskCliRunner(QuaffCliRunner):
    """Quaff's runner of commands under Flask's name."""
