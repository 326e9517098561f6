"""flask.json.provider"""

from ...providers import DefaultJSONProvider, JSONProvider
from ...providers import default_for_json as _default

__all__ = ["DefaultJSONProvider", "JSONProvider", "_default"]
