"""Two at once, words that are not the editor's own, and series that are started at odd times."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm
from sqlalchemy.exc import OperationalError

from clozette.community import services as community
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters.campaigns import digests, rendering, rules, services, slots
from clozette.newsletters.campaigns import tasks as campaign_tasks
from clozette.newsletters.campaigns.models import Arm, Campaign, Compiled
from clozette.newsletters.campaigns.tasks import start_due
from clozette.newsletters.sending import services as sending
from clozette.newsletters.subscriptions.models import Newsletter
from tests.factories.accounts import make_member, sign_in
from tests.factories.looks import make_look
from tests.factories.newsletters import make_campaign
from tests.support.application import Clock
from tests.support.client import Client
from tests.support.races import at_once

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
QUIETLY = {"synchronize_session": False}


def path_of(campaign: Campaign, rest: str = "") -> str:
    return f"/marketing/campaigns/{ids.encode(campaign.id)}{rest}"


def children_of(db_session: orm.Session, series: Campaign) -> list[Campaign]:
    db_session.expire_all()
    return list(
        db_session.scalars(sa.select(Campaign).where(Campaign.parent_id == series.id).order_by(Campaign.id)).all()
    )


def series_of(newsletter: Newsletter, **columns) -> Campaign:
    said = {"kind": "digest", "repeats": "week", "blocks": [{"kind": "news"}], "state": "scheduled", "send_at": START}
    return make_campaign(newsletter, **{**said, **columns})


@pytest.mark.requirement(37, 39)
def test_what_was_saved_while_it_starts_does_not_go_half(newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign = make_campaign(newsletter)
    assert campaign.version == 1
    saved = sa.update(Campaign).where(Campaign.id == campaign.id).values(version=2, subject_line="Other words")
    db_session.execute(saved, execution_options=QUIETLY)
    with pytest.raises(Refused):
        sending.start(campaign, clock.now())
    assert campaign.state == "draft"


@pytest.mark.requirement(36)
def test_whom_it_goes_to_is_part_of_what_is_started(newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign = make_campaign(newsletter)
    services.choose(campaign, [{"field": "language", "is": "is", "value": "en"}])
    assert campaign.version == 2


@pytest.mark.requirement(36, 38)
@pytest.mark.parametrize("rest", ["/start", "/schedule"])
def test_nobody_sends_what_they_did_not_see(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session, rest: str
) -> None:
    campaign = make_campaign(newsletter)
    assert 'name="version" value="1"' in client.get(path_of(campaign, "/schedule")).text
    services.choose(campaign, [{"field": "language", "is": "is", "value": "en"}])
    soon = f"{clock.now() + timedelta(days=30):%Y-%m-%dT09:00}"
    when = {"send_at": soon, "time_zone": "Asia/Singapore"} if rest == "/schedule" else {}
    typed = {"version": "1", **when}
    answer = client.post(path_of(campaign, rest), data=typed)
    assert answer.status_code == 409
    assert "saved from another window" in answer.text
    db_session.expire_all()
    assert campaign.state == "draft"
    assert client.post(path_of(campaign, rest), data={**typed, "version": "2"}).status_code == 303


@pytest.mark.requirement(50)
def test_a_trial_without_anybody_in_it_is_refused(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = make_campaign(newsletter)
    form = {"title": "One", "subject_line": "News", "version": "1", "b0_kind": "text", "b0_markdown": "Hello"}
    answer = client.post(path_of(campaign), data={**form, "second_subject": "Other", "test_percent": "0"})
    assert answer.status_code == 422
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Arm)) == 0


@pytest.mark.requirement(50)
def test_no_winner_before_the_trial(newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign = make_campaign(newsletter, test_percent=20)
    for letter in "ab":
        db_session.add(Arm(campaign_id=campaign.id, letter=letter, subject_line=letter))
    db_session.flush()
    db_session.refresh(campaign)
    with pytest.raises(Refused):
        services.pick_winner(campaign, "a")
    assert campaign.winner is None


@pytest.mark.parametrize("address", ["https://[bad", "//[bad", "https://[1:2/x"])
def test_an_address_that_is_none_is_said(client: Client, editor, newsletter: Newsletter, address: str) -> None:
    campaign = make_campaign(newsletter)
    form = {"title": "One", "subject_line": "News", "version": "1"}
    button = {"b0_kind": "button", "b0_label": "Go", "b0_address": address}
    assert client.post(path_of(campaign), data={**form, **button}).status_code == 422
    assert client.post(path_of(campaign, "/mail"), data={**form, **button}).status_code == 200
    text = {"b0_kind": "text", "b0_markdown": f"[this]({address})"}
    assert client.post(path_of(campaign), data={**form, **text}).status_code in {303, 422}


@pytest.mark.requirement(37)
def test_members_words_are_no_places_for_values(newsletter: Newsletter, db_session: orm.Session) -> None:
    author = make_member("author", display_name=f"Ann {slots.slot('personal:9')}")
    look = make_look(author, caption=f"Coat {slots.slot('personal:7')} {slots.slot('unsubscribe_url')}")
    campaign = make_campaign(newsletter, blocks=[{"kind": "look", "look": ids.encode(look.id)}])
    made = rendering.render(campaign)
    assert "Coat" in made.html
    assert not [name for name in slots.names_in(made.html + made.text) if name.startswith("personal:")]
    assert f"Coat {slots.slot('unsubscribe_url')}" not in made.text


def test_no_look_stands_in_two_digests(newsletter: Newsletter, db_session: orm.Session) -> None:
    author, fan = make_member("author"), make_member("fan")
    community.follow(fan.id, author, now=clock.now())
    first, second = make_look(author, caption="Early"), make_look(author, caption="Meanwhile")
    first.published_at, second.published_at = START - timedelta(hours=1), START + timedelta(minutes=5)
    db_session.flush()
    series = series_of(newsletter)
    kept = {"kind": "digest", "blocks": [{"kind": "news"}], "parent_id": series.id, "state": "running"}
    now, then = START, START + timedelta(weeks=1)
    one = make_campaign(newsletter, **kept, send_at=now, since=now - timedelta(weeks=1))
    two = make_campaign(newsletter, **kept, send_at=then, since=now)
    said = [digests.pieces(each, [fan.subject_id])[fan.subject_id][1] for each in (one, two)]
    assert ("Early" in said[0], "Meanwhile" in said[0]) == (True, False)
    assert ("Early" in said[1], "Meanwhile" in said[1]) == (False, True)


def test_a_series_sent_early_leaves_nothing_out(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session, stopped_clock: Clock
) -> None:
    series = series_of(newsletter)
    early = START - timedelta(days=3)
    stopped_clock.stop(early)
    sign_in(client, editor, second_factor=True)
    assert client.post(path_of(series, "/start")).status_code == 409, "it does not say which time"
    assert client.post(path_of(series, "/start"), data={"due": START.isoformat()}).status_code == 303
    (child,) = children_of(db_session, series)
    assert child.send_at == early


@pytest.mark.requirement(38, 39)
@pytest.mark.parametrize("state", ["late", "scheduled"])
@pytest.mark.parametrize("repeats", ["day", "week", "month"])
def test_a_second_press_sends_a_series_once(
    client: Client,
    editor,
    newsletter: Newsletter,
    db_session: orm.Session,
    stopped_clock: Clock,
    state: str,
    repeats: str,
) -> None:
    """The page shows one time of it; that goes once, and the next one waits."""
    series = series_of(newsletter, state=state, repeats=repeats, first_at=START)
    stopped_clock.stop(START + timedelta(hours=2 if state == "late" else -2))
    sign_in(client, editor, second_factor=True)
    seen, path = {"due": START.isoformat()}, path_of(series, "/start")
    if state == "late":
        assert f'name="due" value="{START.isoformat()}"' in client.get(path_of(series)).text
        seen, path = {**seen, "answer": "send"}, path_of(series, "/answer")
    for _press in range(2):
        assert client.post(path, data=seen).status_code == 303
        stopped_clock.forward(seconds=1)
    assert len(children_of(db_session, series)) == 1
    after = rules.next_time(START, "UTC", repeats, START)
    assert (series.state, series.send_at) == ("scheduled", after)
    assert client.post(path, data={**seen, "due": (after + timedelta(days=1)).isoformat()}).status_code == 409
    assert client.post(path, data={**seen, "due": "soon"}).status_code in {409, 422}
    assert len(children_of(db_session, series)) == 1


@pytest.mark.requirement(38, 39)
def test_two_presses_at_once_send_once(
    app: Flask, newsletter: Newsletter, db_session: orm.Session, stopped_clock: Clock
) -> None:
    letter, series = make_campaign(newsletter), series_of(newsletter, state="late", first_at=START)
    stopped_clock.stop(START + timedelta(hours=2))
    letter_id, series_id = letter.id, series.id
    db_session.commit()

    def press() -> None:
        services.start_now(db.session.get_one(Campaign, letter_id), clock.now())
        services.answer_late(db.session.get_one(Campaign, series_id), "send", clock.now(), due=START)

    assert not at_once(app, press, press)
    assert len(children_of(db_session, series)) == 1
    assert (letter.state, series.send_at) == ("queueing", START + timedelta(weeks=1))


@pytest.mark.requirement(38)
def test_a_fault_after_a_start_stops_no_series(
    app: Flask,
    newsletter: Newsletter,
    db_session: orm.Session,
    stopped_clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its child goes out, and it waits for its next time, whatever breaks once that is committed."""
    series = series_of(newsletter)
    stopped_clock.stop(START)
    commit, faults, series_id = campaign_tasks.checkpoint, [RuntimeError()], series.id

    def checkpoint() -> None:
        commit()
        if faults and db.session.scalar(sa.select(Campaign.id).where(Campaign.parent_id == series_id)) is not None:
            raise faults.pop()

    monkeypatch.setattr(campaign_tasks, "checkpoint", checkpoint)
    tasks.enqueue(start_due)
    db_session.commit()
    tasks.drain(app)
    (child,) = children_of(db_session, series)
    assert not faults and child.state == "queueing"
    assert (series.state, series.send_at) == ("scheduled", START + timedelta(weeks=1))


def test_a_series_taken_off_the_schedule_can_be_sent(
    client: Client, editor, newsletter: Newsletter, db_session: orm.Session
) -> None:
    series = series_of(newsletter, send_at=datetime(2030, 1, 1, tzinfo=UTC))
    made_before = series_of(newsletter, parent_id=series.id, repeats=None, state="finished")
    services.unschedule(series)
    assert client.post(path_of(series, "/start")).status_code == 303
    db_session.expire_all()
    assert (series.state, series.since) == ("queueing", made_before.send_at)


@pytest.mark.requirement(38)
def test_what_fails_at_its_time_leaves_nothing_behind_and_stops_no_other(
    app: Flask,
    newsletter: Newsletter,
    db_session: orm.Session,
    stopped_clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    series, letter = series_of(newsletter), make_campaign(newsletter, state="scheduled", send_at=START)
    started = sending.start

    def start(campaign: Campaign, now: datetime) -> None:
        started(campaign, now)
        if campaign.parent_id:
            raise Refused(Refusal("odd", "Odd."))

    monkeypatch.setattr(sending, "start", start)
    stopped_clock.stop(START + timedelta(minutes=1))
    tasks.enqueue(start_due)
    db_session.commit()
    tasks.drain(app)
    assert children_of(db_session, series) == []
    assert (series.state, letter.state) == ("late", "queueing")
    assert list(db_session.scalars(sa.select(Compiled.campaign_id))) == [letter.id]


@pytest.mark.requirement(38)
@pytest.mark.parametrize(
    ("error", "after"),
    [
        (RuntimeError("ada@example.test"), ("late", "fault")),
        (OperationalError("", {}, Exception()), ("scheduled", None)),
    ],
)
def test_what_nobody_expected_stops_no_other_and_is_seen(
    app: Flask,
    client: Client,
    editor,
    newsletter: Newsletter,
    db_session: orm.Session,
    stopped_clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    after: tuple,
) -> None:
    """A database that was away is back in a minute; any other fault is looked at by somebody."""
    before, broken, behind = (
        make_campaign(newsletter, state="scheduled", send_at=START + timedelta(minutes=one)) for one in range(3)
    )
    started, broken_id = sending.start, broken.id

    def start(campaign: Campaign, now: datetime) -> None:
        started(campaign, now)
        if campaign.id == broken_id:
            raise error

    monkeypatch.setattr(sending, "start", start)
    app.extensions["clozette.outbox"].clear()
    stopped_clock.stop(START + timedelta(minutes=3))
    for _ in range(2):
        tasks.enqueue(start_due)
        db_session.commit()
        tasks.drain(app)
    db_session.expire_all()
    assert (before.state, behind.state) == ("queueing", "queueing")
    assert (broken.state, broken.paused_because, broken.started_at) == (*after, None)
    assert db_session.get(Compiled, (broken_id, "")) is None
    mails = [mail.text for mail in app.extensions["clozette.outbox"].messages if mail.to == editor.email]
    assert ["something went wrong here" in mail for mail in mails] == [True] * (after[0] == "late")
    written = capsys.readouterr().out
    assert "campaign_not_started" in written and "ada@example.test" not in written
    sign_in(client, editor, second_factor=True)
    assert ("something went wrong here" in client.get("/marketing").text) == (after[0] == "late")
