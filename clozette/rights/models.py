"""The tables of the rights room; each part keeps its own."""

from clozette.rights.export.models import Export

__all__ = ["Export"]
