"""Subjects: one opaque row per person, and the key that seals what append-only tables say about them."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clozette.kernel import database
from clozette.kernel.database import db
from clozette.kernel.prepared import Among, Prepared
from clozette.privacy.models import Subject

_NONCE = 12
_LOCKED = Among(
    lambda some: sa.select(Subject.id, Subject.key).where(Subject.id.in_(some)).order_by(Subject.id).with_for_update()
)

_KEY = Prepared(sa.select(Subject.key).where(Subject.id == sa.bindparam("subject")))


class Erased(Exception):
    """The subject's key was destroyed: what was sealed can't be read again."""


def create(now: datetime) -> Subject:
    """Add a subject with a new key."""
    subject = Subject(created_at=now, key=secrets.token_bytes(32))
    db.session.add(subject)
    db.session.flush()
    return subject


def lock(subject_ids: Iterable[int]) -> Mapping[int, bytes | None]:
    """Lock people until the transaction ends, in the order of their ids, so that two that lock the same ones take turns.

    Returns their keys, as they stay until then.

    A row that leads to a person (an answer in the ledger, a wish to be erased) waits for this on PostgreSQL, because its
    foreign key takes a share of the same row; SQLite has one writer anyway.
    """
    database.flush()
    return {row.id: row.key for row in _LOCKED.rows(database.connection(), sorted(subject_ids))}


def seal(subject: Subject, facts: dict[str, Any]) -> bytes:
    """Encrypt ``facts`` under the subject's key (AES-256-GCM, bound to the subject's id)."""
    return seal_with(subject.key, subject.id, facts)


def seal_with(key: bytes | None, subject_id: int, facts: dict[str, Any]) -> bytes:
    """Do the same with a key that was read already.

    :raises Erased: if there is none.
    """
    if key is None:
        raise Erased
    nonce = secrets.token_bytes(_NONCE)
    plain = json.dumps(facts, sort_keys=True).encode()
    return nonce + AESGCM(key).encrypt(nonce, plain, str(subject_id).encode())


def seal_for(subject_id: int, facts: dict[str, Any]) -> bytes:
    """Do the same for somebody whose row was not read."""
    (row,) = _KEY.rows(database.connection(), {"subject": subject_id})
    return seal_with(row.key, subject_id, facts)


def unseal(subject: Subject, sealed: bytes) -> dict[str, Any]:
    """Read what ``seal`` made.

    :raises Erased: if the key is gone.
    """
    return unseal_with(subject.key, subject.id, sealed)


def unseal_with(key: bytes | None, subject_id: int, sealed: bytes) -> dict[str, Any]:
    """Do the same with a key that was read already.

    :raises Erased: if there is none.
    """
    if key is None:
        raise Erased
    plain = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], str(subject_id).encode())
    facts: dict[str, Any] = json.loads(plain)
    return facts
