"""What the leaves only name: the words that were shown, the texts of policies, and the state that follows from it all.

A leaf holds the digest of the words, so that the words themselves must still have it; what stands now must still be the
fold of the entries. The database compares: what differs comes out, so that this needs little beside a whole verification.
"""

import hashlib
from typing import Any

import sqlalchemy as sa

from clozette.kernel import ids
from clozette.privacy.ledger.state import ANSWERS
from clozette.privacy.models import Consent, LedgerEntry, Subject, Wording
from clozette.privacy.policies.models import Policy
from clozette.privacy.tree.verify import MOST, Report

_TEXTS = {"yield_per": 100}
"""A text may have 100,000 letters."""


def check(connection: sa.Connection, report: Report) -> None:
    """Say which words and policies are others than their digests say, and which states are not the ledger's fold."""
    _check_texts(connection, report, sa.select(Wording.digest, Wording.text), "words edited")
    _check_texts(connection, report, sa.select(Policy.sha256, Policy.text), "policy edited")
    for row in connection.execute(_without_words().limit(MOST)):
        report.add("words deleted", f"consent {row.id}")
    for row in connection.execute(_other_than_their_entries().limit(MOST)):
        report.add("state edited", _place(row))
    for row in connection.execute(_behind_their_entries().limit(MOST)):
        report.add("state deleted" if row.known is None else "state behind the ledger", _place(row))


def _check_texts(connection: sa.Connection, report: Report, wanted: Any, what: str) -> None:
    for digest, text in connection.execute(wanted, execution_options=_TEXTS):
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            report.add(what, digest)


def _without_words() -> Any:
    kept = sa.exists().where(Wording.digest == LedgerEntry.wording)
    return sa.select(LedgerEntry.id).where(~kept)


def _other_than_their_entries() -> Any:
    """Find states that their entry does not say."""
    entry = LedgerEntry
    differs = (
        entry.subject_id != Consent.subject_id,
        entry.purpose.is_distinct_from(Consent.purpose),
        sa.func.coalesce(entry.channel, "") != Consent.channel,
        entry.action != Consent.action,
        entry.action.not_in(ANSWERS),
        entry.at != Consent.at,
    )
    return (
        sa.select(Consent.subject_id, Consent.purpose, Consent.channel)
        .outerjoin(entry, entry.id == Consent.entry_id)
        .where(sa.or_(entry.id.is_(None), *differs))
    )


def _behind_their_entries() -> Any:
    """Find answers that no state has come up to; people whose key is destroyed have no states any more."""
    entry = LedgerEntry
    same = (
        Consent.subject_id == entry.subject_id,
        Consent.purpose == entry.purpose,
        Consent.channel == sa.func.coalesce(entry.channel, ""),
    )
    alive = sa.exists().where(Subject.id == entry.subject_id, Subject.key.is_not(None))
    missing = sa.and_(Consent.entry_id.is_(None), alive)
    return (
        sa.select(entry.subject_id, entry.purpose, entry.channel, Consent.entry_id.label("known"))
        .outerjoin(Consent, sa.and_(*same))
        .where(entry.purpose.is_not(None), entry.action.in_(ANSWERS), sa.or_(Consent.entry_id < entry.id, missing))
    )


def _place(row: Any) -> str:
    return f"{ids.encode(row.subject_id)} {row.purpose} {row.channel}"
