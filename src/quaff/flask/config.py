"""flask.config"""

from werkzeug.utils import import_string

from ..config import Config as QuaffConfig
from ..config import ConfigAttribute

__all__ = [
    "Config",
    "ConfigAttribute",
    "import_string",
]


class Config(QuaffConfig):
    """Quaff's configuration, whose environment variables begin with FLASK."""

    env_prefix = "FLASK"
