"""What entries do when something happens elsewhere; each in the transaction of what happened."""

from collections.abc import Iterator

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.contests.entering import freezing, services
from clozette.contests.entering.models import Entry
from clozette.contests.entering.rules import LIVE
from clozette.contests.planning.events import RulesChanged
from clozette.contests.planning.models import Contest
from clozette.contests.sponsors import sharing as sharings
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.looks.events import LookChanging, LookHidden
from clozette.privacy.events import ConsentEnded
from clozette.privacy.models import LedgerEntry

_METHOD = "task:contest"
_BY_HAND = ("form:consents", "api")
"""How one takes back a yes oneself, and reads before what goes with it."""


def leave_with_look(event: LookHidden) -> None:
    """Let an entry go whose look is a draft again or deleted, while the contest is open; after that its copy counts."""
    now = clock.now()
    gone = sa.or_(
        Entry.look_id == event.look_id,
        # Of a look that is deleted the entry has lost its trace already.
        sa.and_(Entry.member_id == event.author_id, Entry.look_id.is_(None), Contest.entry_kind == "look"),
    )
    live = (gone, Entry.state.in_(LIVE), services.takes_entries(now))
    for entry in db.session.scalars(sa.select(Entry).join(Contest, Contest.id == Entry.contest_id).where(*live)).all():
        services.leave(entry, "withdrawn", "look-gone", services.takes_entries(now), method=_METHOD, now=now)


def keep_as_at_close(event: LookChanging) -> None:
    """Take down what entries showed at a close that the worker has not come to yet."""
    freezing.keep_before_change(event.look_id, now=clock.now())


def leave_with_yes(event: ConsentEnded) -> None:
    """Let an entry go whose author takes the yes back that its contest can't be entered without, while that is open.

    The form and the page of consents say so before. What a browser's signal takes back is no word about the entry.
    """
    entry = db.session.get_one(LedgerEntry, event.entry_id)
    sharing = sharings.of_purpose(entry.purpose) if entry.method in _BY_HAND else None
    if sharing is None or not sharing.is_required or entry.action != "withdrawn":
        return
    mine = sa.select(Entry).join(Member, Member.id == Entry.member_id).where(Member.subject_id == event.subject_id)
    for one in db.session.scalars(mine.where(Entry.contest_id == sharing.object_id, Entry.state.in_(LIVE))).all():
        takes = services.takes_entries(entry.at)
        services.leave(one, "withdrawn", "sharing-withdrawn", takes, method=_METHOD, now=entry.at)


def ask_again(event: RulesChanged) -> None:
    """Ask everybody who entered whether the new rules are all right, within the time that begins now."""
    live = sa.update(Entry).where(Entry.contest_id == event.contest_id, Entry.state.in_(LIVE))
    db.session.execute(
        live.values(state="asked", asked_at=clock.now()), execution_options={"synchronize_session": "fetch"}
    )


def forget(subject_id: int) -> Iterator[int]:
    """Before a person's rows go: entries that no list names yet leave. Those that are listed stay as a number."""
    mine = (
        sa.select(Entry)
        .join(Member, Member.id == Entry.member_id)
        .where(Member.subject_id == subject_id, Entry.state.in_(LIVE), Entry.locked_sha256.is_(None))
    )
    entries = db.session.scalars(mine).all()
    not_listed = Entry.locked_sha256.is_(None)
    yield sum(
        services.leave(one, "withdrawn", "erased", not_listed, method=_METHOD, now=clock.now()) for one in entries
    )
