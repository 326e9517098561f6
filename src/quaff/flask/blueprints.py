"""flask.blueprints"""

from ..blueprints import Blueprint, BlueprintSetupState
from ..cli import AppGroup
from .globals import current_app
from .helpers import send_from_directory

SansioBlueprint = Blueprint

__all__ = [
    "AppGroup",
    "Blueprint",
    "BlueprintSetupState",
    "SansioBlueprint",
    "current_app",
    "send_from_directory",
]
