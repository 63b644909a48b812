"""The second factor: TOTP codes, each good once, and recovery codes for the day the phone is gone."""

import re
from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from flask_security import Security

from clozette.accounts import keys
from clozette.accounts.events import CredentialsChanged
from clozette.accounts.models import Member, RecoveryCode
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.ids import new_id

METHOD = "authenticator"
CODES = 10
WINDOW = 30  # seconds that a clock may be off, either way
_PURPOSE = "recovery code"


def begin(member: Member) -> None:
    """Make a new secret to be shown; it asks for nothing until a code proves that the member's device has it."""
    if not member.has_totp:
        member.tf_totp_secret = _security().totp_factory.generate_totp_secret()
        db.session.flush()


def secret_to_show(member: Member) -> dict[str, str]:
    """Return the key in letters and the picture that a phone reads, while the set-up is under way."""
    assert member.tf_totp_secret is not None and not member.has_totp
    shown: dict[str, str] = _security().totp_factory.fetch_setup_values(member.tf_totp_secret, member)
    return shown


def turn_on(member: Member, code: str, *, now: datetime) -> list[str] | None:
    """Begin to ask for codes if this one is right, and return recovery codes to be shown once."""
    if member.has_totp or not _is_right(member, code):
        return None
    _security().datastore.tf_set(member, METHOD)
    db.session.flush()
    events.publish(CredentialsChanged(member.id, "totp-on"))
    return _make_codes(member.id, now)


def turn_off(member: Member) -> None:
    """Stop asking for codes; the recovery codes go with it."""
    member.tf_primary_method = member.tf_totp_secret = member.tf_last_step = None
    db.session.flush()
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.member_id == member.id))
    events.publish(CredentialsChanged(member.id, "totp-off"))


def takes(member: Member, code: str) -> bool:
    """Whether a code is right and was not taken before; it is taken now."""
    return member.has_totp and _is_right(member, code)


def renew_codes(member: Member, *, now: datetime) -> list[str]:
    """Make other recovery codes, to be shown once; the old ones stop working."""
    events.publish(CredentialsChanged(member.id, "codes"))
    return _make_codes(member.id, now)


def takes_recovery_code(member: Member, typed: str, *, now: datetime) -> bool:
    """Whether this is one of the member's unused recovery codes; it is used up now."""
    plain = re.sub(r"[^0-9a-f]", "", typed.casefold())
    digests = keys.digests(_PURPOSE, f"{member.id}:{plain}")
    unused = sa.update(RecoveryCode).where(
        RecoveryCode.member_id == member.id, RecoveryCode.digest.in_(digests), RecoveryCode.used_at.is_(None)
    )
    taken = bool(db.session.execute(unused.values(used_at=now)).rowcount)  # type: ignore[attr-defined]
    if taken:
        events.publish(CredentialsChanged(member.id, "code-used"))
    return taken


def codes_left(member_id: int) -> int:
    """Return how many recovery codes are unused."""
    unused = sa.select(sa.func.count()).where(RecoveryCode.member_id == member_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def _make_codes(member_id: int, now: datetime) -> list[str]:
    codes: list[str] = _security().totp_factory.generate_recovery_codes(CODES)
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    rows = [
        RecoveryCode(
            id=new_id(),
            member_id=member_id,
            digest=keys.sign(_PURPOSE, f"{member_id}:{code.replace('-', '')}"),
            made_at=now,
        )
        for code in codes
    ]
    db.session.add_all(rows)
    db.session.flush()
    return codes


def _is_right(member: Member, code: str) -> bool:
    digits = re.sub(r"\s", "", code)
    if member.tf_totp_secret is None or not re.fullmatch(r"[0-9]{6}", digits):
        return False
    return bool(_security().totp_factory.verify_totp(digits, member.tf_totp_secret, member, window=WINDOW))


def _security() -> Security:
    security: Security = current_app.extensions["security"]
    return security
