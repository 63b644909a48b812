"""Reads of the log: what a person may be told, and what the staff look after."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.privacy.disclosures.models import Case, Disclosure, Handover, Recipient, Silence, Telling
from clozette.privacy.disclosures.silences import may_tell_case, may_tell_handover
from clozette.privacy.models import StaffRead, Wording


@dataclass(frozen=True)
class Told:
    """One disclosure as the person sees it."""

    id: int
    disclosure: Disclosure
    handover: Handover
    recipient: Recipient
    words: str | None
    tellings: list[Telling] = field(default_factory=list)


@dataclass(frozen=True)
class Looked:
    """One look of staff as the person sees it."""

    id: int
    read: StaffRead
    reference: str


@dataclass(frozen=True)
class Logged:
    """One hand-over as the staff see it; ``silent_until``: the person must not be told before that."""

    id: int
    handover: Handover
    recipient: Recipient
    silent_until: datetime | None


def of_subject(subject_id: int, *, now: datetime, after: int | None = None) -> Page[Told]:
    """Return who got a person's data, newest first, without what the law forbids to tell (requirement 77)."""
    mine = (
        sa.select(Disclosure, Handover, Recipient, Wording.text)
        .join(Handover, Handover.id == Disclosure.handover_id)
        .join(Recipient, Recipient.id == Handover.recipient_id)
        .outerjoin(Wording, Wording.digest == Disclosure.wording)
        .where(Disclosure.subject_id == subject_id, may_tell_handover(Handover.id, now))
        .order_by(Disclosure.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        mine = mine.where(Disclosure.id < after)
    told = _tellings_of(subject_id)
    rows = [Told(row[0].id, *row, told[row[2].id]) for row in db.session.execute(mine)]
    return page_of(rows, lambda row: row.id)


def looks_at(subject_id: int, *, now: datetime, after: int | None = None) -> Page[Looked]:
    """Return when staff looked at a person's record and why, newest first, without cases that are kept silent."""
    mine = (
        sa.select(StaffRead, sa.func.coalesce(Case.reference, ""))
        .outerjoin(Case, Case.id == StaffRead.case_id)
        .where(StaffRead.subject_id == subject_id, may_tell_case(StaffRead.case_id, now))
        .order_by(StaffRead.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        mine = mine.where(StaffRead.id < after)
    return page_of([Looked(read.id, read, reference) for read, reference in db.session.execute(mine)], _id_of)


def recipients_known(subject_id: int, *, now: datetime) -> int:
    """Count who got a person's data, without those whom the law forbids to name to them."""
    told = (
        sa.select(sa.func.count(sa.distinct(Handover.recipient_id)))
        .join(Disclosure, Disclosure.handover_id == Handover.id)
        .where(Disclosure.subject_id == subject_id, may_tell_handover(Handover.id, now))
    )
    return db.session.scalar(told) or 0


def may_know_of_telling(now: datetime) -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``Telling`` that the person may know of its recipient by some hand-over."""
    known = (
        sa.select(Disclosure.id)
        .join(Handover, Handover.id == Disclosure.handover_id)
        .where(
            Disclosure.subject_id == Telling.subject_id,
            Handover.recipient_id == Telling.recipient_id,
            may_tell_handover(Handover.id, now),
        )
    )
    return known.exists()


@dataclass(frozen=True)
class Wanted:
    """Which hand-overs are looked for; what is empty leaves all of them in."""

    recipient: str = ""
    trigger: str = ""
    purpose: str = ""
    means: str = ""
    since: date | None = None
    until: date | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return what a hand-over has to meet."""
        met = [
            getattr(Handover, name) == getattr(self, name)
            for name in ("trigger", "purpose", "means")
            if getattr(self, name)
        ]
        if self.recipient:
            met.append(Recipient.legal_name.icontains(self.recipient, autoescape=True))
        if self.since:
            met.append(Handover.at >= datetime.combine(self.since, time.min, UTC))
        if self.until:
            met.append(Handover.at < datetime.combine(self.until, time.min, UTC) + timedelta(days=1))
        return met


def log(wanted: Wanted = Wanted(), after: int | None = None) -> Page[Logged]:
    """Return hand-overs, newest first, for the staff."""
    every = _logged(wanted).limit(PAGE_SIZE + 1)
    if after is not None:
        every = every.where(Handover.id < after)
    return page_of([Logged(row[0].id, *row) for row in db.session.execute(every)], _id_of)


def whole_log(wanted: Wanted) -> Iterator[Logged]:
    """Yield every one of them, for a file."""
    for row in db.session.execute(_logged(wanted).execution_options(yield_per=500)):
        yield Logged(row[0].id, *row)


def logged(handover_id: int) -> Logged | None:
    """Return one hand-over."""
    row = db.session.execute(_logged(Wanted()).where(Handover.id == handover_id)).first()
    return Logged(row[0].id, *row) if row else None


def kinds_of_log() -> dict[str, list[str]]:
    """Return what the log knows of triggers, purposes and means, to choose from."""
    columns = {"trigger": Handover.trigger, "purpose": Handover.purpose, "means": Handover.means}
    return {
        name: list(db.session.scalars(sa.select(column).distinct().order_by(column).limit(200)))
        for name, column in columns.items()
    }


def persons_in(handover_id: int, after: int | None = None) -> Page[Disclosure]:
    """Return the rows of the people in a hand-over."""
    rows = sa.select(Disclosure).where(Disclosure.handover_id == handover_id).order_by(Disclosure.id)
    if after is not None:
        rows = rows.where(Disclosure.id > after)
    return page_of(db.session.scalars(rows.limit(PAGE_SIZE + 1)).all(), lambda row: row.id)


def _logged(wanted: Wanted) -> sa.Select[Handover, Recipient, datetime]:
    latest = (
        sa.select(Silence.until)
        .where(Silence.handover_id == Handover.id)
        .order_by(Silence.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(Handover, Recipient, latest)
        .join(Recipient, Recipient.id == Handover.recipient_id)
        .where(*wanted.conditions())
        .order_by(Handover.id.desc())
    )


def open_tellings() -> Sequence[tuple[Telling, Recipient]]:
    """Return who has to be told yet, or has not confirmed, the longest waiting first."""
    waiting = (
        sa.select(Telling, Recipient)
        .join(Recipient, Recipient.id == Telling.recipient_id)
        .where(Telling.confirmed_at.is_(None))
        .order_by(Telling.id)
        .limit(200)
    )
    return [(telling, recipient) for telling, recipient in db.session.execute(waiting)]


def _tellings_of(subject_id: int) -> dict[int, list[Telling]]:
    found: dict[int, list[Telling]] = defaultdict(list)
    for telling in db.session.scalars(sa.select(Telling).where(Telling.subject_id == subject_id).order_by(Telling.id)):
        found[telling.recipient_id].append(telling)
    return found


def _id_of(row: Looked | Logged) -> int:
    return row.id
