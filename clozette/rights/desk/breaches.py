"""The breach register: what went wrong, whom it touches, who must be told by when, and what was done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel import ids, tasks
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.privacy.models import StaffRead
from clozette.rights.desk import rules
from clozette.rights.desk.models import Address, Breach, BreachPerson, BreachStep
from clozette.rights.desk.rules import BreachClock

FROM_THE_LOG = "access log"
BY_STAFF = "named by staff"


@dataclass(frozen=True)
class Duty:
    """One duty to tell: by when, and when it was done."""

    clock: BreachClock
    due_at: datetime | None
    done_at: datetime | None
    standing: str


@dataclass(frozen=True)
class Touched:
    """Somebody whom a breach touches, for the list that staff and the authority get."""

    id: int
    handle: str | None
    email: str | None
    country: str | None
    why: str
    found_at: datetime
    told_at: datetime | None


def open_breach(*, opened_by_id: int, now: datetime, **facts: Any) -> Breach:
    """Enter a breach; clocks run from when it was noticed."""
    breach = Breach(opened_by_id=opened_by_id, **{"noticed_at": now, **facts})
    db.session.add(breach)
    db.session.flush()
    step(breach, "opened", actor_id=opened_by_id, now=now)
    return breach


def change(breach: Breach, *, actor_id: int, now: datetime, **facts: Any) -> None:
    """Correct what is known of a breach; what changed is written down."""
    changed = [name for name, value in facts.items() if getattr(breach, name) != value]
    for name in changed:
        setattr(breach, name, facts[name])
    if changed:
        step(breach, "changed", actor_id=actor_id, now=now, text=", ".join(changed))


def assess(breach: Breach, *, risk: str, actor_id: int, text: str, now: datetime) -> None:
    """Note what the assessment found; Singapore's clock starts when it first is something to be told."""
    breach.risk = risk
    if risk == rules.NOTIFIABLE or count_people(breach.id) >= rules.MANY:
        breach.assessed_at = breach.assessed_at or now
    step(breach, "assessed", actor_id=actor_id, now=now, text=f"{risk}: {text}")


def meet(breach: Breach, *, clock: str, actor_id: int, text: str, evidence: str, now: datetime) -> None:
    """Note that a duty is done: the authority was told, or the people."""
    step(breach, "told", actor_id=actor_id, now=now, clock=clock, text=text, evidence=evidence)


def close(breach: Breach, *, actor_id: int, text: str, now: datetime) -> None:
    """Close the record; its clocks are silent from now on."""
    breach.closed_at = breach.closed_at or now
    step(breach, "closed", actor_id=actor_id, now=now, text=text)


def step(
    breach: Breach,
    what: str,
    *,
    actor_id: int | None,
    now: datetime,
    clock: str | None = None,
    text: str = "",
    evidence: str = "",
) -> BreachStep:
    """Write down what was done."""
    row = BreachStep(
        breach_id=breach.id, actor_id=actor_id, at=now, what=what, clock=clock, text=text, evidence=evidence
    )
    db.session.add(row)
    db.session.flush()
    return row


def steps_of(breach: Breach) -> Sequence[BreachStep]:
    """Return what was done, oldest first."""
    return db.session.scalars(
        sa.select(BreachStep).where(BreachStep.breach_id == breach.id).order_by(BreachStep.id)
    ).all()


def duties(breach: Breach, now: datetime) -> list[Duty]:
    """Return every duty to tell that holds for a breach."""
    done = {one.clock: one.at for one in reversed(steps_of(breach)) if one.what == "told" and one.clock}
    clocks = rules.clocks_of(breach.laws, breach.risk, count_people(breach.id), breach.noticed_at, breach.assessed_at)
    return [Duty(clock, due, done.get(clock.id), _standing(due, done.get(clock.id), now)) for clock, due in clocks]


def people_from_log(breach: Breach, *, reader_id: int | None, since: datetime, until: datetime, now: datetime) -> int:
    """Add everybody whose record was read by somebody (or by anybody) in a span of time, by the access log."""
    read = sa.select(StaffRead.subject_id).where(StaffRead.at >= since, StaffRead.at <= until).distinct()
    if reader_id is not None:
        read = read.where(StaffRead.reader_id == reader_id)
    return add_people(breach, db.session.scalars(read).all(), why=FROM_THE_LOG, now=now)


def add_people(breach: Breach, subject_ids: Iterable[int], *, why: str, now: datetime) -> int:
    """Add people, each once; say how many are new."""
    added = 0
    for subject_id in subject_ids:
        values = {"id": new_id(), "breach_id": breach.id, "subject_id": subject_id, "why": why, "found_at": now}
        added += bool(insert_once(BreachPerson, **values))
    if breach.assessed_at is None and count_people(breach.id) >= rules.MANY:
        breach.assessed_at = now  # so many make it something to be told, whatever the harm
    return added


def count_people(breach_id: int) -> int:
    """Count whom a breach touches."""
    return db.session.scalar(sa.select(sa.func.count()).where(BreachPerson.breach_id == breach_id)) or 0


def people(breach_id: int) -> Iterator[Touched]:
    """Yield whom a breach touches, oldest finding first."""
    columns = (
        BreachPerson.id,
        Member.handle,
        sa.func.coalesce(Member.email, Address.address),
        Member.country,
        BreachPerson.why,
        BreachPerson.found_at,
        BreachPerson.told_at,
    )
    chosen = (
        sa.select(*columns)
        .outerjoin(Member, Member.subject_id == BreachPerson.subject_id)
        .outerjoin(Address, Address.subject_id == BreachPerson.subject_id)
        .where(BreachPerson.breach_id == breach_id)
        .order_by(BreachPerson.id)
    )
    for row in db.session.execute(chosen):
        yield Touched(*row)


def tell_people(breach: Breach, send: tasks.Task, *, actor_id: int, text: str, now: datetime) -> int:
    """Ask for a mail to everybody who was not told yet, with these words; say how many there are."""
    waiting = sa.select(BreachPerson.id).where(BreachPerson.breach_id == breach.id, BreachPerson.told_at.is_(None))
    rows = db.session.scalars(waiting).all()
    step(breach, "words", actor_id=actor_id, now=now, text=text)
    for row_id in rows:
        tasks.enqueue(send, row_id=row_id)
    return len(rows)


def words_to_people(breach_id: int) -> str:
    """Return the words that staff chose last to tell people of a breach."""
    words = sa.select(BreachStep.text).where(BreachStep.breach_id == breach_id, BreachStep.what == "words")
    return db.session.scalar(words.order_by(BreachStep.id.desc()).limit(1)) or ""


def draft_words(breach: Breach) -> str:
    """Return words to begin with: what happened, when, what we do about it (UU PDP art. 46(2), GDPR art. 34(2))."""
    parts = [_("Something went wrong with data of yours that we keep."), breach.what]
    if breach.remedy:
        parts += [_("What we did about it, and what you can do:"), breach.remedy]
    return "\n\n".join([*parts, _("Write to us through the contact page if you have questions.")])


def reach(subject_id: int) -> tuple[str, str] | None:
    """Return somebody's mail address and language; nothing for people whom we can't reach by mail."""
    member = db.session.execute(sa.select(Member.email, Member.locale).where(Member.subject_id == subject_id)).first()
    if member is not None:
        return member.email, member.locale
    address = db.session.scalar(sa.select(Address.address).where(Address.subject_id == subject_id))
    return (address, "en") if address else None


def register() -> Sequence[Breach]:
    """Return every breach, the newest first."""
    return db.session.scalars(sa.select(Breach).order_by(Breach.id.desc())).all()


def alarms(now: datetime) -> tuple[list[str], list[str]]:
    """Return the duties that are late and nearly due and that nobody was told of yet, and note that they were told."""
    overdue: list[str] = []
    soon: list[str] = []
    for breach in db.session.scalars(sa.select(Breach).where(Breach.closed_at.is_(None))).all():
        sounded = {(one.what, one.clock) for one in steps_of(breach)}
        for duty in duties(breach, now):
            if duty.standing in {"overdue", "soon"} and (duty.standing, duty.clock.id) not in sounded:
                step(breach, duty.standing, actor_id=None, now=now, clock=duty.clock.id)
                (overdue if duty.standing == "overdue" else soon).append(f"{ids.encode(breach.id)} {duty.clock.id}")
            elif _waits_long(breach, duty, now) and ("waits", duty.clock.id) not in sounded:
                step(breach, "waits", actor_id=None, now=now, clock=duty.clock.id)
                soon.append(f"{ids.encode(breach.id)} {duty.clock.id}")
    return overdue, soon


def forget_old(now: datetime) -> None:
    """Delete the record of a breach, with its people and steps, five years after it was closed."""
    db.session.execute(sa.delete(Breach).where(Breach.closed_at < now - rules.BREACH_KEPT))


def _waits_long(breach: Breach, duty: Duty, now: datetime) -> bool:
    return duty.standing == "waits" and breach.noticed_at <= now - rules.WAITS_LONG


def _standing(due: datetime | None, done_at: datetime | None, now: datetime) -> str:
    if done_at is not None:
        return "late" if due is not None and done_at > due else "done"
    if due is None:
        return "waits"
    if due <= now:
        return "overdue"
    return "soon" if due - now <= rules.WARNED_BEFORE else "open"
