"""flask.typing"""

from ..typing import *  # noqa: F403 - all of them are aliases of types
