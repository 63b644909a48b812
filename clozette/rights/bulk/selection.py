"""Which members an export is about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.accounts.models import ADULT_AGE, Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import consents
from clozette.privacy.models import Consent
from clozette.rights.bulk.uses import Use

Condition = Callable[[], sa.ColumnElement[bool]]

_LEFT_OUT = "clozette.rights.bulk.left_out"
ACTIVE, UNCONFIRMED, DEACTIVATED, ALL = STATES = ("active", "unconfirmed", "deactivated", "all")


@dataclass(frozen=True)
class Filter:
    """What the members have in common; an empty field asks nothing.

    :ivar joined_before: the first day that does not count any more.
    """

    state: str = ACTIVE
    country: str = ""
    locale: str = ""
    joined_from: str = ""
    joined_before: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Filter":
        """Read what ``as_json`` wrote, or what a schema made of a form."""
        known = {name: str(given[name]) for name in cls.__dataclass_fields__ if given.get(name)}
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        """Return what was asked, without what was not."""
        return {name: value for name, value in asdict(self).items() if value}


def left_out_of_marketing(app: Flask, channel: str, condition: Condition) -> None:
    """Let an upper room leave members out of marketing exports: those whose mail bounces, say. For the wiring page.

    :param channel: the way that the export is for (``email``, ``sms``): who wants no texts may still want mail.
    :param condition: gives the condition on ``Member`` under which somebody is left out; never NULL.
    """
    app.extensions.setdefault(_LEFT_OUT, []).append((channel, condition))


def conditions(chosen: Filter, use: Use) -> list[sa.ColumnElement[bool]]:
    """Return what a member must meet to be in an export."""
    found = [*_of_state(chosen.state), *_joined(chosen)]
    if not use.finds_leaving:
        found.append(Member.leaving_at.is_(None))
    if chosen.country:
        found.append(Member.country == chosen.country)
    if chosen.locale:
        found.append(Member.locale == chosen.locale)
    return found + _marketing(use)


def count(met: Sequence[sa.ColumnElement[bool]], connection: sa.Connection | None = None) -> int:
    """Count the people who meet the conditions of an export."""
    counting = sa.select(sa.func.count()).select_from(Member).where(*met)
    return (connection or db.session).scalar(counting) or 0


def _of_state(state: str) -> list[sa.ColumnElement[bool]]:
    if state == ACTIVE:
        return [Member.confirmed_at.is_not(None), Member.deactivated_at.is_(None)]
    if state == UNCONFIRMED:
        return [Member.confirmed_at.is_(None)]
    return [Member.deactivated_at.is_not(None)] if state == DEACTIVATED else []


def _joined(chosen: Filter) -> list[sa.ColumnElement[bool]]:
    found = []
    if chosen.joined_from:
        found.append(Member.created_at >= _midnight(date.fromisoformat(chosen.joined_from)))
    if chosen.joined_before:
        found.append(Member.created_at < _midnight(date.fromisoformat(chosen.joined_before)))
    return found


def _marketing(use: Use) -> list[sa.ColumnElement[bool]]:
    """Whoever withdrew, never agreed, is under age, has left, or can't be reached, is in no marketing export."""
    if use.consent is None:
        return []
    today = clock.today()
    grown_up = Member.birth_date <= _years_before(today, ADULT_AGE)
    return [*_of_state(ACTIVE), grown_up, _agreed(*use.consent), *_reached_by(use.consent[1])]


def _reached_by(channel: str) -> list[sa.ColumnElement[bool]]:
    asked: list[tuple[str, Condition]] = current_app.extensions.get(_LEFT_OUT, [])
    return [sa.not_(shuts_out()) for named, shuts_out in asked if named == channel]


def _agreed(purpose: str, channel: str) -> sa.ColumnElement[bool]:
    """The member's consent stands."""
    given = sa.select(Consent.subject_id).where(
        Consent.purpose == purpose, Consent.channel == channel, consents.is_in_force()
    )
    return Member.subject_id.in_(given)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _years_before(day: date, years: int) -> date:
    """Return the day ``years`` earlier; 28 February for a 29th that is not there, as ``age_on`` counts."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
