"""The staff's page, and campaigns that go out by Mailchimp: laid once, sent once, counted."""

import dataclasses

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports.mailing_list import Declined, Later, Uncertain, key_of
from clozette.newsletters.campaigns import rules
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.mailchimp import checks, outbox
from clozette.newsletters.mailchimp import tasks as ours
from clozette.newsletters.mailchimp.models import Posting, Remote
from clozette.newsletters.sending import senders
from tests.factories.accounts import make_member, sign_in
from tests.factories.newsletters import make_campaign, make_contact, make_newsletter, make_subscription
from tests.support.client import location

PAGE = "/marketing/mailchimp"


@pytest.fixture
def addressed(app):
    """Give the site the postal address that every campaign names."""
    before = app.extensions["clozette.settings"]
    changes = {"controller_name": "Clozette", "controller_address": "1 Fashion Street, Jakarta"}
    app.extensions["clozette.settings"] = dataclasses.replace(before, **changes)
    yield
    app.extensions["clozette.settings"] = before


@pytest.fixture
def editor(client, db_session):
    sign_in(client, make_member("editor", roles=("marketing",)), second_factor=True)
    return client


@pytest.fixture
def weekly(db_session):
    return make_newsletter("weekly")


@pytest.fixture
def campaign(app, db_session, on, weekly, addressed):
    """A draft, and a subscriber whom Mailchimp knows."""
    make_subscription(weekly, make_contact("ada@example.test"))
    made = make_campaign(weekly, subject_line='Hello {{ first_name | "there" }}')
    tasks.drain(app)
    return made


def posting(db_session) -> Posting:
    db_session.expire_all()
    return db_session.scalars(sa.select(Posting)).one()


def address(campaign) -> str:
    return f"{PAGE}/campaigns/{ids.encode(campaign.id)}"


def test_who_may_see_it(client, db_session, app):
    assert location(client.get(PAGE)).startswith("/login")
    sign_in(client, make_member("somebody"))
    assert client.get(PAGE).status_code == 404


@pytest.mark.requirement(132)
def test_where_it_is_off_the_page_says_how_to_turn_it_on(editor, campaign_off):
    page = editor.get(PAGE)
    assert page.status_code == 200
    assert "CLOZETTE_MAILCHIMP_API_KEY" in page.text
    assert editor.post(f"{PAGE}/reconciliations").status_code == 404
    assert editor.post(address(campaign_off)).status_code == 404


@pytest.fixture
def campaign_off(db_session, weekly):
    return make_campaign(weekly)


@pytest.mark.requirement(131)
def test_the_report_of_a_comparison_is_shown(app, editor, on, campaign):
    on.unsubscribe(key_of("ada@example.test"))
    assert location(editor.post(f"{PAGE}/reconciliations")) == PAGE
    tasks.drain(app)
    page = editor.get(PAGE).text
    assert "1 looked at" in page
    assert "ada" not in page


@pytest.mark.requirement(109)
def test_staff_are_warned_of_what_cannot_be(app, editor, on, campaign, db_session):
    db_session.execute(sa.update(Remote).values(problem="forgotten"))
    page = editor.get(PAGE).text
    assert "erased there for good once" in page
    assert "more than unsubscribing" in page


def test_a_campaign_goes_out_once_by_mailchimp(app, editor, on, campaign, db_session):
    assert location(editor.post(address(campaign))) == PAGE
    tasks.drain(app)
    row = posting(db_session)
    assert (row.state, campaign.state) == ("made", "finished")
    letter = on.campaigns[row.remote]
    assert letter.subject == "Hello *|FNAME|*"
    assert "UNSUBSCRIBE" in letter.html
    assert "*|UNSUB|*" in letter.html
    assert "*|UNSUB|*" in letter.text
    assert "\ue000" not in letter.html + letter.text + letter.subject + letter.preview
    assert "1 Fashion Street" in letter.html
    assert on.sent == set()
    assert location(editor.post(f"{address(campaign)}/sending")) == PAGE
    tasks.drain(app)
    assert on.sent == {row.remote}
    assert editor.post(f"{address(campaign)}/sending").status_code == 409
    assert editor.post(address(campaign)).status_code == 409
    assert on.calls.count("send") == 1


def test_counts_come_back(app, editor, on, campaign, db_session):
    editor.post(address(campaign))
    tasks.drain(app)
    editor.post(f"{address(campaign)}/sending")
    tasks.drain(app)
    run(app, ours.count_by_mailchimp)
    row = posting(db_session)
    assert (row.state, row.sent, campaign.sent) == ("sent", 1, 1)
    assert "1 sent, 0 bounced" in editor.get(PAGE).text


def run(app, task) -> None:
    """Run a scheduled task as the worker does."""
    from clozette.kernel.tasks.perform import perform

    perform(app, task.name, {})


@pytest.mark.requirement(125)
@pytest.mark.parametrize("error", [Uncertain("ReadTimeout"), Later("503")])
def test_a_lost_answer_is_listed_and_asked_after_never_sent_again(
    app, editor, on, campaign, db_session, stopped_clock, error
):
    editor.post(address(campaign))
    tasks.drain(app)
    remote = posting(db_session).remote
    editor.post(f"{address(campaign)}/sending")
    on.fails = [error]
    tasks.drain(app)
    assert posting(db_session).state == "uncertain"
    assert "Nobody knows yet" in editor.get(PAGE).text
    run(app, ours.count_by_mailchimp)
    tasks.drain(app)
    assert on.calls.count("send") == 1
    on.sent.add(remote)  # it had arrived
    stopped_clock.forward(minutes=11)
    run(app, ours.count_by_mailchimp)
    assert posting(db_session).state == "sent"
    assert on.calls.count("send") == 1


@pytest.mark.requirement(125)
def test_one_that_did_not_arrive_can_be_sent_by_hand(app, editor, on, campaign, db_session, stopped_clock):
    editor.post(address(campaign))
    tasks.drain(app)
    editor.post(f"{address(campaign)}/sending")
    on.fails = [Uncertain("ReadTimeout")]
    tasks.drain(app)
    stopped_clock.forward(minutes=11)
    run(app, ours.count_by_mailchimp)
    assert posting(db_session).state == "made"
    editor.post(f"{address(campaign)}/sending")
    tasks.drain(app)
    assert posting(db_session).state == "sent"


@pytest.mark.requirement(65)
def test_nothing_is_sent_while_one_waits_who_left_since_it_was_asked_for(app, editor, on, campaign, db_session):
    editor.post(address(campaign))
    tasks.drain(app)
    editor.post(f"{address(campaign)}/sending")
    outbox_row = db_session.scalars(sa.select(Remote)).one()
    outbox_row.asked += 1
    db_session.commit()
    tasks.drain(app)
    assert (on.sent, posting(db_session).state) == (set(), "sending")
    outbox_row.done = outbox_row.asked
    db_session.commit()
    run(app, ours.count_by_mailchimp)
    assert posting(db_session).state == "sent"


def test_a_closed_newsletter_goes_no_way(app, editor, on, campaign, db_session):
    campaign.newsletter.closed_at = clock.now()
    db_session.flush()
    assert editor.post(address(campaign)).status_code == 409
    assert campaign.state == "draft"


def test_words_are_no_tags_to_mailchimp(app, editor, on, campaign, db_session):
    campaign.blocks = [{"kind": "text", "markdown": "By *|EMAIL|*, dear {{ first_name }}"}]
    db_session.flush()
    editor.post(address(campaign))
    tasks.drain(app)
    letter = on.campaigns[posting(db_session).remote]
    assert "*|EMAIL|*" not in letter.html + letter.text
    assert "dear *|FNAME|*" in letter.text


@pytest.mark.requirement(65)
def test_nothing_is_sent_while_a_leaving_waits(app, editor, on, campaign, db_session):
    editor.post(address(campaign))
    tasks.drain(app)
    outbox.mark(db_session.scalars(sa.select(Remote.contact_id)).one(), clock.now())
    answer = editor.post(f"{address(campaign)}/sending")
    assert answer.status_code == 409
    assert "have not reached Mailchimp yet" in answer.text
    tasks.drain(app)
    assert on.sent == set()


def test_what_mailchimp_refuses_is_a_draft_again(app, editor, on, campaign, db_session):
    editor.post(address(campaign))
    on.fails = [Declined("invalid")]
    tasks.drain(app)
    assert (posting(db_session).state, campaign.state) == ("refused", "draft")
    assert location(editor.post(address(campaign))) == PAGE
    tasks.drain(app)
    assert posting(db_session).state == "made"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "digest"},
        {"tracks": True},
        {"rules": [{"field": "country", "is": "is", "value": "ID"}]},
        {"state": "scheduled"},
    ],
)
def test_what_cannot_go_that_way(app, editor, on, weekly, db_session, addressed, changes):
    campaign = make_campaign(weekly, **changes)
    assert editor.post(address(campaign)).status_code == 409
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Posting)) == 0
    assert db_session.get_one(Campaign, campaign.id).state == changes.get("state", "draft")


@pytest.mark.requirement(37)
def test_what_every_mail_must_say_this_way_too(app, editor, on, weekly, db_session, addressed):
    campaign = make_campaign(make_newsletter("nobodys", reply_to=""))
    assert editor.post(address(campaign)).status_code == 409
    assert db_session.get_one(Campaign, campaign.id).state == "draft"


def test_a_campaign_over_the_wire(app, client, db_session, on_the_wire, weekly, addressed):
    sign_in(client, make_member("editor", roles=("marketing",)), second_factor=True)
    make_subscription(weekly, make_contact("ada@example.test"))
    campaign = make_campaign(weekly)
    tasks.drain(app)
    client.post(address(campaign))
    tasks.drain(app)
    client.post(f"{address(campaign)}/sending")
    tasks.drain(app)
    run(app, ours.count_by_mailchimp)
    (made,) = on_the_wire.double.state["campaigns"].values()
    assert (made["status"], made["sent"], made["tracking"]["opens"]) == ("sent", 1, False)
    assert posting(db_session).sent == 1


def test_the_doctor_sees_what_waits_too_long(app, db_session, on, weekly, stopped_clock):
    settings = dataclasses.replace(app.extensions["clozette.settings"], mailchimp_api_key="key")
    make_subscription(weekly, make_contact("ada@example.test"))
    db_session.commit()
    assert "CLOZETTE_MAILCHIMP_HOST" in checks.mailchimp(app, settings)
    stopped_clock.forward(hours=2)
    assert "1 changes wait" in checks.mailchimp(app, settings)
    assert checks.mailchimp(app, app.extensions["clozette.settings"]) == ""


def ask_to_send(app, editor, campaign) -> None:
    """Lay a campaign before Mailchimp and press "Send it", with no worker after that."""
    editor.post(address(campaign))
    tasks.drain(app)
    editor.post(f"{address(campaign)}/sending")


@pytest.mark.requirement(38)
@pytest.mark.parametrize(("late", "after"), [(0, "sent"), (1, "made")])
def test_what_was_left_to_be_sent_asks_when_the_worker_is_back(
    app, editor, on, campaign, db_session, stopped_clock, late, after
):
    ask_to_send(app, editor, campaign)
    app.extensions["clozette.outbox"].clear()
    stopped_clock.forward(seconds=rules.GRACE.total_seconds() + late)
    run(app, ours.count_by_mailchimp)
    tasks.drain(app)
    run(app, ours.count_by_mailchimp)
    tasks.drain(app)
    assert (posting(db_session).state, on.calls.count("send")) == (after, 1 - late)
    mails = app.extensions["clozette.outbox"].messages
    assert [PAGE in mail.text for mail in mails] == [True] * late


@pytest.mark.requirement(38)
def test_a_late_one_goes_when_staff_say_so(app, client, editor, on, campaign, db_session, stopped_clock):
    ask_to_send(app, editor, campaign)
    stopped_clock.forward(hours=2)
    run(app, ours.count_by_mailchimp)
    sign_in(client, make_member("editor2", roles=("marketing",)), second_factor=True)
    assert "does not go by itself any more" in client.get(PAGE).text
    assert location(client.post(f"{address(campaign)}/sending")) == PAGE
    tasks.drain(app)
    assert (posting(db_session).state, posting(db_session).problem) == ("sent", None)
    assert on.calls.count("send") == 1


@pytest.mark.requirement(38, 125)
def test_a_database_put_back_sends_nothing_that_went_out(app, editor, on, campaign, db_session, stopped_clock):
    ask_to_send(app, editor, campaign)
    on.sent.add(posting(db_session).remote)  # it went out since the backup
    senders.hold_everything(clock.now())
    db_session.commit()
    tasks.drain(app)
    assert posting(db_session).state == "uncertain"
    db_session.commit()
    stopped_clock.forward(minutes=11)
    run(app, ours.count_by_mailchimp)
    assert (posting(db_session).state, on.calls.count("send")) == ("sent", 0)
