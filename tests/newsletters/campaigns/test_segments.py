"""Whom campaigns go to: rules that we know, the consent that some of them need, and counts that are what is sent."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.community import services as community
from clozette.kernel import clock, ids
from clozette.looks.services import loves
from clozette.newsletters.campaigns import personal, recipients, rendering, segments, slots
from clozette.newsletters.campaigns.models import Campaign, Segment
from clozette.newsletters.sending import services as sending
from clozette.newsletters.sending import snapshot
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.sending.values import Recipient
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact, Newsletter
from clozette.privacy import consents
from tests.factories.accounts import make_member, sign_in
from tests.factories.closets import make_item
from tests.factories.looks import make_look
from tests.factories.newsletters import make_campaign, make_contact, make_newsletter, make_subscription
from tests.support.client import Client


def rule(field: str, value: str, way: str = "is") -> dict[str, str]:
    return {"field": field, "is": way, "value": value}


def getting(db_session: orm.Session, campaign: Campaign) -> set[int]:
    db_session.flush()
    found = {row[0] for row in db_session.execute(recipients.select_for(campaign))}
    assert recipients.counts(campaign).getting == len(found)
    return found


def reader(newsletter: Newsletter, **columns) -> Contact:
    contact = make_contact(**columns)
    make_subscription(newsletter, contact)
    return contact


def member_reader(newsletter: Newsletter, handle: str, *, agreed: bool = True) -> tuple[Contact, Member]:
    member = make_member(handle)
    contact = make_contact(member.email)
    make_subscription(newsletter, contact)
    assert contact.subject_id == member.subject_id
    if agreed:
        consents.answer(member.subject_id, "personalisation", "site", "given", now=clock.now(), method="form:test")
    return contact, member


@pytest.mark.requirement(36)
def test_what_is_counted_is_what_is_sent(db_session: orm.Session, newsletter: Newsletter) -> None:
    kept = [reader(newsletter, locale="en") for _ in range(3)]
    reader(newsletter, locale="id")
    for state in ("pending", "unsubscribed", "bounced"):
        make_subscription(newsletter, make_contact(locale="en"), state=state)
    suppressed, withdrawn = reader(newsletter, locale="en"), reader(newsletter, locale="en")
    services.suppress(suppressed, "staff", source="staff", now=clock.now())
    purpose = services.purpose_for(newsletter.id)
    consents.answer(
        withdrawn.subject_id, purpose, "email", "withdrawn", now=clock.now(), method="form:test", point="CP8"
    )
    reader(make_newsletter("other"), locale="en")
    campaign = make_campaign(newsletter, rules=[rule("language", "en")])
    counts = recipients.counts(campaign)
    assert getting(db_session, campaign) == {contact.id for contact in kept}
    assert sum(counts.not_getting.values()) == 5
    assert counts.chosen == 8
    assert counts.not_getting["suppressed"] == 1
    sending.start(campaign, clock.now())
    while snapshot.fill(campaign.id, clock.now()):
        pass
    sent = set(db_session.scalars(sa.select(Sending.contact_id)))
    assert sent == {contact.id for contact in kept}


@pytest.mark.requirement(36)
def test_fields_of_the_contact(db_session: orm.Session, newsletter: Newsletter) -> None:
    german = reader(newsletter, country="DE", locale="en")
    unknown = reader(newsletter, country=None, locale="id")
    other = make_newsletter("other", edition="clozette.co.id")
    make_subscription(other, german)
    campaign = make_campaign(newsletter)
    for rules, expected in (
        ([rule("country", "DE")], {german.id}),
        ([rule("country", "DE", "not")], {unknown.id}),
        ([rule("language", "id")], {unknown.id}),
        ([rule("newsletter", ids.encode(other.id))], {german.id}),
        ([rule("newsletter", ids.encode(other.id), "not")], {unknown.id}),
        ([rule("edition", "clozette.co.id")], {german.id}),
        ([rule("member", "yes")], set()),
        ([rule("member", "yes", "not")], {german.id, unknown.id}),
        ([rule("since", "7")], {german.id, unknown.id}),
        ([rule("since", "7", "not")], set()),
        ([rule("language", "en"), rule("country", "DE", "not")], set()),
        ([], {german.id, unknown.id}),
    ):
        campaign.rules = rules
        assert getting(db_session, campaign) == expected, rules


@pytest.mark.requirement(36)
@pytest.mark.parametrize("way", ["is", "not"])
def test_what_members_do_counts_only_where_they_agreed(
    db_session: orm.Session, app: Flask, newsletter: Newsletter, way: str
) -> None:
    does, member = member_reader(newsletter, "does")
    idle, _ = member_reader(newsletter, "idle")
    silent, hidden = member_reader(newsletter, "silent", agreed=False)
    tagged = make_look(make_member("author"), caption="A #Raincoat")
    for one in (member, hidden):
        sign_in(app.test_client(), one)
        make_look(one)
        make_item(one, category="shoes", brand="Ganni")
        loves.love(tagged.id, one.id, now=clock.now())
    campaign = make_campaign(newsletter)
    expected = {does.id} if way == "is" else {idle.id}
    for field, value in (
        ("active", "30"),
        ("published", "30"),
        ("interest", "#raincoat"),
        ("category", "shoes"),
        ("brand", "GANNI"),
    ):
        campaign.rules = [rule(field, value, way)]
        assert getting(db_session, campaign) == expected, field
    assert silent.id not in expected


@pytest.mark.requirement(36)
@pytest.mark.parametrize(
    "wrong",
    [
        rule("sql", "1 OR 1=1"),
        rule("language", "'; DROP TABLE"),
        rule("country", "XX"),
        rule("active", "3000"),
        rule("language", "en", "maybe"),
        rule("newsletter", "zzz"),
        rule("brand", "x" * 61),
        rule("brand", ""),
        {},
    ],
)
def test_a_rule_that_we_do_not_know_is_refused(db_session: orm.Session, newsletter: Newsletter, wrong: dict) -> None:
    with pytest.raises(segments.BadRule):
        segments.conditions([wrong])
    with pytest.raises(segments.BadRule):
        segments.conditions([rule("language", "en")] * 11)


@pytest.mark.requirement(36)
def test_a_choice_is_made_and_kept_in_the_browser(
    client: Client, editor: Member, newsletter: Newsletter, db_session: orm.Session
) -> None:
    reader(newsletter, locale="en")
    reader(newsletter, locale="id")
    one, two = make_campaign(newsletter), make_campaign(newsletter)
    path = "/marketing/campaigns/{}/readers"
    page = client.get(path.format(ids.encode(one.id)))
    assert '<strong class="audience__number">2</strong>' in page.text
    typed = {"is_language": "id", "is_brand": "Ganni", "not_brand": "true", "name": "Readers of Indonesian"}
    assert client.post(path.format(ids.encode(one.id)), data=typed).status_code == 303
    db_session.expire_all()
    assert one.rules == [rule("language", "id"), rule("brand", "Ganni", "not")]
    (segment,) = db_session.scalars(sa.select(Segment))
    assert client.post(path.format(ids.encode(two.id)), data={"saved": ids.encode(segment.id)}).status_code == 303
    db_session.expire_all()
    assert two.rules == one.rules
    assert client.post(path.format(ids.encode(two.id)), data=typed).status_code == 409
    assert client.post(path.format(ids.encode(two.id)), data={"is_language": "xx"}).status_code == 422
    assert client.post(path.format(ids.encode(two.id)), data={"is_sql": "xx"}).status_code == 422


def test_a_digest_goes_to_whom_it_has_news_for(db_session: orm.Session, newsletter: Newsletter) -> None:

    author, quiet = make_member("author"), make_member("quiet")
    fan_contact, fan = member_reader(newsletter, "fan", agreed=False)
    dull_contact, dull = member_reader(newsletter, "dull", agreed=False)
    stranger = reader(newsletter)
    community.follow(fan.id, author, now=clock.now())
    community.follow(dull.id, quiet, now=clock.now())
    public = make_look(author, caption="Public <coat>")
    followers = make_look(author, caption="Among us", visibility="followers")
    make_look(author, caption="Draft", published=False, visibility="private")
    old = make_look(quiet, caption="Old")
    old.published_at = clock.now() - timedelta(days=30)
    now = clock.now()
    campaign = make_campaign(
        newsletter,
        kind="digest",
        blocks=[{"kind": "text", "markdown": "Hi"}, {"kind": "news"}],
        since=now - timedelta(days=7),
    )
    assert getting(db_session, campaign) == {fan_contact.id}
    counts = recipients.counts(campaign)
    assert counts.not_getting == {"nothing new": 2}
    batch = [
        Recipient(one.id, 0, one.subject_id, one.address, "A", "B", "en")
        for one in (fan_contact, dull_contact, stranger)
    ]
    values = personal.values(campaign, batch)
    html, text = values[fan_contact.id]["personal:1"]
    assert "Public &lt;coat&gt;" in html
    assert "Public <coat>" in text
    assert ids.encode(followers.id) in html
    assert ids.encode(public.id) in text
    assert "Draft" not in html
    assert values[dull_contact.id] == values[stranger.id] == {}
    campaign.since = now + timedelta(minutes=1)
    assert getting(db_session, campaign) == set()


def test_a_word_for_whoever_has_no_name(db_session: orm.Session, newsletter: Newsletter) -> None:

    campaign = make_campaign(
        newsletter,
        subject_line='For {{ first_name | "you & me" }}',
        blocks=[{"kind": "text", "markdown": "{{ last_name }}"}],
    )
    batch = [Recipient(number, 0, 0, "a@example.test", name, "", "en") for number, name in enumerate(("<Ada>", ""))]
    values = personal.values(campaign, batch)
    (place,) = slots.names_in(rendering.render(campaign).subject)
    assert values[0][place] == ("&lt;Ada&gt;", "<Ada>")
    assert values[1][place] == ("you &amp; me", "you & me")
