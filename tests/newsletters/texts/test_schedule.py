"""Campaigns of texts that wait for their time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import sms
from clozette.kernel.ports.mail import Message
from clozette.newsletters.texts import campaigns
from clozette.newsletters.texts.models import TextCampaign
from clozette.newsletters.texts.tasks import start_due_texts
from tests.factories import accounts
from tests.newsletters.texts.test_campaigns import NOON, make_phone, run
from tests.newsletters.texts.test_staff_pages import make, text_at
from tests.support.application import Clock
from tests.support.client import Client, location

pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
def editor(client: Client, stopped_clock: Clock) -> Client:
    """Sign a marketing editor in, at noon in Singapore."""
    stopped_clock.stop(NOON)
    client.application.extensions["clozette.outbox"].clear()
    accounts.sign_in(client, accounts.make_member("meg", roles=("marketing",)), second_factor=True)
    return client


def _schedule(editor: Client, path: str, **data: str) -> Any:
    given = {"send_at": "2026-11-23T14:00", "time_zone": "Asia/Singapore", "version": "1", **data}
    return editor.post(f"{path}/schedule", data=given)


def _look(app: Flask, path: str) -> TextCampaign:
    """Let the clock's task run once."""
    tasks.enqueue(start_due_texts)
    db.session.commit()
    tasks.drain(app)
    return text_at(path)


def _asked(app: Flask, path: str) -> list[Message]:
    """Return the mails that ask staff what becomes of a campaign."""
    return [
        one for one in app.extensions["clozette.outbox"].messages if "did not go" in one.subject and path in one.text
    ]


@pytest.mark.requirement(38, 70)
def test_it_goes_at_its_time(app: Flask, editor: Client, provider: sms.MemoryTexter, stopped_clock: Clock) -> None:
    make_phone()
    path = make(editor)
    assert location(_schedule(editor, path)) == path
    page = editor.get(path).text
    assert "Goes out" in page and "2:00:00" in page and "Asia/Singapore" in page
    assert text_at(path).send_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    stopped_clock.forward(minutes=119)
    assert _look(app, path).state == "draft"
    stopped_clock.forward(minutes=1)
    assert _look(app, path).state == "running"
    run(app)
    assert _look(app, path).state == "finished" and len(provider.texts) == 1


@pytest.mark.requirement(38)
@pytest.mark.parametrize(("minutes", "state", "because"), [(60, "running", None), (61, "draft", "late")])
def test_what_missed_its_time_asks(
    app: Flask, editor: Client, stopped_clock: Clock, minutes: int, state: str, because: str | None
) -> None:
    make_phone()
    path = make(editor)
    _schedule(editor, path)
    stopped_clock.forward(minutes=120 + minutes)
    text = _look(app, path)
    assert (text.state, text.because) == (state, because)
    assert len(_asked(app, path)) == bool(because)
    if because:
        assert "does not go by itself any more" in editor.get(path).text
        assert location(editor.post(f"{path}/deeds", data={"do": "start"})) == path
        assert (text_at(path).state, text_at(path).because) == ("running", None)


@pytest.mark.requirement(38)
def test_what_nobody_would_get_asks(app: Flask, editor: Client, stopped_clock: Clock) -> None:
    path = make(editor)
    _schedule(editor, path)
    stopped_clock.forward(hours=2)
    text = _look(app, path)
    assert (text.state, text.because) == ("draft", "nobody")
    _look(app, path)
    (message,) = _asked(app, path)
    assert message.subject == "“Sale” was due and did not go" and "Nobody would have got it" in message.text


@pytest.mark.requirement(38)
def test_what_was_answered_meanwhile_is_not_asked(app: Flask, editor: Client, stopped_clock: Clock) -> None:
    path = make(editor)
    _schedule(editor, path)
    stopped_clock.forward(hours=2)
    campaigns.come_due(text_at(path).id, clock.now())
    assert campaigns.unschedule(text_at(path))
    db.session.commit()
    tasks.drain(app)
    assert not _asked(app, path)


@pytest.mark.requirement(38)
def test_one_that_fails_stops_no_other(
    app: Flask, editor: Client, stopped_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_phone()
    paths = [make(editor) for _ in range(2)]
    for path in paths:
        _schedule(editor, path)
    bad, real = text_at(paths[0]).id, campaigns.start

    def start(text: TextCampaign, *said: Any, **named: Any) -> Any:
        if text.id == bad:
            raise ArithmeticError
        return real(text, *said, **named)

    monkeypatch.setattr(campaigns, "start", start)
    stopped_clock.forward(hours=2)
    assert _look(app, paths[1]).state == "running"
    assert (text_at(paths[0]).state, text_at(paths[0]).because) == ("draft", "fault")
    assert "something went wrong here" in editor.get(paths[0]).text
    (message,) = _asked(app, paths[0])
    assert "something went wrong here" in message.text and not _asked(app, paths[1])


@pytest.mark.requirement(38)
@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"send_at": "2026-11-23T11:59"}, 409),
        ({"send_at": "2027-03-28T02:30", "time_zone": "Europe/Berlin"}, 422),
        ({"send_at": "tomorrow"}, 422),
        ({"time_zone": "Mars/Olympus"}, 422),
        ({"version": "2"}, 409),
        ({"version": ""}, 422),
    ],
)
def test_odd_times_are_refused(editor: Client, data: dict[str, str], status: int) -> None:
    path = make(editor)
    assert _schedule(editor, path, **data).status_code == status
    assert text_at(path).send_at is None


@pytest.mark.requirement(38)
def test_what_waits_is_not_changed_and_can_be_taken_back(app: Flask, editor: Client, stopped_clock: Clock) -> None:
    make_phone()
    path = make(editor)
    _schedule(editor, path)
    given = {"title": "Other", "body": "Hats.", "purpose": "our_news", "version": "1"}
    assert editor.post(path, data=given).status_code == 409
    assert _schedule(editor, path).status_code == 409
    assert location(editor.post(f"{path}/deeds", data={"do": "unschedule"})) == path
    assert editor.post(f"{path}/deeds", data={"do": "unschedule"}).status_code == 409
    stopped_clock.forward(hours=2)
    assert _look(app, path).state == "draft"
    assert location(editor.post(path, data=given)) == path


@pytest.mark.requirement(40)
@pytest.mark.parametrize(("hours", "because"), [(1, "restored"), (2, None)])
def test_an_older_database_starts_nothing_soon(editor: Client, hours: int, because: str | None) -> None:
    path = make(editor)
    campaigns.schedule(text_at(path), clock.now() + timedelta(hours=hours), "UTC", version=1, now=clock.now())
    campaigns.hold_everything(clock.now())
    assert text_at(path).because == because
