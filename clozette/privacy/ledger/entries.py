"""Entries of the consent ledger (requirements 15 to 20)."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Literal

import sqlalchemy as sa
from flask_babel import get_locale

from clozette.kernel import clock, database, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import RANDOM_BITS, new_id
from clozette.kernel.prepared import Insert, Prepared
from clozette.privacy import notices, subjects
from clozette.privacy.ledger import leaves, state
from clozette.privacy.models import Consent, LedgerEntry, Subject, Wording
from clozette.privacy.points import POINTS
from clozette.privacy.tree import canonical

Action = Literal["served", "acknowledged", "given", "refused", "withdrawn", "expired", "superseded"]
KIND = "consent"
_WORD = re.compile(r"[a-z0-9_.:/<>-]{0,64}")


class Added(SimpleNamespace):
    """An entry as it was added: what stands in its row, which the session has not read."""

    id: int
    subject_id: int
    at: datetime
    point: str
    action: str
    purpose: str | None
    channel: str | None
    wording: str
    policy_version: str
    sealed: bytes


def record(
    *,
    subject_id: int,
    point: str,
    action: Action,
    method: str,
    now: datetime,
    wording: str = "",
    purpose: str | None = None,
    channel: str | None = None,
    actor: str = "subject",
    circumstances: dict[str, Any] | None = None,
    basis: str | None = None,
    surface: str | None = None,
    shown: notices.Shown | None = None,
    served_id: int | None = None,
) -> Added:
    """Add an entry, bring the state up to it and let its leaf wait for the tree, all in the caller's transaction.

    :param wording: the text that the person saw, byte for byte; by default what ``shown`` showed.
    :param method: how it was answered, such as ``form:register``; like all the clear columns a word of ours.
    :param circumstances: what identifies the moment (truncated address, browser, country, evidence, reason); sealed
        under the subject's key.
    :param basis: the lawful basis; the point's, or consent for a purpose that was asked for, by default.
    :param surface: the page or endpoint it happened on.
    :param shown: what ``notices.answered`` read from the form; unless ``served_id`` names it, it is recorded as served
        first.
    """
    _check(point, method, purpose, channel, actor, surface)
    words = wording or (shown.wording if shown else "")
    known = _known(subject_id, purpose, channel, words)
    if not known.worded:
        keep_wording(words, now, shown.language if shown else None)
    said, added = circumstances or {}, []
    if shown is not None and served_id is None and action != "served":
        if shown.wording != words:
            keep_wording(shown.wording, now, shown.language)
        added.append(_served(known, shown, said, method, now))
        served_id = added[0]["id"]
    own = {"id": _id_after(known.latest), "at": now, "wording": _digest(words), "served_id": served_id}
    about = {"point": point, "action": action, "purpose": purpose, "channel": channel}
    basis = basis or ("consent" if purpose else POINTS[point].basis)
    how = {"basis": basis, "method": method, "surface": surface, "actor": actor}
    return _add(*added, _columns(known, shown, said, **own, **about, **how))


def serve(
    subject_id: int,
    shown: notices.Shown,
    *,
    method: str,
    now: datetime,
    circumstances: dict[str, Any] | None = None,
    surface: str | None = None,
) -> Added:
    """Record that a notice was shown, at the time it was shown: what was answered to it stands apart (requirement 16)."""
    return record(
        subject_id=subject_id,
        point=shown.point,
        action="served",
        method=method,
        now=min(shown.at, now),
        circumstances=circumstances,
        surface=surface,
        shown=shown,
    )


def payload_of(entry: Any) -> bytes:
    """Return what an entry's leaf says: every clear column, and the digest of what is sealed.

    Exactly ``canonical.payload`` of these facts, written out because a verification makes it for every row.
    """
    quote, text, moment = canonical.quote, canonical.text, canonical.moment
    served = None if entry.served_id is None else ids.encode(entry.served_id)
    return (
        f'{{"action":{quote(entry.action)},"actor":{quote(entry.actor)},"at":"{moment(entry.at)}"'
        f',"basis":{text(entry.basis)},"channel":{text(entry.channel)},"method":{quote(entry.method)}'
        f',"point":{quote(entry.point)},"policy_sha256":{text(entry.policy_sha256)}'
        f',"policy_version":{quote(entry.policy_version)},"purpose":{text(entry.purpose)}'
        f',"received_at":{text(moment(entry.received_at))}'
        f',"sealed":"{hashlib.sha256(entry.sealed).hexdigest()}","served":{text(served)}'
        f',"surface":{text(entry.surface)},"wording":{quote(entry.wording)}}}'
    ).encode()


def keep_wording(text: str, now: datetime, language: str | None = None) -> str:
    """Keep a text that was shown, once, and return its digest."""
    digest = _digest(text)
    if not _WORDED.rows(database.connection(), {"digest": digest}):
        insert_once(
            Wording, digest=digest, text=text, language=language or str(get_locale() or "en"), first_shown_at=now
        )
    return digest


def entries_of(subject_id: int) -> list[LedgerEntry]:
    """Return a subject's entries, oldest first."""
    mine = sa.select(LedgerEntry).where(LedgerEntry.subject_id == subject_id).order_by(LedgerEntry.id)
    return list(db.session.scalars(mine))


@dataclass(frozen=True)
class _Known:
    """What the database knows before an entry is added.

    :ivar latest: the entry that this one follows: its id must be larger, even where another machine's clock runs ahead.
    """

    subject_id: int
    key: bytes | None
    latest: int | None
    worded: bool


def _id_after(latest: int | None) -> int:
    made = new_id()
    if latest is None or made > latest:
        return made
    return latest + 1 + secrets.randbits(RANDOM_BITS)


def _known(subject_id: int, purpose: str | None, channel: str | None, words: str) -> _Known:
    database.flush()
    given = {"subject": subject_id, "purpose": purpose or "", "channel": channel or "", "digest": _digest(words)}
    found = _KNOWN.rows(database.connection(), given)
    if not found:
        raise LookupError(f"no subject {subject_id}")
    (row,) = found
    return _Known(subject_id, row.key, row.latest, row.worded is not None)


_KNOWN = Prepared(
    sa.select(
        Subject.key,
        sa.select(Consent.entry_id)
        .where(
            Consent.subject_id == Subject.id,
            Consent.purpose == sa.bindparam("purpose"),
            Consent.channel == sa.bindparam("channel"),
        )
        .scalar_subquery()
        .label("latest"),
        sa.select(Wording.digest).where(Wording.digest == sa.bindparam("digest")).scalar_subquery().label("worded"),
    ).where(Subject.id == sa.bindparam("subject"))
)
_WORDED = Prepared(sa.select(Wording.digest).where(Wording.digest == sa.bindparam("digest")))
_INSERT = Insert(LedgerEntry)


def _served(
    known: _Known, shown: notices.Shown, circumstances: dict[str, Any], method: str, now: datetime
) -> dict[str, Any]:
    """Return the columns of what ``serve`` records, for the entry that answers to it at once."""
    _check(shown.point)
    own = {"id": new_id(), "at": min(shown.at, now), "wording": _digest(shown.wording), "served_id": None}
    about = {"point": shown.point, "action": "served", "purpose": None, "channel": None}
    how = {"basis": POINTS[shown.point].basis, "method": method, "surface": None, "actor": "subject"}
    return _columns(known, shown, circumstances, **own, **about, **how)


def _columns(
    known: _Known, shown: notices.Shown | None, circumstances: dict[str, Any], **columns: Any
) -> dict[str, Any]:
    version, sha256 = (shown.version, shown.version_sha256) if shown else notices.policy_in_force()
    return {
        **columns,
        "subject_id": known.subject_id,
        "received_at": clock.now(),
        "policy_version": version,
        "policy_sha256": sha256,
        "sealed": subjects.seal_with(known.key, known.subject_id, circumstances),
    }


def _add(*added: dict[str, Any]) -> Added:
    """Add entries of one subject, each with its leaf; return the last."""
    _INSERT.run(database.connection(), *added)
    leaves.wait(*[leaves.waiting(KIND, one["id"], _payload(one), one["subject_id"]) for one in added])
    entry = Added(**added[-1])
    state.keep(entry)
    return entry


def _payload(columns: dict[str, Any]) -> bytes:
    return payload_of(SimpleNamespace(**columns))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check(point: str, *words: str | None) -> None:
    if point not in POINTS:
        raise ValueError(f"no collection point {point}")
    if any(word is not None and not _WORD.fullmatch(word) for word in words):
        raise ValueError("the clear columns of the ledger take words of ours, not text")


leaves.register_kind(leaves.Kind(KIND, LedgerEntry, payload_of))
