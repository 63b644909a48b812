"""Work of entries after the commit, and by the clock."""

from datetime import timedelta

import sqlalchemy as sa

from clozette.community import notifications
from clozette.contests.entering import freezing, mail, photos, services
from clozette.contests.entering.models import Entry, EntryPhoto
from clozette.contests.entering.rules import LIVE
from clozette.contests.entering.told import ASKED, LEFT
from clozette.contests.planning.models import Contest
from clozette.contests.winning.models import Winner
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, enqueue, task

TO_ANSWER = timedelta(days=7)
KEPT_AFTER = timedelta(days=90)
"""How long the photos of entries are kept once a contest and its prizes are over."""
_BATCH = 200


@task("contests.send_receipt")
def send_receipt(*, entry_id: int) -> None:
    """Mail the receipt, unless the entry left by now."""
    entry = db.session.get(Entry, entry_id)
    if entry is not None and entry.state in LIVE and entry.member_id is not None:
        mail.receipt(entry)


@task("contests.tell_left")
def tell_left(*, entry_id: int, because: str) -> None:
    """Mail that an entry left, where that was not the person's own deed."""
    entry = db.session.get(Entry, entry_id)
    if entry is not None and entry.member_id is not None and because not in ("withdrawn", "erased"):
        notifications.announce(entry.member_id, kind=LEFT, object_id=entry.id, now=clock.now())
        mail.left(entry, because)


@task("contests.ask_entrants")
def ask_entrants(*, contest_id: int, rules_id: int) -> None:
    """Let everybody who is to agree to newer rules have a mail of their own."""
    waiting = sa.select(Entry.id).where(Entry.contest_id == contest_id, Entry.state == "asked")
    for entry_id in db.session.scalars(waiting).all():
        enqueue(ask_entrant, entry_id=entry_id, rules_id=rules_id)


@task("contests.ask_entrant")
def ask_entrant(*, entry_id: int, rules_id: int) -> None:
    """Mail the question, unless it was answered or newer rules came."""
    entry = db.session.get(Entry, entry_id)
    contest = db.session.get(Contest, entry.contest_id) if entry is not None else None
    if entry is None or contest is None or entry.state != "asked" or entry.member_id is None:
        return
    if contest.rules_id == rules_id:
        notifications.announce(entry.member_id, kind=ASKED, object_id=entry.id, deed_id=rules_id, now=clock.now())
        mail.asked(entry)


@task("contests.freeze")
def freeze(*, contest_id: int) -> None:
    """Fix the entries of a contest that has closed."""
    freezing.freeze(contest_id, now=clock.now(), save=checkpoint)


@task("contests.release_unanswered")
def release_unanswered() -> None:
    """Let entries go whose week is over; and fix the lists of contests that closed, should the task for it be lost."""
    now = clock.now()
    contest = sa.select(Contest.id).where(Contest.state == "open", Contest.closes_at > now)
    over = sa.or_(Entry.asked_at <= now - TO_ANSWER, Entry.contest_id.not_in(contest))
    freezing.release(over, because="rules", now=now, save=checkpoint)
    for contest_id in db.session.scalars(sa.select(Contest.id).where(Contest.state == "closed")).all():
        checkpoint()
        freezing.freeze(contest_id, now=now, save=checkpoint)


@task("contests.release_cancelled")
def release_cancelled(*, contest_id: int) -> None:
    """Let everybody go whose contest was cancelled, and tell them."""
    live = sa.select(Entry.id).where(Entry.contest_id == contest_id, Entry.state.in_(LIVE))
    for entry_id in db.session.scalars(live).all():
        entry = db.session.get_one(Entry, entry_id)
        services.leave(entry, "released", "cancelled", method="task:contest", now=clock.now())
        checkpoint()


@task("contests.forget_photos")
def forget_photos() -> None:
    """Delete the copies of contests that have been over for long but the winners'; looks and the list of entries stay."""
    before = clock.now() - KEPT_AFTER
    over = sa.select(Contest.id).where(Contest.state.in_(("done", "cancelled")), Contest.state_at < before)
    old = sa.select(EntryPhoto.entry_id).join(Entry, Entry.id == EntryPhoto.entry_id).where(Entry.contest_id.in_(over))
    won = sa.exists().where(Winner.entry_id == Entry.id, Winner.state == "received")
    old = old.where(~won)
    ids = db.session.scalars(old.distinct().limit(_BATCH)).all()
    for entry_id in ids:
        photos.drop(entry_id)
    if len(ids) == _BATCH:
        enqueue(forget_photos)
