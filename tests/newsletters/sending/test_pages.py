"""Staff look after a campaign under way: pages, commands, and what is looked at before it starts."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports.bulk_mail import MemoryPost, Outcome
from clozette.kernel.refusal import Refused
from clozette.newsletters.sending import checks, dkim, preflight, services
from clozette.newsletters.sending.models import Sending
from tests.factories.accounts import make_member, sign_in
from tests.factories.newsletters import make_campaign, make_newsletter, make_subscription
from tests.newsletters.sending.conftest import Run
from tests.support.client import Client, location

Runs = Callable[..., Run]


@pytest.fixture
def path(run: Runs, marketing: Client, db_session: orm.Session) -> tuple[Run, str]:
    going = run(3)
    db_session.commit()
    return going, f"/marketing/campaigns/{ids.encode(going.campaign.id)}"


@pytest.fixture
def marketing(client: Client, db_session: orm.Session) -> Client:
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    return client


@pytest.mark.requirement(41)
def test_pause_and_resume_by_the_page(path: tuple[Run, str], marketing: Client) -> None:
    going, address = path
    assert location(marketing.post(f"{address}/pause")) == f"{address}/sending"
    assert marketing.post(f"{address}/pause").status_code == 409
    going.turn()
    assert going.got() == []
    assert "Go on" in marketing.get(f"{address}/sending").text
    assert marketing.post(f"{address}/resumption").status_code == 303
    assert marketing.post(f"{address}/resumption").status_code == 409
    going.turn()
    assert len(going.got()) == 3 and going.campaign.state == "finished"


def test_an_ended_campaign_goes_to_nobody_else(path: tuple[Run, str], marketing: Client) -> None:
    going, address = path
    going.post.answer = lambda letter: Outcome(451, "4.3.0", "end")
    going.turn()
    marketing.post(f"{address}/pause")
    assert marketing.post(f"{address}/end").status_code == 303
    going.turn()
    assert going.states() == ["skipped"] * 3
    assert (going.campaign.state, going.campaign.skipped) == ("finished", 3)


@pytest.mark.requirement(40)
def test_what_is_in_doubt_is_listed_and_settled(path: tuple[Run, str], marketing: Client) -> None:
    going, address = path
    going.post.answer = lambda letter: Outcome(0)
    going.turn()
    first, second, _third = going.subscriptions
    page = marketing.get(f"{address}/uncertain").text
    assert page.count("@news.clozette.test") == 3 and first.contact.address not in page
    form = {"contact": ids.encode(first.contact_id), "outcome": "sent"}
    assert marketing.post(f"{address}/uncertain", data=form).status_code == 303
    assert marketing.post(f"{address}/uncertain", data=form).status_code == 409
    assert marketing.post(f"{address}/uncertain", data={**form, "outcome": "lost"}).status_code == 422
    again = {"contact": ids.encode(second.contact_id), "outcome": "queued"}
    assert marketing.post(f"{address}/uncertain", data=again).status_code == 303
    going.post.answer = lambda letter: Outcome(250)
    going.turn()
    assert going.states() == ["sent", "sent", "uncertain"]
    assert (going.campaign.sent, going.campaign.uncertain) == (2, 1)


@pytest.fixture
def addressed(app: Flask) -> None:
    settings = app.extensions["clozette.settings"]
    app.extensions["clozette.settings"] = replace(settings, controller_name="C", controller_address="1 Street, Town")
    yield  # type: ignore[misc]
    app.extensions["clozette.settings"] = settings


def test_starting_compiles_queues_and_happens_once(
    app: Flask, addressed: None, db_session: orm.Session, run: Runs
) -> None:
    newsletter = make_newsletter()
    subscription = make_subscription(newsletter)
    campaign = make_campaign(newsletter)
    services.start(campaign, clock.now())
    assert campaign.state == "queueing" and campaign.started_at is not None
    with pytest.raises(Refused):
        services.start(campaign, clock.now())
    going = run(0)
    going.turn()
    (letter,) = [one for one in going.post.letters if one.recipient == subscription.contact.address]
    assert b"UNSUBSCRIBE" in letter.data and b"1 Street, Town" in letter.data
    assert campaign.state == "finished"


def test_a_test_goes_to_the_staff_alone(app: Flask, addressed: None, db_session: orm.Session, post: MemoryPost) -> None:
    campaign = make_campaign(make_newsletter())
    staff, other = make_member(roles=("marketing",)), make_member()
    with pytest.raises(Refused):
        services.send_test(campaign, other.email)
    services.send_test(campaign, staff.email)
    tasks.drain(app)
    (letter,) = post.letters
    assert letter.recipient == staff.email and b"Subject: [Test] What people wear" in letter.data


@pytest.mark.requirement(53)
def test_preflight_stops_what_would_not_arrive(app: Flask, addressed: None, db_session: orm.Session) -> None:
    campaign = make_campaign(make_newsletter())
    settings = app.extensions["clozette.settings"]

    def found(**changes: str) -> dict[str, str]:
        app.extensions["clozette.settings"] = replace(settings, controller_address="1 Street, Town", **changes)
        return {one.what: one.level for one in preflight.check(campaign)}

    key = dkim.new_key().decode()
    assert set(found(dkim_domain="news.clozette.test", dkim_key=key).values()) == {"green"}
    assert set(found().values()) == {"amber", "green"}  # nothing is looked up for a domain that can not exist
    assert "red" in found(dkim_domain="news.clozette.test", dkim_key="/nowhere").values()
    assert "red" in found(dkim_domain="other.test", dkim_key=key).values()
    assert "red" in found(base_url="http://localhost").values()
    assert "red" in found(feedback_id="no").values()
    assert "amber" in found(dkim_domain="news.clozette.test", dkim_key=key, bounce_domain="else.test").values()
    found(feedback_id="no")
    with pytest.raises(Refused):
        services.start(campaign, clock.now())
    assert campaign.state == "draft"


def test_the_doctor_says_what_is_wrong(app: Flask, tmp_path: object) -> None:
    settings = app.extensions["clozette.settings"]
    assert checks.sending(app, settings) == ""
    bad = replace(settings, news_limits="all=fast", dkim_domain="other.test", dkim_key="/nowhere")
    said = checks.sending(app, bad)
    assert all(name in said for name in ("NEWS_LIMITS", "DKIM_KEY", "NEWS_FROM"))


@pytest.mark.requirement(44, 49)
def test_what_comes_after_is_noted_once(run: Runs, db_session: orm.Session) -> None:
    going = run(1)
    going.turn()
    contact_id, now = going.subscriptions[0].contact_id, clock.now()
    for note in (services.complained, services.unsubscribed):
        assert note(going.campaign.id, contact_id, now) and not note(going.campaign.id, contact_id, now)
    assert services.bounced(going.campaign.id, contact_id, "5.1.1", now)
    assert not services.bounced(going.campaign.id, contact_id, "5.2.1", now)
    row = db_session.get_one(Sending, (going.campaign.id, contact_id), populate_existing=True)
    assert (row.state, row.reason, row.complained_at, row.unsubscribed_at) == ("sent", "5.1.1", now, now)
