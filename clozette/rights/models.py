"""The tables of the rights room; each part keeps its own."""

from clozette.rights.bulk.models import BulkDecision, BulkDownload, BulkExport, BulkFile
from clozette.rights.erasure.models import Erasure, Receipt, Restricted
from clozette.rights.export.models import Export
from clozette.rights.guardians.models import GuardianAsk

__all__ = [
    "BulkDecision",
    "BulkDownload",
    "BulkExport",
    "BulkFile",
    "Erasure",
    "Export",
    "GuardianAsk",
    "Receipt",
    "Restricted",
]
