"""The demo's story, and that filling a site with a small one leaves it consistent."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from clozette.accounts.models import Member
from clozette.closets.models import Item
from clozette.contests import facts
from clozette.contests.planning.models import Contest
from clozette.contests.surveys import queries as surveys
from clozette.contests.surveys.models import Survey
from clozette.demo import fill, letters, mailings, pictures, sales, story
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.looks.models import Comment, Look, Love
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.reports import figures, trials
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.shop.ledger import queries as ledger
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Payment
from tests.factories.accounts import make_member

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def told() -> story.Story:
    """Tell the whole story once."""
    return story.tell(NOW)


def test_the_community_is_large_enough(told: story.Story) -> None:
    assert len(told.joined) >= 60
    assert len(told.items) >= 600
    assert len(told.looks) >= 400
    assert {look.visibility for look in told.looks} == {"public", "members", "followers"}


def test_nothing_happens_before_it_can(told: story.Story) -> None:
    assert all(told.joined[item.owner] <= item.added <= NOW for item in told.items)
    assert all(told.items[number].added <= look.published <= NOW for look in told.looks for number in look.items)
    assert all(told.looks[look].published <= at <= NOW for look, _member, at in told.loves)
    assert all(
        told.items[n].owner == look.author or told.items[n].is_styleable for look in told.looks for n in look.items
    )


def test_nobody_follows_or_loves_twice(told: story.Story) -> None:
    for pairs in ([pair[:2] for pair in told.follows], [pair[:2] for pair in told.loves]):
        assert len(set(pairs)) == len(pairs)


@pytest.mark.engines("sqlite")
def test_a_small_site_is_filled(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("MEMBERS", 8), ("ITEMS", 40), ("LOOKS", 9)):
        monkeypatch.setattr(story, name, size)
    monkeypatch.setattr(sales, "OTHERS", ())
    small = story.tell(NOW)
    steps: list[int] = []
    with app.app_context():
        fill.Filler(app, small, lambda: steps.append(1)).fill()
    assert len(steps) == len(small.joined) + len(small.items) + len(small.looks) + len(small.comments)
    with app.app_context():
        rows = {
            model: db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Member, Item, Look)
        }
        assert rows == {Member: 8, Item: 40 + 3, Look: 9}
        sizes = sa.select(Listing.state, sa.func.count()).where(Listing.variant > 0).group_by(Listing.state)
        assert [tuple(row) for row in db.session.execute(sizes)] == [("active", 8)]
        counted = sa.select(sa.func.sum(Look.love_count), sa.func.sum(Look.comment_count))
        held = [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Love, Comment)]
        assert list(db.session.execute(counted).one()) == held
        admin = db.session.scalars(sa.select(Member).where(Member.email == "admin@clozette.test")).one()
        assert len(fill.totp_code(admin)) == 6
        subscribed = sa.select(Newsletter.slug, Subscription.state).join(Subscription.newsletter).distinct()
        found = {tuple(row) for row in db.session.execute(subscribed)}
        assert found >= {(slug, "confirmed") for slug in ("friday-rail", "lemari")} | {("friday-rail", "pending")}
        states = dict(db.session.execute(sa.select(Contest.slug, Contest.state)).all())
        assert states == {"a-coat-of-linen": "open", "first-scarf-of-the-year": "announced"}
        over = db.session.scalars(sa.select(Contest).where(Contest.state == "announced")).one()
        drawn, results = facts.of(over.id, "draw"), facts.of(over.id, "results")
        assert drawn is not None and results is not None
        assert len(drawn.content["order"]) == min(over.last_number, 6) > 0
        far = set(db.session.scalars(sa.select(Order.state)))
        assert far == {"complete", "cancelled", "expired", "received", "shipped", "paid"}
        assert set(db.session.scalars(sa.select(Payment.state))) == {"paid", "expired"}
        assert ledger.faults() == []
        asked = {survey.slug: survey for survey in db.session.scalars(sa.select(Survey))}
        assert {slug: survey.state for slug, survey in asked.items()} == dict.fromkeys(asked, "open")
        assert surveys.tables_of(asked["your-one-coat"]) and not surveys.tables_of(asked["mend-or-part"])


def test_photographs_are_taken_from_their_folders(tmp_path: Path) -> None:
    for kind in ("dress", "shoes"):
        (tmp_path / kind).mkdir()
        Image.new("RGB", (60, 80), "teal").save(tmp_path / kind / "one.jpg")
    (tmp_path / "empty").mkdir()
    found = pictures.folders_of(tmp_path)
    assert {kind: [path.name for path in paths] for kind, paths in found.items()} == {
        "dress": ["one.jpg"],
        "shoes": ["one.jpg"],
    }
    told = story.tell(NOW, found)
    assert {item.kind for item in told.items} == {"dress", "shoes"}
    assert all(item.photo is not None and item.design is None for item in told.items)


@pytest.mark.engines("sqlite")
def test_campaigns_of_the_demo_have_something_to_show(app: Flask) -> None:
    born, began = date(1990, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
    with app.app_context(), clock.frozen(NOW):
        members = [make_member(birth_date=born, created_at=began) for _ in range(60)]
        mailings.fill(letters.fill(members, NOW), [], NOW)
        made = {one.state: one for one in db.session.scalars(sa.select(Campaign))}
        assert set(made) == {"finished", "scheduled", "draft"}
        sent = figures.of(made["finished"])
        assert (sent.waiting, sent.bounced, sent.unsubscribed, sent.campaign.failed) == (0, 1, 1, 1)
        trial = trials.of(sent.campaign, figures.details(sent, NOW).arms)
        assert trial is not None and sum(way.group.sent for way in trial.ways) == sent.campaign.sent > 20
        assert sum(way.agreed for way in trial.ways) > sum(way.opened for way in trial.ways) > 5
        assert sum(way.clicked for way in trial.ways) > 1
        send_at = made["scheduled"].send_at
        assert send_at is not None and send_at > NOW


@pytest.mark.engines("sqlite")
def test_no_worker_finds_a_campaign_of_the_demo_to_send(app: Flask) -> None:
    born, began = date(1990, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
    found: set[str] = set()
    with app.app_context(), clock.frozen(NOW):
        members = [make_member(birth_date=born, created_at=began) for _ in range(12)]
        newsletters = letters.fill(members, NOW)
        sa.event.listen(
            db.session, "before_commit", lambda session: found.update(session.scalars(sa.select(Campaign.state)))
        )
        mailings.fill(newsletters, [], NOW)
    assert found == {"finished", "scheduled", "draft"}


@pytest.mark.engines("sqlite")
def test_who_came_of_age_lately_is_no_reader_yet(app: Flask) -> None:
    with app.app_context():
        born = (date(2008, 4, 1), date(2000, 1, 1))
        young, grown = (make_member(birth_date=day, created_at=datetime(2026, 1, 1, tzinfo=UTC)) for day in born)
        letters.fill([young, grown], NOW)
        readers = set(db.session.scalars(sa.select(Contact.subject_id)))
        assert young.subject_id not in readers
        assert grown.subject_id in readers
