"""Tables of accounts. Flask-Security's names are kept where its engine reads the column (``fs_…``, ``tf_…``)."""

from datetime import date, datetime

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model

MAX_EMAIL = 254
MAX_DISPLAY_NAME = 60
MAX_HANDLE = 30
MAX_BIO = 500
ADULT_AGE = 18

_MEMBER = "accounts_members.id"
_BY_CODE_POINT = sa.String(MAX_HANDLE).with_variant(sa.String(MAX_HANDLE, collation="C"), "postgresql")


class Member(Model, UserMixin):
    """A person with an account.

    :ivar email: as typed; ``email_canonical`` is what may exist once.
    :ivar fs_uniquifier: random; renewed when every session must end.
    :ivar tf_totp_secret: encrypted; in use only once ``tf_primary_method`` is set, before that a set-up under way.
    :ivar tf_last_step: the time step of the last TOTP code taken, so that no code works twice.
    :ivar leaving_at: since when the member is on the way out: hidden like a deactivated one (``deactivated_at`` is set
        too), but able to sign in and change their mind.
    :ivar avatar_token: the public token of the avatar's photo, kept here so that lists need no join.
    """

    __tablename__ = "accounts_members"

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), unique=True)
    email: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    email_canonical: Mapped[str] = mapped_column(sa.String(MAX_EMAIL), unique=True)
    password: Mapped[str] = mapped_column(sa.String(255))
    display_name: Mapped[str] = mapped_column(sa.String(MAX_DISPLAY_NAME))
    handle: Mapped[str] = mapped_column(_BY_CODE_POINT, unique=True)
    country: Mapped[str] = mapped_column(sa.String(2))
    birth_date: Mapped[date]
    bio: Mapped[str] = mapped_column(sa.String(MAX_BIO), default="")
    avatar_photo_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("media_photos.id", ondelete="SET NULL"), index=True
    )
    avatar_token: Mapped[str | None] = mapped_column(sa.String(64))
    locale: Mapped[str] = mapped_column(sa.String(16), default="en")
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    leaving_at: Mapped[datetime | None]
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        sa.String(64), unique=True
    )
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(16))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    tf_last_step: Mapped[int | None]

    roles: Mapped[list["Role"]] = relationship(  # type: ignore[assignment]
        back_populates="member", foreign_keys="Role.member_id", cascade="all, delete-orphan", passive_deletes=True
    )
    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True, order_by="Passkey.id"
    )

    @property
    def active(self) -> bool:  # type: ignore[override]
        """Whether the member may sign in (Flask-Security's name); one who is leaving may, to undo it."""
        return self.deactivated_at is None or self.leaving_at is not None

    @property
    def is_confirmed(self) -> bool:
        """Whether the mail address was confirmed; before that nothing of the member is visible to others."""
        return self.confirmed_at is not None

    @property
    def has_totp(self) -> bool:
        """Whether signing in asks for a code."""
        return self.tf_primary_method is not None

    def age(self, today: date) -> int:
        """Return the age in whole years."""
        return age_on(self.birth_date, today)

    def is_minor(self, today: date) -> bool:
        """Whether the member is under 18, and so in protected mode."""
        return self.age(today) < ADULT_AGE


# How ``finding`` looks names up. On SQLite an index on an expression is lost when its table is rebuilt: a migration that
# does so makes it anew, as ``tests/accounts/test_finding.py`` holds it to.
sa.Index(
    "ix_accounts_members_name",
    sa.func.lower(Member.display_name).label("name"),
    postgresql_ops={"name": "text_pattern_ops"},
)


class Role(Model, RoleMixin):
    """A staff role that a member holds: ``marketing``, ``moderator`` or ``admin``. One row per member and role."""

    __tablename__ = "accounts_roles"
    __table_args__ = (sa.UniqueConstraint("member_id", "name"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(16))
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"), index=True)

    member: Mapped[Member] = relationship(back_populates="roles", foreign_keys=[member_id])


class Passkey(Model, WebAuthnMixin):
    """A passkey (WebAuthn credential) of a member."""

    __tablename__ = "accounts_passkeys"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column("member_id", sa.ForeignKey(_MEMBER, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None]
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(sa.String(32))
    extensions: Mapped[str | None] = mapped_column(sa.String(255))
    usage: Mapped[str] = mapped_column(sa.String(16), default="first")
    created_at: Mapped[datetime]
    lastuse_datetime: Mapped[datetime] = mapped_column("last_used_at")

    user: Mapped[Member] = relationship(back_populates="webauthn")


class RecoveryCode(Model):
    """A code that stands in once for the second factor; only its keyed digest is kept."""

    __tablename__ = "accounts_recovery_codes"
    __table_args__ = (sa.UniqueConstraint("member_id", "digest"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Challenge(Model):
    """A passkey challenge that waits for its answer; it is deleted as it is answered, so no answer works twice."""

    __tablename__ = "accounts_challenges"

    id: Mapped[Id]
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(16))
    challenge: Mapped[bytes] = mapped_column(sa.LargeBinary(64))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignIn(Model):
    """One signed-in browser. The cookie carries a random token, this row only its digest.

    :ivar method: how the member signed in: ``password``, ``password+totp``, ``password+recovery``, ``passkey`` …
    :ivar proved_at: when the member last proved who they are in this session; changing credentials wants it recent.
    :ivar second_factor_at: when a second factor was given; nothing else opens staff rights.
    """

    __tablename__ = "accounts_sessions"
    __table_args__ = (sa.Index(None, "member_id", "ended_at"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    method: Mapped[str] = mapped_column(sa.String(24))
    agent: Mapped[str] = mapped_column(sa.String(80), default="")
    address: Mapped[str] = mapped_column(sa.String(45), default="")
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    proved_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None] = mapped_column(sa.String(24))


class Handle(Model):
    """A handle that somebody has or had. Rows stay for ever, so that no handle is given twice.

    :ivar skeleton: the handle with look-alike letters folded together; unique, so that nobody poses as another.
    """

    __tablename__ = "accounts_handles"

    id: Mapped[Id]
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"), index=True)
    handle: Mapped[str | None] = mapped_column(sa.String(MAX_HANDLE), unique=True)
    skeleton: Mapped[str] = mapped_column(sa.String(MAX_HANDLE), unique=True)
    taken_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Ticket(Model):
    """The right to do one thing once, given by a link in a mail: one purpose, one person, until it expires.

    The link's token is derived from this row and the site's secret, so that it is kept nowhere.

    :ivar address: the address it was made for: for a change of mail, the new one.
    """

    __tablename__ = "accounts_tickets"
    __table_args__ = (sa.Index(None, "member_id", "purpose"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(sa.String(16))
    address: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class ApiToken(Model):
    """A bearer token for the API: shown once, kept as a digest, with scopes and a name."""

    __tablename__ = "accounts_tokens"

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[list[str]]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Block(Model):
    """One member has blocked another: from then on each is absent for the other."""

    __tablename__ = "accounts_blocks"
    __table_args__ = (
        sa.UniqueConstraint("blocker_id", "blocked_id"),
        sa.CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),
    )

    id: Mapped[Id]
    blocker_id: Mapped[int] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="CASCADE"))
    blocked_id: Mapped[int] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


def age_on(birth_date: date, today: date) -> int:
    """Return the age in whole years; who is born on 29 February has a birthday on 1 March in other years."""
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (not had_birthday)
