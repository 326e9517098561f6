"""flask.blueprints"""

from ..blueprints import Blueprint, BlueprintSetupState

SansioBlueprint = Blueprint

__all__ = ["Blueprint", "BlueprintSetupState", "SansioBlueprint"]
