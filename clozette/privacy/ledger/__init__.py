"""The ledger: what was shown to people and what they answered, written by the deed in its own transaction.

``record`` adds an entry, ``commit_to`` a leaf for a row of another ledger; both wait in ``privacy_waiting`` until the
sequencer gives them their place in the tree, within seconds and without any request waiting for it.
"""

from clozette.privacy.ledger.entries import Action, Added, entries_of, keep_wording, record, serve
from clozette.privacy.ledger.leaves import KINDS, Kind, commit_to, register_kind, wait, waiting
from clozette.privacy.tree.canonical import moment, payload

__all__ = [
    "KINDS",
    "Action",
    "Added",
    "Kind",
    "commit_to",
    "entries_of",
    "keep_wording",
    "moment",
    "payload",
    "record",
    "register_kind",
    "serve",
    "wait",
    "waiting",
]
