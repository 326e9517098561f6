"""flask.wrappers"""

from ..globals import current_app
from ..http.request import Request
from ..http.request import enclosing_blueprints as _split_blueprint_path
from ..http.response import Response

__all__ = ["Request", "Response", "_split_blueprint_path", "current_app"]
