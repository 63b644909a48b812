"""A consent that a guardian gave is not asked of the minor again: it lapses, and the guardian may be asked anew."""

from typing import Any

import pytest
from flask import Flask

from clozette.kernel import clock
from clozette.privacy import consents
from tests.factories import accounts
from tests.support.client import Client


@pytest.mark.requirement(24, 29)
def test_a_minor_is_not_asked_for_what_a_guardian_gave(
    app: Flask, client: Client, db_session: Any, publish: Any
) -> None:
    minor = accounts.make_minor("mina")
    accounts.sign_in(client, minor)
    said = {"now": clock.now(), "method": "mail:guardian", "actor": "guardian", "guardian": "Augusta"}
    consents.answer(minor.subject_id, "our_news", "email", "given", **said)
    db_session.commit()
    publish(material={"our_news"})
    page = client.get("/privacy/changes").text
    assert "A parent or guardian agreed to this for you" in page
    assert 'value="no"' in page and 'value="yes"' not in page
