"""Who may get a text now. The counts before, the queue and every claim ask the same conditions."""

from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from clozette.accounts.models import Member
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.texts import rules
from clozette.newsletters.texts.models import Phone, RegisterCheck, RegisterResult, TextCampaign
from clozette.newsletters.texts.services import CHANNEL, POINT, PURPOSES
from clozette.privacy import consents
from clozette.privacy.models import Consent, LedgerEntry
from clozette.rights.erasure import services as erasure
from clozette.settings import Settings

REASONS = ("consent", "suppressed", "erasure", "register", "sender", "frequency")
"""Why a number does not get a text, in the order in which they are asked."""


def why_not(text: TextCampaign, now: datetime) -> sa.ColumnElement[str | None]:
    """Return the first of ``REASONS`` that keeps a ``Phone`` from a campaign; NULL for none."""
    return sa.case(*((sa.not_(holds), reason) for reason, holds in _checks(text, now)), else_=None)


def is_evident(text: TextCampaign) -> sa.ColumnElement[bool]:
    """Whether the consent is clear, unambiguous and in evidential form: the words shown, and the answer, on record."""
    return sa.exists().where(*_mine(text), _is_in_words()).correlate(Phone)


def is_due(now: datetime) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on a ``Phone`` that a register has to be asked about it: texts are wanted there, and neither
    the consent nor an answer of the last weeks lets them go. A fresh "no" is an answer too.
    """
    wants = (Consent.subject_id == Phone.subject_id, Consent.channel == CHANNEL, Consent.purpose.in_(PURPOSES))
    fresh = (RegisterResult.number_key == Phone.number_key, RegisterCheck.id == RegisterResult.check_id, *_holds(now))
    return [
        Phone.country.in_(sorted(rules.REGISTERS)),
        sa.exists().where(*wants, consents.is_in_force(), sa.not_(_is_in_words())).correlate(Phone),
        sa.not_(suppressions.is_suppressed(Phone.number_key)),
        sa.not_(erasure.is_wished(Phone.subject_id)),
        sa.not_(sa.exists().where(*fresh).correlate(Phone)),
    ]


def _is_in_words() -> sa.ColumnElement[bool]:
    """Whether the words that a ``Consent`` was given to are on record."""
    with_words = (LedgerEntry.id == Consent.entry_id, LedgerEntry.point == POINT, LedgerEntry.served_id.is_not(None))
    return sa.exists().where(*with_words).correlate(Consent)


def checked_by(now: datetime) -> sa.ColumnElement[int | None]:
    """Return the check that lets a number be texted: the latest word of a register, if it is yes and recent enough."""
    return (
        sa.select(sa.case((RegisterResult.may_text, RegisterResult.check_id), else_=None))
        .join(RegisterCheck, RegisterCheck.id == RegisterResult.check_id)
        .where(RegisterResult.number_key == Phone.number_key)
        .where(*_holds(now))
        .order_by(RegisterCheck.result_at.desc(), RegisterCheck.id.desc())
        .limit(1)
        .correlate(Phone)
        .scalar_subquery()
    )


def _holds(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (RegisterCheck.result_at > now - rules.REGISTER_HOLDS, RegisterCheck.result_at <= now)


def _checks(text: TextCampaign, now: datetime) -> list[tuple[str, sa.ColumnElement[bool]]]:
    """Every condition with the reason that its failing is; none of them is ever NULL."""
    elsewhere = Phone.country.not_in(sorted(rules.REGISTERS))
    return [
        ("consent", sa.exists().where(*_mine(text)).correlate(Phone)),
        ("suppressed", sa.not_(suppressions.is_suppressed(Phone.number_key))),
        ("erasure", sa.not_(erasure.is_wished(Phone.subject_id))),
        ("register", sa.or_(elsewhere, is_evident(text), checked_by(now).is_not(None))),
        ("sender", Phone.country.not_in(sorted(rules.REGISTERED_SENDERS - registered()))),
        ("frequency", sa.or_(Phone.next_at.is_(None), Phone.next_at <= now)),
    ]


def registered() -> frozenset[str]:
    """Return the countries where the sender's name is registered, as the settings say."""
    settings: Settings = current_app.extensions["clozette.settings"]
    return frozenset(settings.sms_registered.upper().replace(",", " ").split())


def _mine(text: TextCampaign) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Consent.subject_id == Phone.subject_id,
        Consent.purpose == text.purpose,
        Consent.channel == CHANNEL,
        consents.is_in_force(),
    )


def has_stopped() -> sa.ColumnElement[bool]:
    """Whether the number of the member of an outer query gets no more texts."""
    mine = (Phone.subject_id == Member.subject_id, suppressions.is_suppressed(Phone.number_key))
    return sa.exists().where(*mine).correlate(Member)
