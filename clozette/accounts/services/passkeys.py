"""Passkeys: added, used to sign in or to prove oneself again, named, removed. Each challenge is answered once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from flask import current_app
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from clozette.accounts import rules
from clozette.accounts.engine import ISSUER
from clozette.accounts.events import CredentialsChanged
from clozette.accounts.models import Challenge, Member, Passkey
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import refuse
from clozette.settings import Settings

VALID = timedelta(minutes=5)
ADD = "add"
SIGN_IN = "sign-in"
VERIFY = "verify"


class BadPasskey(Exception):
    """The answer is not one to our challenge by a passkey we know, or can't be read."""


@dataclass(frozen=True)
class Proof:
    """Who answered; ``user_verified`` says that the device also checked a finger, a face or a PIN: two factors at once."""

    member: Member
    user_verified: bool


def ask_to_add(member: Member, *, now: datetime) -> tuple[int, dict[str, Any]]:
    """Return a challenge's id and what ``navigator.credentials.create`` takes."""
    refuse(rules.why_not_add_passkey(has=len(member.webauthn)))
    if member.fs_webauthn_user_handle is None:
        member.fs_webauthn_user_handle = secrets.token_hex(32)
    challenge = _challenge(ADD, member.id, now)
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=ISSUER,
        user_id=member.fs_webauthn_user_handle.encode(),
        user_name=member.email,
        user_display_name=member.display_name,
        challenge=challenge.challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_known(member),
    )
    return challenge.id, options_to_json_dict(options)


def add(member: Member, challenge_id: int, answer: str, *, name: str, now: datetime) -> Passkey:
    """Keep a new passkey.

    :raises BadPasskey: if the answer doesn't hold.
    """
    challenge = _take(challenge_id, ADD, member.id, now)
    try:
        credential = parse_registration_credential_json(answer)
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_origin=_origin(),
            expected_rp_id=_host(),
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadPasskey(type(error).__name__) from error
    if db.session.scalar(sa.select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        raise BadPasskey("known already")
    passkey = Passkey(
        user_id=member.id,
        name=name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=[str(transport.value) for transport in credential.response.transports or []],
        backup_state=made.credential_backed_up,
        device_type=made.credential_device_type.value,
        created_at=now,
        lastuse_datetime=now,
    )
    db.session.add(passkey)
    db.session.flush()
    events.publish(CredentialsChanged(member.id, "passkey-on"))
    return passkey


def ask_to_prove(purpose: str, *, now: datetime, member: Member | None = None) -> tuple[int, dict[str, Any]]:
    """Return a challenge's id and what ``navigator.credentials.get`` takes.

    To sign in, no passkey is named: the device offers its own, and an address typed here would tell who has one.
    """
    challenge = _challenge(purpose, member.id if member else None, now)
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=challenge.challenge,
        allow_credentials=_known(member) if member else None,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return challenge.id, options_to_json_dict(options)


def prove(challenge_id: int, answer: str, purpose: str, *, now: datetime, member_id: int | None = None) -> Proof:
    """Return who answered a challenge.

    :raises BadPasskey: if the answer doesn't hold, or is not by the member it was asked of.
    """
    challenge = _take(challenge_id, purpose, member_id, now)
    try:
        credential = parse_authentication_credential_json(answer)
        passkey = db.session.scalar(sa.select(Passkey).where(Passkey.credential_id == credential.raw_id))
        if passkey is None or (member_id is not None and passkey.user_id != member_id):
            raise BadPasskey("unknown")
        _check_user_handle(credential.response.user_handle, passkey.user)
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_origin=_origin(),
            expected_rp_id=_host(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadPasskey(type(error).__name__) from error
    passkey.sign_count = verified.new_sign_count
    passkey.lastuse_datetime = now
    passkey.backup_state = verified.credential_backed_up
    db.session.flush()
    return Proof(passkey.user, verified.user_verified)


def rename(passkey: Passkey, name: str) -> None:
    """Give a passkey another name."""
    passkey.name = name
    db.session.flush()


def remove(passkey: Passkey) -> None:
    """Remove a passkey."""
    member_id = passkey.user_id
    db.session.delete(passkey)
    db.session.flush()
    events.publish(CredentialsChanged(member_id, "passkey-off"))


def forget_old(*, before: datetime) -> None:
    """Delete challenges that nobody answered in time."""
    db.session.execute(sa.delete(Challenge).where(Challenge.expires_at < before))


def _challenge(purpose: str, member_id: int | None, now: datetime) -> Challenge:
    challenge = Challenge(
        purpose=purpose, member_id=member_id, challenge=secrets.token_bytes(32), expires_at=now + VALID
    )
    db.session.add(challenge)
    db.session.flush()
    return challenge


def _take(challenge_id: int, purpose: str, member_id: int | None, now: datetime) -> bytes:
    """Delete a challenge and return its bytes; of two requests at once, one gets them."""
    whose = Challenge.member_id.is_(None) if member_id is None else Challenge.member_id == member_id
    waiting = sa.delete(Challenge).where(
        Challenge.id == challenge_id, Challenge.purpose == purpose, whose, Challenge.expires_at > now
    )
    taken: bytes | None = db.session.scalar(waiting.returning(Challenge.challenge))
    if taken is None:
        raise BadPasskey("no such challenge")
    return taken


def _check_user_handle(given: bytes | None, member: Member) -> None:
    if given is not None and given != (member.fs_webauthn_user_handle or "").encode():
        raise BadPasskey("another member's handle")


def _known(member: Member) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in member.webauthn]


def _origin() -> str:
    settings: Settings = current_app.extensions["clozette.settings"]
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _host() -> str:
    return urlsplit(_origin()).hostname or ""
