"""flask.json"""

from ...globals import current_app
from ...json import dump, dumps, jsonify, load, loads
from ...providers import default_for_json as _default

__all__ = ["_default", "current_app", "dump", "dumps", "jsonify", "load", "loads"]
