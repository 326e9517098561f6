"""flask.config"""

from ..config import Config as QuaffConfig
from ..config import ConfigAttribute

__all__ = ["Config", "ConfigAttribute"]


class Config(QuaffConfig):
    """Quaff's configuration, whose environment variables begin with FLASK."""

    env_prefix = "FLASK"
