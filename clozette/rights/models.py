"""The tables of the rights room; each part keeps its own."""

from clozette.rights.erasure.models import Erasure, Receipt, Restricted
from clozette.rights.export.models import Export

__all__ = ["Erasure", "Export", "Receipt", "Restricted"]
