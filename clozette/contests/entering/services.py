"""Entering, leaving, agreeing to newer rules. Each is one conditional statement, so that of an entry and the close one wins."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from clozette.accounts.models import Member
from clozette.contests.entering import asking, eligibility, photos, rules, snapshots
from clozette.contests.entering.asking import Answer
from clozette.contests.entering.events import EntryLeft, EntryMade
from clozette.contests.entering.models import Entry
from clozette.contests.entering.photos import Shot
from clozette.contests.planning import queries as contests
from clozette.contests.planning.models import Contest, Rules
from clozette.contests.sponsors.models import Sponsor
from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.looks.models import Look
from clozette.looks.services import labels
from clozette.looks.services.labels import Label
from clozette.privacy import ledger

CODE_BYTES = 16
KIND = "contest"
"""Of labels."""


@dataclass(frozen=True)
class Sent:
    """What somebody enters with.

    :ivar accepted: the digest of the rules that were agreed to. ``form_key``: made by the form, so that one sent twice
        makes one entry.
    """

    accepted: str
    form_key: str
    look: Look | None = None
    uploads: Sequence[FileStorage] = ()
    alts: Sequence[str] = ()
    statement: str = ""
    answer: Answer = field(default_factory=Answer)


def enter(contest: Contest, member: Member, sent: Sent, *, now: datetime) -> Entry:
    """Enter a contest; a form sent twice gives the entry that it made before.

    :raises Refused: by the rules; while the contest is not open; where a sharing is needed; for other rules than those
        that hold.
    :raises BadPhoto: for a file that is no photo we take.
    """
    sent = _fitting(contest, sent)
    twin = _sent_before(member.id, sent.form_key)
    if twin is not None:
        return twin
    refuse(rules.why_not_enter(eligibility.of(contest, member, now)))
    refuse(_why_not_with(contest, sent))
    asked, agreed = asking.of(contest, member, now), _agreed(contest, sent.accepted)
    refuse(asking.why_not(contest, asked, sent.answer))
    # The photos first: from the number on, everybody else who enters waits for this transaction.
    shots = _shots(contest, member, sent, now)
    entry, is_new = _number(contest, agreed, member, sent, now)
    if not is_new:
        photos.discard(shots)
        return entry
    photos.keep(entry.id, shots)
    put_label(contest, entry, now=now)
    snapshots.take(entry, sent.look, now=now)
    asking.record(contest, agreed, member, asked, sent.answer, now=now)
    publish(EntryMade(entry.id))
    return entry


def withdraw(entry: Entry, *, method: str, now: datetime) -> None:
    """Take an entry back while the contest is open; doing it twice changes nothing.

    :raises Refused: once the contest has closed.
    """
    if entry.state == "withdrawn":
        return
    if not leave(entry, "withdrawn", "withdrawn", takes_entries(now), method=method, now=now):
        raise Refused(_over())


def accept_rules(
    entry: Entry, contest: Contest, member: Member, accepted: str, answer: Answer, *, now: datetime
) -> None:
    """Agree to the rules that hold now; doing it twice changes nothing.

    :raises Refused: once the contest has closed or the entry was released; where a sharing is needed.
    """
    agreed = _agreed(contest, accepted)
    if entry.state == "entered" and entry.rules_id == agreed.id:
        return
    asked = asking.unanswered(contest, member, now)
    refuse(asking.why_not(contest, asked, answer, asking.standing(member.subject_id)))
    waits = (Entry.id == entry.id, Entry.state == "asked", takes_entries(now, Contest.rules_id == agreed.id))
    back = sa.update(Entry).where(*waits).values(state="entered", rules_id=agreed.id, asked_at=None)
    if not _changed(back, entry):
        raise Refused(_over())
    asking.record(contest, agreed, member, asked, answer, now=now)
    put_label(contest, entry, now=now)


def disqualify(entry: Entry, because: str, *, now: datetime) -> None:
    """Take an entry out, for a reason that everybody can read. In the list of the close its line stays.

    :raises Refused: if it takes part no more.
    """
    if not leave(entry, "disqualified", because, method="staff:contest", now=now):
        raise Refused(Refusal("left", _("This entry takes part no more."), "because"))


def leave(
    entry: Entry, state: str, because: str, *conditions: sa.ColumnElement[bool], method: str, now: datetime
) -> bool:
    """Let an entry that takes part end, if the ``conditions`` hold in that very statement; say whether it did.

    Every yes to a sharing ends with it, the label goes, and so do the photos unless the list of entries names it.
    """
    member_id, look_id = entry.member_id, entry.look_id
    live = (Entry.id == entry.id, Entry.state.in_(rules.LIVE), *conditions)
    if not _changed(sa.update(Entry).where(*live).values(state=state, left_at=now, left_because=because), entry):
        return False
    if member_id is not None:
        subject_id = db.session.get_one(Member, member_id).subject_id
        action: ledger.Action = "withdrawn" if state == "withdrawn" else "superseded"
        asking.end(entry.contest_id, subject_id, action, method=method, now=now)
    if look_id is not None:
        labels.take(look_id, KIND, entry.contest_id)
    if entry.locked_sha256 is None:
        photos.drop(entry.id)
    publish(EntryLeft(entry.id, because))
    return True


def put_label(contest: Contest, entry: Entry, *, now: datetime) -> None:
    """Hang on an entry's look what it is entered in, and who sponsors that."""
    if entry.look_id is None:
        return
    sponsor = db.session.get(Sponsor, contest.sponsor_id) if contest.sponsor_id else None
    name = sponsor.legal_name if sponsor is not None else ""
    label = Label(KIND, contest.id, contest.title, name, f"/contests/{contest.slug}")
    labels.put(entry.look_id, label, now=now)


def _fitting(contest: Contest, sent: Sent) -> Sent:
    """Leave out what a contest of this kind doesn't take."""
    look = sent.look if contest.entry_kind == "look" else None
    return replace(sent, look=look, uploads=sent.uploads if contest.entry_kind == "photos" else ())


def _why_not_with(contest: Contest, sent: Sent) -> Refusal | None:
    if contest.entry_kind == "photos":
        return rules.why_not_these_photos(len(sent.uploads))
    if contest.entry_kind == "none":
        return None
    if sent.look is None:
        return Refusal("no_look", _("Choose the look that you enter with."), "look")
    return rules.why_not_this_look(is_published=sent.look.is_published, visibility=sent.look.visibility)


def _agreed(contest: Contest, accepted: str) -> Rules:
    """Return the rules that hold, which must be those that were agreed to."""
    agreed = contests.rules_of(contest)
    if agreed is None or agreed.sha256 != accepted:
        raise Refused(_rules_changed())
    return agreed


def _number(contest: Contest, agreed: Rules, member: Member, sent: Sent, now: datetime) -> tuple[Entry, bool]:
    """Give the next number and add the entry; say whether it is new. From the first number on, the rules are locked."""
    locked = sa.func.coalesce(Contest.rules_locked_at, now)
    takes = (Contest.id == contest.id, *_takes(now), Contest.rules_id == agreed.id)
    step = sa.update(Contest).where(*takes).values(last_number=Contest.last_number + 1, rules_locked_at=locked)
    number = db.session.scalar(step.returning(Contest.last_number).execution_options(synchronize_session=False))
    if number is None:
        db.session.refresh(contest)
        raise Refused(_over() if contest.rules_id == agreed.id else _rules_changed())
    entry_id, code = new_id(), secrets.token_bytes(CODE_BYTES)
    facts = {"contest_id": contest.id, "member_id": member.id, "number": number, "rules_id": agreed.id}
    words = {"statement": sent.statement, "form_key": sent.form_key, "look_id": sent.look.id if sent.look else None}
    is_new = insert_once(Entry, id=entry_id, code=code, state="entered", entered_at=now, **facts, **words)
    entry = db.session.get_one(Entry, entry_id) if is_new else _sent_before(member.id, sent.form_key)
    if entry is None:
        raise Refused(Refusal("entered", _("You have entered already: one entry for each person.")))
    if not is_new:  # the same form came twice at once: its twin's number is enough
        db.session.execute(sa.update(Contest).where(Contest.id == contest.id).values(last_number=number - 1))
    db.session.refresh(contest)
    return entry, is_new


def _shots(contest: Contest, member: Member, sent: Sent, now: datetime) -> list[Shot]:
    if sent.look is not None:
        return photos.copies_of(sent.look.id, now=now)
    return photos.sent_in(member.subject_id, sent.uploads, sent.alts, now=now)


def _sent_before(member_id: int, form_key: str) -> Entry | None:
    same = sa.select(Entry).where(Entry.member_id == member_id, Entry.form_key == form_key)
    found: Entry | None = db.session.scalar(same)
    return found


def _takes(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Contest.state == "open", Contest.opens_at <= now, Contest.closes_at > now


def takes_entries(now: datetime, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether the contest of an entry is open at this moment."""
    return sa.exists().where(Contest.id == Entry.contest_id, *_takes(now), *conditions).correlate(Entry)


def _changed(change: sa.Update, entry: Entry) -> bool:
    """Make a change of one entry; say whether it was made."""
    made = db.session.scalar(change.returning(Entry.id).execution_options(synchronize_session=False)) is not None
    db.session.refresh(entry)
    return made


def _over() -> Refusal:
    return Refusal("closed", _("This contest has closed: entries stay as they are."))


def _rules_changed() -> Refusal:
    return Refusal("rules_changed", _("The rules have changed meanwhile. Please read them and send again."), "accept")
