"""flask.sansio.scaffold"""

from ...packages import find_package, get_root_path
from ...scaffold import Scaffold
from ...scaffold import endpoint_of as _endpoint_from_view_func
from ...scaffold import setup as setupmethod

__all__ = ["Scaffold", "_endpoint_from_view_func", "find_package", "get_root_path", "setupmethod"]
