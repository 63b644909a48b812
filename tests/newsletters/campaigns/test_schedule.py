"""When campaigns go: named time zones, the guard against late ones, digests that repeat."""

import calendar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import orm

from clozette.kernel import clock, ids, tasks, zones
from clozette.kernel.ports import bulk_mail
from clozette.newsletters.campaigns import rules, services
from clozette.newsletters.campaigns.models import Arm, Campaign, Compiled
from clozette.newsletters.campaigns.tasks import start_due
from clozette.newsletters.subscriptions.models import Newsletter
from tests.factories.accounts import sign_in
from tests.factories.newsletters import make_campaign
from tests.support.application import Clock
from tests.support.client import Client

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def path_of(campaign: Campaign, rest: str = "") -> str:
    return f"/marketing/campaigns/{ids.encode(campaign.id)}{rest}"


def state(db_session: orm.Session, campaign: Campaign) -> str:
    db_session.expire_all()
    return campaign.state


@pytest.fixture(autouse=True)
def _empty_outbox(app: Flask) -> None:
    app.extensions["clozette.outbox"].clear()


def run_due(app: Flask, db_session: orm.Session) -> None:
    tasks.enqueue(start_due)
    db_session.commit()
    tasks.drain(app)
    db_session.expire_all()


def scheduled(newsletter: Newsletter, **columns) -> Campaign:
    return make_campaign(
        newsletter, **{"state": "scheduled", "send_at": START, "time_zone": "Asia/Singapore", **columns}
    )


@pytest.mark.requirement(38)
@pytest.mark.parametrize(
    ("local", "zone", "moment"),
    [
        ("2026-12-01T09:00", "Asia/Singapore", datetime(2026, 12, 1, 1, 0, tzinfo=UTC)),
        ("2026-12-01T09:00", "Europe/Berlin", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
        ("2027-07-01T09:00", "Europe/Berlin", datetime(2027, 7, 1, 7, 0, tzinfo=UTC)),
        ("2027-10-31T02:30", "Europe/Berlin", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_wall_clock_somewhere(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session, local: str, zone: str, moment: datetime
) -> None:
    campaign = make_campaign(newsletter)
    answer = client.post(path_of(campaign, "/schedule"), data={"send_at": local, "time_zone": zone})
    assert answer.status_code == 303
    assert state(db_session, campaign) == "scheduled"
    assert (campaign.send_at, campaign.time_zone) == (moment, zone)
    said = client.get(path_of(campaign)).text
    assert zone in said
    assert f"{local[-4:]}:00" in said
    assert ("show that time twice" in said) == (local == "2027-10-31T02:30")


@pytest.mark.requirement(38)
@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"send_at": "2027-03-28T02:30", "time_zone": "Europe/Berlin"}, 422, "skip 02:30"),
        ({"send_at": "2020-01-01T09:00", "time_zone": "Europe/Berlin"}, 409, "is over"),
        ({"send_at": "soon", "time_zone": "Europe/Berlin"}, 422, "no date"),
        ({"send_at": "9999-12-31T23:59", "time_zone": "America/Los_Angeles"}, 422, "a year from 2000 to 2100"),
        ({"send_at": "0001-01-01T00:00", "time_zone": "Asia/Tokyo"}, 422, "a year from 2000 to 2100"),
        ({"send_at": "2099-12-01T09:00", "time_zone": "UTC"}, 409, "more than two years away"),
        ({"send_at": "2027-01-01T09:00", "time_zone": "Moon/Crater"}, 422, ""),
        ({"time_zone": "Europe/Berlin"}, 422, ""),
    ],
)
def test_a_time_that_is_none(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session, typed: dict, status: int, words: str
) -> None:
    campaign = make_campaign(newsletter)
    answer = client.post(path_of(campaign, "/schedule"), data=typed)
    assert answer.status_code == status
    assert words in answer.text
    assert state(db_session, campaign) == "draft"


@pytest.mark.requirement(37)
def test_what_lacks_something_is_not_scheduled(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = make_campaign(newsletter, subject_line="{{ nickname }}")
    typed = {"send_at": "2030-01-01T09:00", "time_zone": "UTC"}
    assert client.post(path_of(campaign, "/schedule"), data=typed).status_code == 409
    assert client.post(path_of(campaign, "/start")).status_code == 409
    assert state(db_session, campaign) == "draft"


@pytest.mark.requirement(38)
def test_it_starts_when_its_time_has_come(
    app: Flask, newsletter: Newsletter, db_session: orm.Session, stopped_clock: Clock
) -> None:
    campaign = scheduled(newsletter)
    stopped_clock.stop(START - timedelta(seconds=1))
    run_due(app, db_session)
    assert campaign.state == "scheduled"
    stopped_clock.stop(START + rules.GRACE)
    run_due(app, db_session)
    assert campaign.state == "queueing"
    assert campaign.archived_at is not None


@pytest.mark.requirement(38)
def test_one_that_missed_its_time_asks_and_does_not_go(
    app: Flask, client: Client, editor, newsletter: Newsletter, db_session: orm.Session, stopped_clock: Clock
) -> None:
    campaign = scheduled(newsletter)
    stopped_clock.stop(START + rules.GRACE + timedelta(seconds=1))
    run_due(app, db_session)
    assert campaign.state == "late"
    outbox = app.extensions["clozette.outbox"]
    (mail,) = [message for message in outbox.messages if message.to == editor.email]
    assert "did not go" in mail.subject
    assert path_of(campaign) in mail.text
    stopped_clock.forward(hours=5)
    run_due(app, db_session)
    assert (campaign.state, campaign.started_at) == ("late", None)
    assert len(outbox.messages) == 1
    assert "Should it still go?" in client.get("/marketing").text
    assert "due while nothing ran" in client.get(path_of(campaign)).text


@pytest.mark.requirement(38)
@pytest.mark.parametrize(
    ("answer", "after"), [("send", "queueing"), ("draft", "draft"), ("cancel", "cancelled"), ("skip", "draft")]
)
def test_staff_say_what_becomes_of_it(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session, answer: str, after: str
) -> None:
    campaign = scheduled(newsletter, state="late")
    assert client.post(path_of(campaign, "/answer"), data={"answer": answer}).status_code == 303
    assert state(db_session, campaign) == after
    again = client.post(path_of(campaign, "/answer"), data={"answer": "send"})
    assert again.status_code == (303 if answer == "send" else 409) and state(db_session, campaign) == after


def test_what_can_not_go_any_more_asks_and_is_compiled_anew(
    app: Flask, newsletter: Newsletter, db_session: orm.Session, stopped_clock: Clock
) -> None:
    campaign = scheduled(newsletter)
    newsletter.reply_to = ""
    other = scheduled(newsletter)
    stopped_clock.stop(START)
    run_due(app, db_session)
    assert (campaign.state, campaign.paused_because, other.state) == ("late", "preflight", "late")
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Compiled)) == 0


def test_off_the_schedule_and_cancelled(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = scheduled(newsletter, send_at=clock.now() + timedelta(days=1))
    assert client.post(path_of(campaign, "/schedule"), data={"_method": "DELETE"}).status_code == 303
    assert (state(db_session, campaign), campaign.send_at) == ("draft", None)
    assert client.post(path_of(campaign, "/schedule"), data={"_method": "DELETE"}).status_code == 409
    assert client.post(path_of(campaign, "/cancellation")).status_code == 303
    assert state(db_session, campaign) == "cancelled"
    assert client.post(path_of(campaign, "/start")).status_code == 409


def test_a_digest_repeats(app: Flask, newsletter: Newsletter, db_session: orm.Session, stopped_clock: Clock) -> None:
    blocks = [{"kind": "news"}]
    series = scheduled(newsletter, kind="digest", repeats="week", blocks=blocks)
    for week in range(2):
        stopped_clock.stop(START + timedelta(weeks=week, minutes=1))
        run_due(app, db_session)
        run_due(app, db_session)
        assert (series.state, series.send_at) == ("scheduled", START + timedelta(weeks=week + 1))
    children = db_session.scalars(
        sa.select(Campaign).where(Campaign.parent_id == series.id).order_by(Campaign.id)
    ).all()
    assert [(child.state, child.send_at, child.since) for child in children] == [
        ("queueing", START, START - timedelta(weeks=1)),
        ("queueing", START + timedelta(weeks=1), START),
    ]
    assert children[0].blocks == blocks
    assert children[0].archived_at is None


def test_a_late_digest_is_left_out_or_sent(
    app: Flask, client: Client, editor, newsletter: Newsletter, db_session: orm.Session, stopped_clock: Clock
) -> None:
    series = scheduled(newsletter, kind="digest", repeats="day", blocks=[{"kind": "news"}])
    stopped_clock.stop(START + timedelta(days=2, hours=3))
    sign_in(client, editor, second_factor=True)
    run_due(app, db_session)
    assert series.state == "late"
    assert client.post(path_of(series, "/answer"), data={"answer": "skip"}).status_code == 303
    assert (state(db_session, series), series.send_at) == ("scheduled", START + timedelta(days=3))
    assert db_session.scalar(sa.select(sa.func.count()).where(Campaign.parent_id == series.id)) == 0


def test_of_two_workers_one_sends_a_digest(newsletter: Newsletter, db_session: orm.Session) -> None:
    series = scheduled(newsletter, kind="digest", repeats="week", blocks=[{"kind": "news"}])
    moved = sa.update(Campaign).where(Campaign.id == series.id).values(send_at=START + timedelta(weeks=1))
    db_session.execute(moved, execution_options={"synchronize_session": False})
    assert series.send_at == START
    services.come_due(series, START)
    assert db_session.scalar(sa.select(sa.func.count()).where(Campaign.parent_id == series.id)) == 0
    assert series.send_at == START + timedelta(weeks=1)


def test_a_test_goes_to_whoever_presses(
    app: Flask, client: Client, editor, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = make_campaign(newsletter)
    post = bulk_mail.post(app)
    before = len(post.letters)
    assert client.post(path_of(campaign, "/test")).status_code == 303
    tasks.drain(app)
    (letter,) = post.letters[before:]
    assert letter.recipient == editor.email
    assert state(db_session, campaign) == "draft"


@pytest.mark.parametrize(
    ("moment", "zone", "repeats", "now", "expected"),
    [
        ((2026, 10, 24, 7), "Europe/Berlin", "day", (2026, 10, 24, 7), (2026, 10, 25, 8)),
        ((2027, 1, 31, 9), "UTC", "month", (2027, 1, 31, 9), (2027, 2, 28, 9)),
        ((2027, 1, 31, 9), "UTC", "month", (2027, 3, 1, 0), (2027, 3, 31, 9)),
        ((2027, 3, 27, 1), "Europe/Berlin", "day", (2027, 3, 27, 1), (2027, 3, 28, 1)),
        ((2026, 12, 15, 9), "UTC", "month", (2026, 12, 15, 9), (2027, 1, 15, 9)),
        ((2026, 11, 25, 9), "UTC", "week", (2027, 1, 1, 0), (2027, 1, 6, 9)),
    ],
)
def test_the_next_time_is_the_same_on_the_wall(moment, zone, repeats, now, expected) -> None:
    found = rules.next_time(datetime(*moment, tzinfo=UTC), zone, repeats, datetime(*now, tzinfo=UTC))
    assert found == datetime(*expected, tzinfo=UTC)


def test_a_series_on_the_last_day_stays_there(
    app: Flask, client: Client, editor, newsletter: Newsletter, db_session: orm.Session, stopped_clock: Clock
) -> None:
    stopped_clock.stop(datetime(2026, 12, 1, tzinfo=UTC))
    sign_in(client, editor, second_factor=True)
    series = make_campaign(newsletter, kind="digest", blocks=[{"kind": "news"}])
    typed = {"send_at": "2027-01-31T02:30", "time_zone": "Europe/Berlin", "repeats": "month"}
    assert client.post(path_of(series, "/schedule"), data=typed).status_code == 303
    days = []
    for _month in range(4):
        assert state(db_session, series) == "scheduled"
        days.append(series.send_at.day)
        stopped_clock.stop(series.send_at + timedelta(minutes=1))
        run_due(app, db_session)
    assert days == [31, 28, 31, 30]


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Jakarta")
FROM = datetime(2024, 1, 1)


@settings(max_examples=40, deadline=None)
@given(
    local=st.datetimes(FROM, datetime(2027, 12, 31)),
    zone=st.sampled_from(ZONES),
    repeats=st.sampled_from(rules.REPEATS),
    pauses=st.lists(st.integers(0, 100), min_size=40, max_size=40),
)
def test_whenever_it_went_a_series_keeps_its_day_and_time(
    local: datetime, zone: str, repeats: str, pauses: list[int]
) -> None:
    """Each next time, counted after any pause, stands on the wall as the first, or where there is no such time just after."""
    local = local.replace(second=0, microsecond=0)
    first, _odd = zones.moment_in(local, zone)
    assume(first is not None)
    moment = first
    for pause in pauses:
        before, moment = moment, rules.next_time(first, zone, repeats, moment + timedelta(days=pause))
        there = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert moment > before + timedelta(days=pause)
        wanted = there.replace(hour=local.hour, minute=local.minute)
        assert there == wanted or (zones.moment_in(wanted, zone)[0] is None and there - wanted <= timedelta(hours=1))
        if repeats == "month":
            last = calendar.monthrange(there.year, there.month)[1]
            assert there.day == min(local.day, last)
        if repeats == "week":
            assert there.weekday() == local.weekday()


@pytest.mark.requirement(50)
def test_a_winner_is_chosen_once(client: Client, editor, newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign = make_campaign(newsletter, state="running", started_at=clock.now(), test_percent=20)
    for letter in "ab":
        db_session.add(Arm(campaign_id=campaign.id, letter=letter, subject_line=f"Subject {letter}"))
    assert client.post(path_of(campaign, "/winner"), data={"letter": "c"}).status_code == 422
    assert client.post(path_of(campaign, "/winner"), data={"letter": "b"}).status_code == 303
    assert client.post(path_of(campaign, "/winner"), data={"letter": "a"}).status_code == 409
    db_session.expire_all()
    assert campaign.winner == "b"
