"""What came of the ways a campaign was tried: exact counts for each arm, of how many readers, and what may be chance."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import orm

from clozette.kernel import clock, plots
from clozette.newsletters.campaigns.models import Arm, Campaign
from clozette.newsletters.reports import figures, tallies, tasks, trials
from clozette.newsletters.reports.models import PICTURE, Touch
from clozette.newsletters.reports.rules import compare
from clozette.newsletters.reports.tracking import PURPOSE
from clozette.newsletters.sending import services as sending
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import services
from clozette.privacy import consents
from clozette.privacy.events import ConsentEnded
from tests.factories.newsletters import make_campaign
from tests.newsletters.reports.conftest import BROWSER, Sent, agree
from tests.newsletters.reports.test_figures import path, rows
from tests.support.client import Client

Send = Callable[..., Sent]
Lines = dict[str, list[tuple[int, int]]]


@pytest.fixture
def tried(send: Send, db_session: orm.Session) -> Sent:
    """A campaign that went to seven, the first five of whom agreed to be counted: a a b b b, and two who wait."""
    sent = send(7, 5)
    for letter in ("a", "b"):
        db_session.add(Arm(campaign_id=sent.campaign.id, letter=letter, subject_line=f"Subject {letter}"))
    for one, letter in zip(sent.subscriptions, ("a", "a", "b", "b", "b", "", ""), strict=True):
        db_session.get_one(Sending, (sent.campaign.id, one.contact_id)).letter = letter
    sent.campaign.test_percent, sent.campaign.state = 20, "running"
    db_session.commit()
    return sent


def lines(campaign: Campaign) -> Lines:
    """Return every figure of a campaign's arms: a, b, and everybody else."""
    figures._DETAILS.clear()
    trial = trials.of(campaign, figures.details(figures.of(campaign), clock.now()).arms)
    assert trial is not None and [way.letter for way in trial.ways] == ["a", "b", ""]
    return {line.name: list(line.shares) for line in trial.lines}


def live(sent: Sent, stranger: Client) -> None:
    """Let the mails be opened, followed, sent back and complained about."""
    first, second, third, fourth, fifth, sixth, _seventh = sent.subscriptions
    for one in (first, third, fourth):
        stranger.get(sent.picture(one), headers=BROWSER)
    stranger.get(sent.links(third)[0], headers=BROWSER)
    stranger.get(sent.links(fifth)[0], headers={"User-Agent": "curl/8"})
    campaign_id, now = sent.campaign.id, clock.now()
    sending.bounced(campaign_id, second.contact_id, "5.2.1", now)
    sending.complained(campaign_id, third.contact_id, now)
    sending.unsubscribed(campaign_id, fourth.contact_id, now)
    sending.unsubscribed(campaign_id, sixth.contact_id, now)


WANTED = {
    "sent": [(2, 2), (3, 3), (2, 2)],
    "delivered": [(1, 2), (3, 3), (2, 2)],
    "bounced": [(1, 2), (0, 3), (0, 2)],
    "complained": [(0, 2), (1, 3), (0, 2)],
    "unsubscribed": [(0, 2), (1, 3), (1, 2)],
    "opened": [(1, 2), (2, 3), (0, 0)],
    "clicked": [(0, 2), (1, 3), (0, 0)],
}


@pytest.mark.requirement(49, 50)
def test_each_arm_is_counted_exactly(
    tried: Sent, editor: Client, stranger: Client, db_session: orm.Session, stopped_clock: object
) -> None:
    stopped_clock.forward(minutes=10)  # type: ignore[attr-defined]
    live(tried, stranger)
    db_session.expire_all()
    assert lines(tried.campaign) == WANTED
    answer = editor.get(path(tried.campaign))
    assert answer.status_code == 200
    assert re.search(r"Opened it</th>\s*<td[^>]*>1 of 2 .*?</td>\s*<td[^>]*>2 of 3 ", answer.text)
    assert re.search(r"Requests of programs, not counted</th>\s*<td[^>]*>0</td>\s*<td[^>]*>1</td>", answer.text)
    assert "Too few to tell anything" in answer.text and "A</dt><dd>Subject a" in answer.text
    table = rows(editor, f"{path(tried.campaign)}.csv")
    for line in (["arm a", "bounced", "1"], ["arm b", "opened", "2"], ["arm b", "machines", "1"]):
        assert line in table
    assert ["everybody else", "unsubscribed", "1"] in table and ["arm b", "agreed to be counted", "3"] in table


@pytest.mark.requirement(49, 50)
def test_who_goes_stays_in_the_numbers_of_their_arm(
    tried: Sent, stranger: Client, db_session: orm.Session, stopped_clock: object
) -> None:
    stopped_clock.forward(minutes=10)  # type: ignore[attr-defined]
    live(tried, stranger)
    now, subscriptions = clock.now(), tried.subscriptions
    for one in subscriptions[:3]:
        services.delete_contact(one.contact_id)
    for one in subscriptions[3:5]:
        consents.answer(one.contact.subject_id, PURPOSE, "email", "withdrawn", now=now, method="form:test")
    db_session.commit()
    assert lines(tried.campaign) == WANTED
    agree(subscriptions[3])  # whoever agrees again is not counted twice
    consents.answer(subscriptions[3].contact.subject_id, PURPOSE, "email", "withdrawn", now=now, method="form:test")
    services.delete_contact(subscriptions[3].contact_id)
    assert lines(tried.campaign) == WANTED


@pytest.mark.requirement(49, 50)
def test_a_yes_that_is_said_again_and_a_no_that_is_heard_twice_count_once(
    tried: Sent, stranger: Client, db_session: orm.Session, stopped_clock: object
) -> None:
    stopped_clock.forward(minutes=10)  # type: ignore[attr-defined]
    live(tried, stranger)
    for one in tried.subscriptions[:5]:
        agree(one)
    assert lines(tried.campaign) == WANTED
    for one in tried.subscriptions[:5]:
        subject_id, said = one.contact.subject_id, {"now": clock.now(), "method": "form:test"}
        for _ in range(2):
            entry = consents.answer(subject_id, PURPOSE, "email", "withdrawn", **said)  # type: ignore[arg-type]
        tallies.forget_touches(ConsentEnded(subject_id, entry.id))  # two at once, who both found that it stood
    assert lines(tried.campaign) == WANTED


@pytest.mark.requirement(49)
@pytest.mark.parametrize("deed", ["withdrawn", "deleted"])
def test_counts_are_locked_all_at_once(
    tried: Sent, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    """Whoever locks some, and then more of them, may wait for somebody who waits for them."""
    reader = tried.subscriptions[0].contact
    for _ in range(2):
        plain = make_campaign(tried.campaign.newsletter, state="finished")
        db_session.add(Touch(campaign_id=plain.id, contact_id=reader.id, number=PICTURE, second=1, at=clock.now()))
    locked: list[set[int]] = []
    real = tallies._lock
    monkeypatch.setattr(tallies, "_lock", lambda which: (locked.append(set(which)), real(which)))
    if deed == "deleted":
        services.delete_contact(reader.id)
    else:
        consents.answer(reader.subject_id, PURPOSE, "email", "withdrawn", now=clock.now(), method="form:test")
    assert len(locked) == 2 and locked[1] <= locked[0]


@pytest.mark.requirement(49, 50)
def test_what_was_opened_is_forgotten_and_its_number_stays(
    tried: Sent, stranger: Client, db_session: orm.Session, stopped_clock: object
) -> None:
    stopped_clock.forward(minutes=10)  # type: ignore[attr-defined]
    live(tried, stranger)
    stopped_clock.forward(days=91)  # type: ignore[attr-defined]
    for _ in range(2):
        tasks.sweep_touches()
    db_session.commit()
    assert lines(tried.campaign) == WANTED


@pytest.mark.requirement(50)
def test_the_winner_is_chosen_on_the_report(tried: Sent, editor: Client, db_session: orm.Session) -> None:
    here = path(tried.campaign)
    assert 'name="back" value="report"' in editor.get(here).text
    chosen = here.replace("/report", "/winner")
    answer = editor.post(chosen, data={"letter": "b", "back": "report"})
    assert (answer.status_code, answer.location) == (303, here)
    assert editor.post(chosen, data={"letter": "a", "back": "report"}).status_code == 409
    assert editor.post(chosen, data={"letter": "a", "back": "//evil.test"}).status_code == 422
    page = editor.get(here).text
    assert "everybody else gets this one" in page and 'name="back"' not in page
    db_session.refresh(tried.campaign)
    assert tried.campaign.winner == "b"


@pytest.mark.requirement(50)
def test_without_counting_nothing_is_said_of_opens(tried: Sent, editor: Client, db_session: orm.Session) -> None:
    tried.campaign.tracks = False
    db_session.commit()
    assert "opened" not in lines(tried.campaign)
    assert "Opened it" not in editor.get(path(tried.campaign)).text


@pytest.mark.requirement(50)
@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ((0, 0), (5, 10), "few"),
        ((0, 1000), (0, 1000), "few"),
        ((3, 10), (9, 10), "few"),
        ((100, 1000), (110, 1000), "same"),
        ((100, 1000), (140, 1000), "second"),
        ((140, 1000), (100, 1000), "first"),
        ((1000, 1000), (1000, 1000), "few"),
        # z = 1.91 and 2.05, on either side of 1.96
        ((30, 100), (43, 100), "same"),
        ((30, 100), (44, 100), "second"),
    ],
)
def test_a_difference_is_told_from_chance(first: tuple[int, int], second: tuple[int, int], verdict: str) -> None:
    assert compare(first, second) == verdict


def test_bars_are_as_long_as_their_shares() -> None:
    assert plots.pairs([(5, 10), (10, 40)]) == [600, 300]
    assert plots.pairs([(0, 10), (0, 0)]) == [0, 0] and plots.pairs([]) == []
