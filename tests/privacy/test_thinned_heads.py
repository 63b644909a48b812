"""Whoever owns the place of the heads may thin them: what is left still finds every change, and proofs stay possible."""

from datetime import timedelta

import pytest

from clozette.kernel import clock
from clozette.kernel.ports import storage
from clozette.privacy import consents, subjects
from clozette.privacy.ledger import audit
from clozette.privacy.tree import heads, sequencer


@pytest.mark.requirement(17)
def test_the_ledger_verifies_with_one_head_a_day(app, db_session):
    subject = subjects.create(clock.now()).id
    now = clock.now()
    for number in range(6):
        consents.answer(subject, "our_news", "email", ("given", "withdrawn")[number % 2], now=now, method="form:test")
        db_session.commit()
        sequencer.sequence(now)
        heads.publish(now + timedelta(hours=number))
    store = storage.from_url(f"file://{app.extensions['clozette.settings'].var / 'ledger'}")
    every = [stored.key for stored in store.stored("heads/")]
    assert len(every) == 6
    for key in (*every[:2], *every[3:5]):
        store.remove(key)
    report = audit.verify_all()
    assert report.is_whole and report.heads == 2
    older, newer = heads.published()
    grown = audit.prove_growth(older.size, newer.size)
    assert (grown["older"]["root"], grown["newer"]["root"]) == (older.root, newer.root)
