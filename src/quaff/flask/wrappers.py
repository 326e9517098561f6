"""flask.wrappers"""

from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.wrappers import Request as RequestBase
from werkzeug.wrappers import Response as ResponseBase

from ..globals import current_app
from ..http.request import Request
from ..http.request import enclosing_blueprints as _split_blueprint_path
from ..http.response import Response
from . import json

__all__ = [
    "BadRequest",
    "HTTPException",
    "Request",
    "RequestBase",
    "Response",
    "ResponseBase",
    "_split_blueprint_path",
    "current_app",
    "json",
]
