"""Somebody of marketing, and a newsletter to write."""

import pytest
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.newsletters.subscriptions.models import Newsletter
from tests.factories.accounts import make_member, sign_in
from tests.factories.newsletters import make_newsletter
from tests.support.client import Client


@pytest.fixture
def editor(db_session: orm.Session, client: Client) -> Member:
    """Sign an editor in, with a second factor."""
    member = make_member("wanda", roles=("marketing",))
    sign_in(client, member, second_factor=True)
    return member


@pytest.fixture
def newsletter(db_session: orm.Session) -> Newsletter:
    """Give a newsletter."""
    return make_newsletter("weekly")
