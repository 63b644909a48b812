"""Subjects: one opaque row per person, and the key that seals what append-only tables say about them."""

import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clozette.kernel.database import db
from clozette.privacy.models import Subject

_NONCE = 12
_AT_ONCE = 5_000

_SOME: sa.BindParameter[int] = sa.bindparam("some", expanding=True)
_LOCKED = sa.select(Subject.id).where(Subject.id.in_(_SOME)).order_by(Subject.id).with_for_update()


class Erased(Exception):
    """The subject's key was destroyed: what was sealed can't be read again."""


def create(now: datetime) -> Subject:
    """Add a subject with a new key."""
    subject = Subject(created_at=now, key=secrets.token_bytes(32))
    db.session.add(subject)
    db.session.flush()
    return subject


def lock(subject_ids: Iterable[int]) -> None:
    """Lock people until the transaction ends, in the order of their ids, so that two that lock the same ones take turns.

    A row that leads to a person (an answer in the ledger, a wish to be erased) waits for this on PostgreSQL, because its
    foreign key takes a share of the same row; SQLite has one writer anyway.
    """
    ordered = sorted(subject_ids)
    for start in range(0, len(ordered), _AT_ONCE):
        db.session.execute(_LOCKED, {"some": ordered[start : start + _AT_ONCE]})


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


def unseal(subject: Subject, sealed: bytes) -> dict[str, Any]:
    """Read what ``seal`` made.

    :raises Erased: if the key is gone.
    """
    plain = AESGCM(_key(subject)).decrypt(sealed[:_NONCE], sealed[_NONCE:], str(subject.id).encode())
    facts: dict[str, Any] = json.loads(plain)
    return facts


def _key(subject: Subject) -> bytes:
    if subject.key is None:
        raise Erased
    return subject.key
