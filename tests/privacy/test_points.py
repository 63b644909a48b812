"""Collection points, their notices, and forms that ask fairly: one control for one purpose, nothing ticked, no conditions."""

import re

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.personal import Purpose
from clozette.kernel.refusal import Refused
from clozette.kernel.web.gate import entry_of
from clozette.privacy import consents, ledger, models, notices, points, purposes, receipts, subjects
from clozette.settings import ROOT
from tests.factories import accounts
from tests.house.routes import routes, writing
from tests.house.test_walk import COLLECTS_NOTHING

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.requirement(1)
def test_the_registry_has_every_point_of_the_policy_with_all_that_is_told_there():
    assert [f"CP{number}" for number in range(1, 12)] == list(points.POINTS)[:11]
    for point in points.POINTS.values():
        assert point.mandatory or point.optional
        assert point.purposes and point.recipients and str(point.retention) and point.clause and point.channels
        assert point.basis in {"contract", "consent", "law"}
    assert points.POINTS["CP8"].mandatory == ("email", "first_name", "last_name")


@pytest.mark.requirement(1)
@pytest.mark.engines("sqlite")
def test_every_route_that_takes_personal_data_names_an_open_point(app):
    wrong = []
    for route in writing(app):
        entry = entry_of(app, route.endpoint)
        if entry is None or route.method == "DELETE" or route.endpoint in COLLECTS_NOTHING:
            continue
        if entry.collects is None or not points.POINTS[entry.collects].is_open:
            wrong.append((str(route), entry.collects))
    assert not wrong


@pytest.mark.requirement(1)
@pytest.mark.engines("sqlite")
def test_every_open_point_has_a_route(app):
    fed = {entry.collects for route in routes(app) if (entry := entry_of(app, route.endpoint))}
    assert {point.id for point in points.open_points()} <= fed


@pytest.mark.requirement(3)
def test_every_point_serves_purposes_of_the_policy_and_marketing_is_two_switches():
    assert len(Purpose) == 9 and set(points.PURPOSE_NAMES) == set(Purpose)
    everybody = [purpose for purpose in purposes.PURPOSES.values() if not purpose.about_object]
    marketing = {purpose.id: purpose.whose for purpose in everybody if "email" in purpose.channels}
    assert marketing == {"our_news": "ours", "partner_offers": "third", "newsletter_tracking": "ours"}


@pytest.mark.requirement(2)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_notice_stands_inside_its_form_and_before_what_sends_it(template):
    """Otherwise its stamp would not come back with the answer."""
    text = re.sub(r"{#.*?#}", "", template.read_text(), flags=re.DOTALL)
    for found in re.finditer(r'include "privacy/_notice.html"', text):
        opened, closed = text.rfind("<form", 0, found.start()), text.rfind("</form>", 0, found.start())
        assert opened > closed, "the notice is outside of the form"
        end = text.find("</form>", found.end())
        named = re.search(r'id="(\w+)"', text[opened : text.index(">", opened)])
        sends = bool(re.search(r"submit\(|<button|type=\"submit\"", text[found.end() : end]))
        after = text[end:]
        if template.name.startswith("_"):  # a part: the buttons of its form may stand in another of the same pages
            after += "".join(other.read_text() for other in template.parent.glob("_*.html") if other != template)
        assert sends or (named and f'form="{named[1]}"' in after), "nothing sends the form after the notice"


@pytest.mark.requirement(6, 25)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_control_of_consent_is_for_one_purpose_and_not_ticked(template):
    """``data-purpose`` marks what asks for consent: exactly one known purpose each, a template's variable at most."""
    text = template.read_text()
    for control in re.findall(r"<(?:form|input|button)\b[^>]*data-purpose=[^>]*>", text):
        (named,) = re.findall(r'data-purpose="([^"]*)"', control)
        assert re.fullmatch(r"\{\{ *[\w.]+ *\}\}", named) or named.partition(":")[0] in purposes.PURPOSES, control
        assert "checked" not in control


@pytest.mark.requirement(25)
def test_consent_to_a_bundle_is_void(app, db_session):
    """What did not stand on the form as a control of its own was not agreed to, however the answer is worded."""
    subject = subjects.create(clock.now()).id
    with app.test_request_context():
        bundle = notices.read("CP5", notices.stamp("CP5", [("our_news", "email")]))
        for purpose in ("partner_offers", "our_news,partner_offers", "all", "research"):
            channel = "email" if "offers" in purpose or purpose == "all" else "site"
            with pytest.raises(Refused):
                consents.answer(subject, purpose, channel, "given", now=clock.now(), method="form:test", shown=bundle)
    assert consents.current(subject) == {}


PERSON = {
    "email": "ada@example.test",
    "password": "a long and lonely walk",
    "display_name": "Ada",
    "handle": "ada_l",
    "country": "ID",
    "birth_date": "1990-05-17",
}


def registration_form(client):
    """Return the hidden fields and what must be ticked on the page, with a person's answers."""
    page = client.get("/register").text
    fields = {**PERSON, "_notice": re.search(r'name="_notice" value="([^"]+)"', page)[1]}
    if terms := re.search(r'name="terms"[^>]*value="([^"]+)"', page):
        fields["terms"] = terms[1]
    return fields


@pytest.mark.requirement(5, 6, 16, 24)
def test_joining_keeps_what_was_shown_apart_from_what_was_answered_and_agrees_to_nothing_else(client, db_session):
    assert client.post("/register", data=registration_form(client)).status_code == 303
    member = db_session.scalars(sa.select(Member)).one()
    served, noted = ledger.entries_of(member.subject_id)[:2]
    assert (served.action, noted.action, noted.served_id) == ("served", "acknowledged", served.id)
    assert served.wording == noted.wording and served.at <= noted.at
    assert consents.current(member.subject_id) == {}
    facts = receipts.of(noted)["entry"]["circumstances"]
    assert facts["jurisdiction"] == "ID" and facts["age_gate"].startswith("at least ")


@pytest.mark.requirement(16)
def test_a_forged_notice_is_no_answer(client, db_session):
    fields = {**registration_form(client), "_notice": "forged"}
    assert client.post("/register", data=fields).status_code == 409
    assert not db_session.scalars(sa.select(Member)).all()


@pytest.mark.requirement(24)
def test_a_minors_yes_to_marketing_needs_a_guardians(client, db_session):
    minor = accounts.make_minor("mina")
    accounts.sign_in(client, minor)
    page = client.get("/privacy/consents").text
    assert "data-purpose" not in page and 'value="given"' not in page, "nobody under 18 is asked"
    assert "parent or guardian" in page and 'href="/privacy/guardian?' in page
    with client.application.test_request_context():
        stamp = notices.stamp("CP5", [("our_news", "email")])
    for stamped in (stamp, ""):
        asked = {"purpose": "our_news", "channel": "email", "action": "given", "_notice": stamped}
        answer = client.post("/privacy/consents", data=asked)
        assert answer.status_code == 409 and "parent or guardian has to agree to this" in answer.text
    assert consents.current(minor.subject_id) == {}
    entry = consents.answer(
        minor.subject_id,
        "our_news",
        "email",
        "given",
        now=clock.now(),
        method="mail:guardian",
        actor="guardian",
        guardian="augusta@example.test",
    )
    assert consents.stands(minor.subject_id, "our_news", "email") == entry.id
    assert receipts.of(entry)["entry"]["circumstances"]["guardian"] == "augusta@example.test"
    db_session.commit()
    back = {"purpose": "our_news", "channel": "email", "action": "withdrawn"}
    assert 'value="withdrawn"' in client.get("/privacy/consents").text
    assert client.post("/privacy/consents", data=back).status_code == 303, "what a guardian gave, a minor may end"


@pytest.mark.requirement(4)
@pytest.mark.parametrize("point", list(points.POINTS.values()), ids=lambda point: point.id)
def test_what_is_optional_is_not_mandatory_at_the_same_point(point):
    assert not set(point.mandatory) & set(point.optional)


@pytest.fixture
def worded(monkeypatch):
    """Give ``worded("news")``: every control says so from now on, and in which language."""
    return lambda words: monkeypatch.setattr(purposes, "_wording", lambda *asked: f"[ ] {words} in {asked[-1]}")


@pytest.mark.requirement(15, 16)
def test_a_yes_is_kept_in_the_words_and_the_language_that_were_shown(app, db_session, worded):
    worded("news")
    subject = subjects.create(clock.now()).id
    with app.test_request_context():
        with force_locale("id"):
            stamp = notices.stamp("CP5", [("our_news", "email")])
        shown = notices.read("CP5", stamp)
        entry = consents.answer(subject, "our_news", "email", "given", now=clock.now(), method="form:test", shown=shown)
    kept = db_session.get_one(models.Wording, entry.wording)
    assert (kept.text, kept.language) == ("[ ] news in id", "id")


@pytest.mark.requirement(16)
def test_a_yes_to_words_that_were_changed_meanwhile_is_asked_anew(app, db_session, worded):
    """Even where the old notice as a whole was kept with somebody's answer before."""
    worded("news")
    first, second = (subjects.create(clock.now()).id for _ in range(2))
    offered = {"purpose": "our_news", "channel": "email", "action": "given", "now": clock.now(), "method": "form:test"}
    with app.test_request_context():
        stamp = notices.stamp("CP5", [("our_news", "email")])
        consents.answer(first, **offered, shown=notices.read("CP5", stamp))
        worded("news and more")
        with pytest.raises(Refused, match="notice_changed"):
            consents.answer(second, **offered, shown=notices.read("CP5", stamp))
    assert consents.current(second) == {}
