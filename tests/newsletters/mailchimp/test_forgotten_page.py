"""Whoever Mailchimp erased and who subscribed again is told where Mailchimp takes them back."""

import dataclasses

import pytest
import sqlalchemy as sa

from clozette.newsletters import keys
from clozette.newsletters.mailchimp.models import Remote
from tests.factories.accounts import make_member, sign_in
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

FORM = "https://mailchimp.test/form"


@pytest.fixture
def reader(app, client, db_session, on):
    before = app.extensions["clozette.settings"]
    app.extensions["clozette.settings"] = dataclasses.replace(before, mailchimp_form_url=FORM)
    member = make_member("ada")
    sign_in(client, member)
    yield make_subscription(make_newsletter("weekly"), make_contact(member.email))
    app.extensions["clozette.settings"] = before


@pytest.mark.requirement(109)
@pytest.mark.parametrize(("problem", "is_told"), [("forgotten", True), ("compliance", False), (None, False)])
def test_the_form_is_shown_to_whom_it_is_for(client, db_session, reader, problem, is_told):
    db_session.execute(sa.update(Remote).values(problem=problem))
    assert (FORM in client.get("/preferences").text) == is_told
    link = "/preferences/" + keys.token("preferences", keys.Link(reader.id, 0))
    assert FORM not in client.get(link).text  # whoever has the link need not know what somebody asked for once
