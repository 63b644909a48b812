"""Somebody of marketing, and forms that are filled in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock
from tests.factories.accounts import make_member, sign_in
from tests.support.client import Client

Filled = Callable[..., dict[str, object]]


@pytest.fixture
def planner(db_session: orm.Session, client: Client) -> Member:
    """Sign somebody of marketing in, with a second factor."""
    member = make_member("petra", roles=("marketing",))
    sign_in(client, member, second_factor=True)
    return member


@pytest.fixture
def contest_form() -> Filled:
    """Return what fills the form of a contest, with changes."""

    def filled(**changes: object) -> dict[str, object]:
        def at(**after: float) -> str:
            return f"{clock.now() + timedelta(**after):%Y-%m-%dT%H:%M}"

        form: dict[str, object] = {
            "title": "Winter coats",
            "slug": "winter-coats",
            "words": "Show us a coat.",
            "language": "en",
            "decided_by": "draw",
            "entry_kind": "look",
            "time_zone": "UTC",
            "opens_at": at(days=1),
            "closes_at": at(days=8),
            "draw_at": at(days=9),
            "announce_at": at(days=10),
            "alternates": "2",
            "min_age": "18",
            "countries": ["DE", "GB"],
        }
        return {name: value for name, value in {**form, **changes}.items() if value is not None}

    return filled


@pytest.fixture
def rules_form() -> Filled:
    """Return what fills the builder of the rules, with changes."""

    def filled(**changes: object) -> dict[str, object]:
        form: dict[str, object] = {
            "p0_name": "A coat",
            "p0_value": "200",
            "p0_currency": "EUR",
            "p0_units": "1",
            "p0_sent_by": "house",
            "is_free": "true",
            "source": "beacon",
            "notify_days": "3",
            "answer_days": "14",
            "winner_list": "site",
            "licence": "show",
            "data_use": "to run this contest",
            "version": "1",
        }
        return {name: value for name, value in {**form, **changes}.items() if value is not None}

    return filled
