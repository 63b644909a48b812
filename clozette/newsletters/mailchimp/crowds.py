"""Many at once who leave, or whose newsletter is closed: Mailchimp takes a thousand in one call and answers later."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mailing_list import MailingList
from clozette.newsletters.mailchimp import handover, wishes
from clozette.newsletters.mailchimp.models import Batch, Remote
from clozette.newsletters.mailchimp.talk import Case
from clozette.newsletters.subscriptions.models import Contact

MANY = 200  # fewer than these come one by one
MOST, MOST_OPEN = 1000, 400
PATIENCE = timedelta(minutes=30)
_DONE = frozenset({200, 404})
_CHUNK = 500


def leaving(cases: list[Case]) -> list[Case]:
    """Return those whom Mailchimp has and should send nothing to any more."""
    return [
        case
        for case in cases
        if _has(case) and not case.resting and not any(one.state == "pending" for one in case.contact.subscriptions)
    ][:MOST]


def resting(cases: list[Case]) -> list[Case]:
    """Return those whom Mailchimp has, and whose newsletters are closed for now."""
    return [case for case in cases if _has(case) and case.resting][:MOST]


def end(there: MailingList, cases: list[Case]) -> None:
    """Let many leave in one call. Until it is known what became of them, nobody asks after them one by one."""
    for case in cases:
        case.row.status = "unsubscribed"  # before the call, as in talk: by us, if one of them comes back at once
    tasks.checkpoint()
    _await(there.unsubscribe_many(_keys(cases)), cases)


def switch_off(there: MailingList, cases: list[Case]) -> None:
    """Switch everything off for many in one call; they stay members."""
    names = sorted(wishes.interests().values())
    for case in cases:
        case.row.told = []  # before the call: by us, and not by them, if it is opened again at once
    tasks.checkpoint()
    _await(there.switch_off_many(_keys(cases), names), cases)


def open_ones() -> list[str]:
    """Return the batches whose outcome is not known."""
    return list(db.session.scalars(sa.select(Batch.remote).where(Batch.done_at.is_(None)).order_by(Batch.asked_at)))


def finish(there: MailingList, remote: str) -> None:
    """Note what became of a batch; who changed since, or could not be ended, is told of one by one."""
    tasks.checkpoint()
    results = there.batch_results(remote)
    if results is None:
        return
    batch, now = db.session.get_one(Batch, remote), clock.now()
    keys = sorted(results)
    for start in range(0, len(keys), _CHUNK):
        some = Remote.subscriber_key.in_(keys[start : start + _CHUNK])
        for row in db.session.scalars(sa.select(Remote).where(some, Remote.asked > Remote.done)):
            _note(row, results[str(row.subscriber_key)], batch.asked_at, now)
        tasks.checkpoint()
    batch.done_at = now


def _has(case: Case) -> bool:
    return case.row.subscriber_key is not None and not case.wanted and case.row.status in {"subscribed", "pending"}


def _keys(cases: list[Case]) -> list[str]:
    return [str(case.row.subscriber_key) for case in cases]


def _await(remote: str, cases: list[Case]) -> None:
    db.session.add(Batch(remote=remote, asked_at=max(case.looked_at for case in cases)))
    for case in cases:
        case.row.tries, case.row.not_before = 0, case.looked_at + PATIENCE


def _note(row: Remote, status: int, asked_at: datetime, now: datetime) -> None:
    if status not in _DONE or row.asked_at > asked_at:
        row.not_before = None
        return
    row.status, row.told, row.problem = (row.status if status == 200 else None), [], None
    row.done, row.done_at, row.tries, row.not_before = row.asked, now, 0, None
    contact = db.session.get_one(Contact, row.contact_id)
    handover.confirm_tellings(contact.subject_id, asked_at, now)
