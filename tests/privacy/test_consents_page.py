"""My consents: seen, given and taken back by one button each, with receipts that prove themselves."""

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.privacy import consents, disclosures, notices, purposes, receipts
from clozette.privacy.disclosures.models import Telling
from clozette.privacy.models import LedgerEntry
from clozette.privacy.tree import heads
from tests.factories import accounts
from tests.privacy.conftest import place

HERE = "/privacy/consents"


@pytest.fixture
def member(client, db_session):
    made = accounts.make_member("ada")
    accounts.sign_in(client, made)
    return made


def form_for(client, purpose, channel="email"):
    """Return the hidden fields of one purpose's form on the page."""
    page = client.get(HERE).text
    (form,) = re.findall(rf'<form[^>]*data-purpose="{purpose}".*?</form>', page, re.DOTALL)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    assert (fields["purpose"], fields["channel"]) == (purpose, channel)
    del fields["csrf_token"]  # the client brings its own
    fields["action"] = re.search(r'name="action" value="([^"]+)"', form)[1]
    return fields


def entries(member):
    found = db.session.scalars(sa.select(LedgerEntry).where(LedgerEntry.subject_id == member.subject_id))
    return sorted(found, key=lambda entry: entry.id)


@pytest.mark.requirement(3, 5, 6)
def test_a_fresh_page_asks_for_everything_apart_and_nothing_is_on(client, member):
    page = client.get(HERE).text
    assert not re.search(r"<input[^>]*type=.checkbox", page)
    asked = re.findall(r'<form[^>]*data-purpose="([^"]+)"', page)
    assert asked == ["our_news", "partner_offers", "research", "newsletter_tracking"]
    assert consents.current(member.subject_id) == {}


@pytest.mark.requirement(2, 15, 16)
def test_a_yes_keeps_what_was_shown_and_what_was_answered_apart(client, member):
    answer = client.post(HERE, data=form_for(client, "our_news"))
    assert (answer.status_code, answer.location) == (303, HERE)
    served, given = entries(member)
    assert (served.action, served.purpose, given.action, given.purpose) == ("served", None, "given", "our_news")
    assert given.served_id == served.id
    assert served.at <= given.at
    assert (given.point, given.channel, given.method, given.surface) == ("CP5", "email", "form:consents", HERE)
    assert given.received_at is not None and given.basis == "consent" and given.actor == "subject"
    assert consents.stands(member.subject_id, "our_news", "email") == given.id
    assert consents.stands(member.subject_id, "partner_offers", "email") is None
    with client.application.test_request_context():
        offered = [("our_news", "email")]
        assert receipts.of(served)["entry"]["wording"] == notices.wording("CP5", offered)
        assert receipts.of(given)["entry"]["wording"] == purposes.wording("our_news", "email")


@pytest.mark.requirement(21)
def test_taking_back_is_one_click_like_giving_and_counts_at_once(client, member):
    giving = form_for(client, "our_news")
    client.post(HERE, data=giving)
    taking = form_for(client, "our_news")
    assert (giving["action"], taking["action"]) == ("given", "withdrawn")
    assert client.post(HERE, data=taking).status_code == 303
    assert consents.stands(member.subject_id, "our_news", "email") is None


@pytest.mark.requirement(16)
def test_looking_writes_nothing(client, member):
    client.get(HERE)
    assert entries(member) == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"_notice": ""}, 409),
        ({"_notice": "forged"}, 409),
        ({"purpose": "partner_offers"}, 409),
        ({"purpose": "nonsense"}, 409),
        ({"channel": "pigeon"}, 409),
        ({"purpose": "sponsor:081234567890", "channel": "site"}, 409),
        ({"purpose": "sponsor:ABC", "channel": "site"}, 409),
        ({"purpose": "sponsor:ABC", "channel": "email"}, 409),
        ({"purpose": "sponsor:081234567890", "channel": "site", "action": "refused"}, 409),
        ({"purpose": "sponsor:81234567890", "channel": "site", "action": "withdrawn"}, 409),
        ({"action": "served"}, 422),
        ({"purpose": ""}, 422),
    ],
)
def test_a_yes_without_its_words_does_not_count(client, member, change, status):
    fields = {**form_for(client, "our_news"), **change}
    assert client.post(HERE, data=fields).status_code == status
    assert entries(member) == []


def test_a_notice_of_last_week_does_not_count(client, member, stopped_clock):
    fields = form_for(client, "our_news")
    with client.application.test_request_context():
        stopped_clock.stop(clock.now() + timedelta(days=8))
        accounts.sign_in(client, member)
    assert client.post(HERE, data=fields).status_code == 409


@pytest.mark.requirement(21)
@pytest.mark.parametrize("action", ["refused", "withdrawn"])
@pytest.mark.parametrize("notice", ["", "forged", "of another point"])
def test_no_notice_stands_in_the_way_of_a_no(client, member, action, notice):
    client.post(HERE, data=form_for(client, "our_news"))
    head = {"Authorization": f"Bearer {_token(member)}"}
    with client.application.test_request_context():
        stamp = notices.stamp("CP1") if notice.startswith("of") else notice
    said = {"purpose": "our_news", "channel": "email", "action": action}
    assert client.post(HERE, data={**said, "_notice": stamp}).status_code == 303
    assert consents.current(member.subject_id)["our_news", "email"].action == action
    assert client.post("/api/v1/consents", json={**said, "notice": stamp}, headers=head).status_code == 200


@pytest.mark.requirement(18)
def test_programs_get_no_text_of_people_into_the_ledger(client, member):
    head = {"Authorization": f"Bearer {_token(member)}"}
    for purpose in ("sponsor:081234567890", "sponsor:81234567890", "sponsor:ABC", "sponsor:", "nonsense"):
        for action in ("given", "refused", "withdrawn"):
            said = {"purpose": purpose, "channel": "site", "action": action}
            assert client.post("/api/v1/consents", json=said, headers=head).status_code == 409
    assert entries(member) == []


@pytest.mark.requirement(22, 23)
def test_a_receipt_shows_the_words_and_proves_itself(client, member):
    client.post(HERE, data=form_for(client, "our_news"), headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140"})
    entry = entries(member)[-1]
    entry_id = ids.encode(entry.id)
    db.session.rollback()
    place()
    heads.publish(clock.now())
    page = client.get(f"{HERE}/{entry_id}")
    assert page.status_code == 200 and "We may tell you about what is new" in page.text and "number 2 of 2" in page.text
    file = client.get(f"{HERE}/{entry_id}/receipt.json")
    assert file.headers["Content-Disposition"] == f'attachment; filename="receipt-{entry_id}.json"'
    receipt = json.loads(file.text)
    assert (receipt["version"], receipt["consentReceiptID"]) == ("KI-CR-v1.1.0", entry_id)
    assert receipt["services"][0]["purposes"][0]["thirdPartyDisclosure"] is False
    assert receipt["proof"]["head"]["size"] == 2
    asked = (member.subject_id, "our_news", "email")
    standing = receipts.standing_at(*asked, clock.now())
    assert standing is not None and receipts.of(standing)["consentReceiptID"] == entry_id
    assert receipts.standing_at(*asked, clock.now() - timedelta(hours=1)) is None


def test_a_receipt_is_nobody_elses(client, member):
    client.post(HERE, data=form_for(client, "our_news"))
    entry_id = ids.encode(entries(member)[-1].id)
    db.session.rollback()
    other = client.application.test_client()
    accounts.sign_in(other, accounts.make_member("eve"))
    db.session.commit()
    assert other.get(f"{HERE}/{entry_id}").status_code == 404
    assert other.get(f"{HERE}/{entry_id}/receipt.json").status_code == 404


def test_programs_answer_in_the_same_way(client, member):
    token = _token(member)
    head = {"Authorization": f"Bearer {token}"}
    first = client.get("/api/v1/consents", headers=head).json[0]
    assert (first["purpose"], first["state"], first["stands"]) == ("our_news", None, False)
    asked = {"purpose": "our_news", "channel": "email", "action": "given"}
    assert client.post("/api/v1/consents", json=asked, headers=head).status_code == 409
    given = client.post("/api/v1/consents", json={**asked, "notice": first["notice"]}, headers=head)
    assert (given.status_code, given.json["stands"]) == (200, True)
    receipt = client.get(f"/api/v1/consents/{given.json['receipt']}", headers=head).json
    assert receipt["entry"]["wording"] == first["wording"]
    back = client.post("/api/v1/consents", json={**asked, "action": "withdrawn"}, headers=head)
    assert (back.status_code, back.json["stands"]) == (200, False)


def _token(member):
    from clozette.accounts.services import tokens

    made = tokens.make(member.id, name="t", scopes=["privacy:read", "privacy:write"], days=7, now=clock.now())
    db.session.commit()
    return made


@pytest.mark.requirement(17)
def test_everybody_may_take_the_latest_head(client, member):
    assert client.get("/.well-known/clozette-ledger.json").status_code == 404
    client.post(HERE, data=form_for(client, "our_news"))
    place()
    published = heads.publish(clock.now())
    answer = client.get("/.well-known/clozette-ledger.json")
    assert (answer.status_code, answer.json["root"]) == (200, published.root)
    assert heads.read(answer.data).is_signed_by(heads.public_keys())


@pytest.mark.requirement(21)
def test_taking_back_tells_who_got_the_data_by_it(client, member, db_session):
    """And nobody who got it for something else; each is a duty of its own, with its state."""
    sponsors = [
        disclosures.recipient(
            legal_name=name, address="1 Road", country="GB", contact="d@sponsor.test", now=clock.now()
        )
        for name in ("Sponsor Ltd", "Other Ltd")
    ]
    for purpose, sponsor in zip(("partner_offers", "our_news"), sponsors, strict=True):
        consents.answer(member.subject_id, purpose, "email", "given", now=clock.now(), method="form:test")
        disclosures.disclose(
            recipient=sponsor,
            agreement=disclosures.Agreement(purpose=purpose, trigger="test", channel="email"),
            people={member.subject_id: {"accounts_members.email": "ada@example.test"}},
            fields=["accounts_members.email"],
            now=clock.now(),
        )
    db_session.commit()
    client.post(HERE, data=form_for(client, "partner_offers"))
    tellings = db_session.scalars(sa.select(Telling)).all()
    assert [(telling.kind, telling.recipient_id) for telling in tellings] == [("withdrawal", sponsors[0].id)]
