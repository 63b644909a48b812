"""Addresses of people who are no members, one-time codes, requests with what happened to them, and breaches."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model

MAX_EMAIL = 254
MAX_NAME = 120
MAX_TEXT = 4000
MAX_LINE = 200
MAX_EVIDENCE = 500

_SUBJECT = "privacy_subjects.id"


class Address(Model):
    """A mail address of somebody who is no member: a subject of its own.

    :ivar canonical: as it is compared; ``verified_at`` is when somebody who reads it last proved so by a code.
    """

    __tablename__ = "rights_addresses"

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), unique=True)
    address: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    canonical: Mapped[str] = mapped_column(sa.String(MAX_EMAIL), unique=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    verified_at: Mapped[datetime | None]


class Code(Model):
    """A code that was mailed to an address, to be typed once within minutes in the browser that asked for it.

    The digits are derived from this row and the site's secret, so that they are kept nowhere.

    :ivar opens: ``subject`` if the digits prove something; ``nothing`` if the address is a member's, who signs in instead.
    """

    __tablename__ = "rights_codes"

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    address: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    locale: Mapped[str] = mapped_column(sa.String(16))
    opens: Mapped[str] = mapped_column(sa.String(8))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Request(Model):
    """What a person asks of us.

    :ivar kind: one of ``rules.KINDS``; ``contact`` is a question under no law.
    :ivar law: whose clock runs: a key of ``rules.LAWS``.
    :ivar identified_how: ``session``, ``code`` or ``staff``; nothing until it is certain who asks.
    :ivar paused_at: since when the clock stands still, waiting for a proof of identity.
    :ivar due_at: when it must be answered; nothing for a question under no law.
    :ivar warned_at: when staff were told that it is nearly due; ``overdue_at``, that it is late.
    """

    __tablename__ = "rights_requests"
    __table_args__ = (sa.Index(None, "closed_at", "due_at"),)

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    law: Mapped[str] = mapped_column(sa.String(8))
    source: Mapped[str] = mapped_column(sa.String(16))
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME), default="")
    address: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    locale: Mapped[str] = mapped_column(sa.String(16), default="en")
    text: Mapped[str] = mapped_column(sa.String(MAX_TEXT))
    received_at: Mapped[datetime]
    identified_at: Mapped[datetime | None]
    identified_how: Mapped[str | None] = mapped_column(sa.String(8))
    paused_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    extended_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(sa.String(16))

    events: Mapped[list["Event"]] = relationship(back_populates="request", order_by="Event.id")


class Event(Model):
    """One thing that happened to a request, with its evidence. ``actor_id`` is a subject; nobody for the system itself."""

    __tablename__ = "rights_events"

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("rights_requests.id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.String(16))
    text: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
    evidence: Mapped[str] = mapped_column(sa.String(MAX_EVIDENCE), default="")

    request: Mapped[Request] = relationship(back_populates="events")


class Breach(Model):
    """Something that went wrong with personal data.

    :ivar noticed_at: when we became aware: most clocks start here; ``assessed_at``, where Singapore's does.
    :ivar laws: whose clocks run; ``risk`` is ``none``, ``some`` or ``high``.
    """

    __tablename__ = "rights_breaches"

    id: Mapped[Id]
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    title: Mapped[str] = mapped_column(sa.String(MAX_LINE))
    what: Mapped[str] = mapped_column(sa.String(MAX_TEXT))
    remedy: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
    categories: Mapped[list[str]]
    laws: Mapped[list[str]]
    risk: Mapped[str] = mapped_column(sa.String(8))
    happened_from: Mapped[datetime | None]
    happened_until: Mapped[datetime | None]
    noticed_at: Mapped[datetime]
    assessed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class BreachStep(Model):
    """What was done about a breach.

    :ivar clock: which deadline it met, such as ``EU:authority``; nothing for a mere note or an alarm.
    """

    __tablename__ = "rights_breach_steps"

    id: Mapped[Id]
    breach_id: Mapped[int] = mapped_column(sa.ForeignKey("rights_breaches.id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.String(16))
    clock: Mapped[str | None] = mapped_column(sa.String(16))
    text: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
    evidence: Mapped[str] = mapped_column(sa.String(MAX_EVIDENCE), default="")


class BreachPerson(Model):
    """Somebody whom a breach touches, why we think so, and when they were told."""

    __tablename__ = "rights_breach_people"
    __table_args__ = (sa.UniqueConstraint("breach_id", "subject_id"),)

    id: Mapped[Id]
    breach_id: Mapped[int] = mapped_column(sa.ForeignKey("rights_breaches.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    why: Mapped[str] = mapped_column(sa.String(MAX_LINE))
    found_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
