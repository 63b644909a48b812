"""What accounts keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Category, Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_MEMBER = NotPersonal("path to the member")
_OF_MEMBER = ("member_id", "subject_id")
_RUN = (Purpose.PROVIDE,)
_CHECK = (Purpose.VERIFY, Purpose.ENFORCE)
_NOT_FOR_EXPORTS = "a secret, or the digest of one: it would only serve whoever stole the export"
_MONTH_AFTER_END = "until a month after it ended"
_NO_POSING = "a handle is never given to anybody else, so that nobody can pose as a person who left"


def _secret(retention: str = "while the account exists") -> Personal:
    return Personal("credentials", _CHECK, retention=retention, export=False, hidden_because=_NOT_FOR_EXPORTS)


def _kept(
    category: Category, purposes: tuple[Purpose, ...] = _RUN, retention: str = "while the account exists"
) -> Personal:
    return Personal(category, purposes, retention=retention)


def _of_session(category: Category) -> Personal:
    return _kept(category, _CHECK, _MONTH_AFTER_END)


TABLES: Declaration = {
    "accounts_members": Table(
        title=_l("Your account"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": NotPersonal("path to the subject"),
            "email": _kept("contact", (Purpose.PROVIDE, Purpose.COMMUNICATE, Purpose.VERIFY)),
            "email_canonical": Personal(
                "contact", _CHECK, export=False, hidden_because="the address again, as it is compared"
            ),
            "password": _secret(),
            "display_name": _kept("identity"),
            "handle": _kept("identity"),
            "country": _kept("identity", (Purpose.PROVIDE, Purpose.LAW)),
            "birth_date": _kept("identity", (Purpose.VERIFY, Purpose.LAW)),
            "bio": _kept("profile"),
            "avatar_photo_id": _kept("profile"),
            "avatar_token": _kept("profile"),
            "locale": _kept("preferences"),
            "time_zone": _kept("preferences"),
            "created_at": _kept("activity"),
            "confirmed_at": _kept("activity", _CHECK),
            "deactivated_at": _kept("activity", (Purpose.ENFORCE,)),
            "leaving_at": _kept("activity", (Purpose.RESPOND,)),
            "fs_uniquifier": _secret(),
            "fs_webauthn_user_handle": _secret(),
            "tf_primary_method": _kept("credentials", _CHECK),
            "tf_totp_secret": _secret(),
            "tf_last_step": _secret(),
        },
    ),
    "accounts_roles": Table(
        title=_l("Staff roles"),
        subject=_OF_MEMBER,
        columns={
            "id": _KEY,
            "member_id": _MEMBER,
            "name": _kept("activity", (Purpose.ENFORCE,)),
            "given_at": _kept("activity", (Purpose.ENFORCE,)),
            "given_by_id": Personal("relations", (Purpose.ENFORCE,), erasure="clear"),
        },
    ),
    "accounts_passkeys": Table(
        title=_l("Passkeys"),
        subject=_OF_MEMBER,
        columns={
            "id": _KEY,
            "member_id": _MEMBER,
            "name": _kept("credentials", _CHECK),
            "credential_id": _secret(),
            "public_key": _secret(),
            "sign_count": _secret(),
            "transports": _kept("technical", _CHECK),
            "backup_state": _kept("technical", _CHECK),
            "device_type": _kept("technical", _CHECK),
            "extensions": _kept("technical", _CHECK),
            "usage": NotPersonal("what the passkey is for"),
            "created_at": _kept("activity", _CHECK),
            "last_used_at": _kept("activity", _CHECK),
        },
    ),
    "accounts_recovery_codes": Table(
        title=_l("Recovery codes"),
        subject=_OF_MEMBER,
        columns={
            "id": _KEY,
            "member_id": _MEMBER,
            "digest": _secret(),
            "made_at": _kept("credentials", _CHECK),
            "used_at": _kept("credentials", _CHECK),
        },
    ),
    "accounts_challenges": Table(
        title=_l("Sign-ins by passkey under way"),
        subject=_OF_MEMBER,
        columns={
            "id": _KEY,
            "member_id": _MEMBER,
            "purpose": NotPersonal("what is asked"),
            "challenge": _secret("five minutes"),
            "expires_at": NotPersonal("when it runs out"),
        },
    ),
    "accounts_sessions": Table(
        title=_l("Signed-in devices"),
        subject=_OF_MEMBER,
        columns={
            "id": _KEY,
            "member_id": _MEMBER,
            "digest": _secret(_MONTH_AFTER_END),
            "method": _of_session("credentials"),
            "agent": _of_session("technical"),
            "address": _of_session("technical"),
            "started_at": _of_session("activity"),
            "last_seen_at": _of_session("activity"),
            "proved_at": _of_session("activity"),
            "second_factor_at": _of_session("activity"),
            "ended_at": _of_session("activity"),
            "ended_because": _of_session("activity"),
        },
    ),
    "accounts_handles": Table(
        title=_l("Handles you had"),
        subject=_OF_MEMBER,
        columns={
            "id": _KEY,
            "member_id": Personal("relations", _RUN, erasure="clear"),
            "handle": Personal("identity", _RUN, erasure="clear"),
            "skeleton": Personal(
                "identity",
                (Purpose.ENFORCE,),
                retention="for ever",
                erasure="keep",
                kept_because=_NO_POSING,
                export=False,
                hidden_because="the handle again, as it is compared",
            ),
            "taken_at": Personal(
                "activity", (Purpose.ENFORCE,), retention="for ever", erasure="keep", kept_because=_NO_POSING
            ),
            "left_at": Personal("activity", _RUN, erasure="clear"),
        },
    ),
    "accounts_tickets": Table(
        title=_l("Links we mailed you"),
        subject=_OF_MEMBER,
        columns={
            "id": _KEY,
            "member_id": _MEMBER,
            "purpose": _kept("activity", _CHECK, _MONTH_AFTER_END),
            "address": _kept("contact", _CHECK, _MONTH_AFTER_END),
            "made_at": _kept("activity", _CHECK, _MONTH_AFTER_END),
            "expires_at": _kept("activity", _CHECK, _MONTH_AFTER_END),
            "used_at": _kept("activity", _CHECK, _MONTH_AFTER_END),
        },
    ),
    "accounts_tokens": Table(
        title=_l("Tokens for the API"),
        subject=_OF_MEMBER,
        columns={
            "id": _KEY,
            "member_id": _MEMBER,
            "name": _kept("credentials"),
            "digest": _secret(),
            "scopes": _kept("credentials"),
            "made_at": _kept("credentials"),
            "expires_at": _kept("credentials"),
            "last_used_at": _kept("activity", _CHECK),
            "revoked_at": _kept("credentials"),
        },
    ),
    "accounts_blocks": Table(
        title=_l("Members you block"),
        subject=("blocker_id", "subject_id"),
        also=(("blocked_id", "subject_id"),),
        second={("blocked_id", "subject_id"): "who blocks whom is known to the one who blocks alone, for their safety"},
        columns={
            "id": _KEY,
            "blocker_id": NotPersonal("path to the member who blocks"),
            "blocked_id": _kept("relations"),
            "at": _kept("relations"),
        },
    ),
}
