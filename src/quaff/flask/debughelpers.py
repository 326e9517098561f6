"""flask.debughelpers"""

from ..http.missing_files import DebugFilesKeyError
from ..http.missing_files import explain_missing_files as attach_enctype_error_multidict
from ..routing.redirects import FormDataRoutingRedirect

__all__ = ["DebugFilesKeyError", "FormDataRoutingRedirect", "attach_enctype_error_multidict"]
