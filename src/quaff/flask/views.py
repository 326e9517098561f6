"""flask.views"""

from ..globals import current_app, request
from ..views import MethodView, View, http_method_funcs

__all__ = ["MethodView", "View", "current_app", "http_method_funcs", "request"]
