"""Planning a contest and leading it through its life. Every change of state is one conditional statement (``life.move``).

What is refused may have begun: whoever catches a refusal rolls back before anything else.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.contests import facts
from clozette.contests.planning import drafts, life, lint, queries, writing
from clozette.contests.planning.events import RulesChanged
from clozette.contests.planning.lint import Fault
from clozette.contests.planning.models import Contest, Prize, Rules
from clozette.contests.planning.plans import DATES, Plan, PrizePlan, Terms
from clozette.contests.sponsors import sharing
from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused

CHANGING = ("published", "open")
"""States in which the rules may still change, as a new version that entrants are asked about."""
TO_ANSWER = timedelta(days=3)
"""How long whoever has entered has at least to answer, before the close lets them go."""


class BadPlan(Exception):
    """A contest that can't be published as it is."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def create(values: Mapping[str, Any], *, by_id: int | None, now: datetime) -> Contest:
    """Begin a draft.

    :raises Refused: if its short name is taken.
    """
    contest_id = new_id()
    kept = {**values, "terms": {}, "state": "draft", "state_at": now, "created_at": now, "created_by_id": by_id}
    if not insert_once(Contest, id=contest_id, **kept):
        raise Refused(Refusal("taken", _("There is a contest with this short name already."), "slug"))
    return db.session.get_one(Contest, contest_id)


def save(contest: Contest, values: Mapping[str, Any], *, version: int, now: datetime) -> None:
    """Keep what was written of a contest that is not published yet; what was checked has to be checked again.

    What was to be shared with a former sponsor is shared with nobody.

    :raises Refused: if it was saved from elsewhere in between, or is published.
    """
    step = sa.update(Contest).where(Contest.id == contest.id, Contest.version == version)
    step = step.where(Contest.state.in_(queries.UNPUBLISHED))
    kept, former = {**values, "state": "draft", "checked_sha256": None, "version": version + 1}, contest.sponsor_id
    if not _changed(step.values(**kept), contest):
        raise Refused(_why_not_saved(contest))
    _part_from(contest, former, now=now)


def save_terms(contest: Contest, terms: Terms, prizes: Sequence[PrizePlan], *, version: int, now: datetime) -> None:
    """Keep what the builder of the rules says.

    :raises Refused: as ``save``.
    """
    save(contest, {"terms": asdict(terms)}, version=version, now=now)
    put_prizes(contest, prizes, now=now)


def put_prizes(contest: Contest, prizes: Sequence[PrizePlan], *, now: datetime) -> None:
    """Make these a contest's prizes. What is shared to send a prize ends with it, or where another takes its place."""
    known = {prize.position: prize for prize in queries.prizes_of(contest)}
    for position, prize in enumerate(prizes):
        row = known.pop(position, None) or Prize(id=new_id(), contest_id=contest.id, position=position)
        if row.name != prize.name:
            sharing.end("prize", row.id, now=now)
        for name, value in asdict(prize).items():
            setattr(row, name, value)
        db.session.add(row)
    for left in known.values():
        sharing.end("prize", left.id, now=now)
        db.session.delete(left)
    db.session.flush()
    db.session.expire(contest)


def check(contest: Contest, *, version: int, now: datetime) -> None:
    """Find a draft complete, or say all that it lacks.

    :raises BadPlan: with everything that is wrong.
    :raises Refused: if it was saved from elsewhere in between.
    """
    plan = drafts.plan_of(contest)
    found = lint.faults(plan)
    if found:
        raise BadPlan(found)
    if not life.move(contest, "checked", Contest.version == version, now=now, checked_sha256=plan.digest()):
        raise Refused(_why_not_saved(contest))


def publish(contest: Contest, *, version: int, now: datetime) -> Rules:
    """Put the rules up for everybody, word for word as they were checked.

    :raises Refused: if anything of it was changed since the check, or its opening is over.
    """
    plan = drafts.plan_of(contest)
    if contest.opens_at <= now:
        raise Refused(Refusal("past", _("Its opening is over: choose a later one, and check it again."), None))
    same = (Contest.version == version, Contest.checked_sha256 == plan.digest(), Contest.opens_at > now)
    rules = _add_rules(contest, plan, "", now=now)
    if not life.move(contest, "published", *same, now=now, rules_id=rules.id):
        raise Refused(Refusal("unchecked", _("Something changed since it was checked: check it again."), None))
    return rules


def take_back(contest: Contest, *, now: datetime) -> None:
    """Make a draft again of what is published, while nobody can have entered. The rules that were up stay to be read.

    :raises Refused: once it has opened.
    """
    untouched = (Contest.last_number == 0, Contest.opens_at > now)
    values = {"checked_sha256": None, "version": Contest.version + 1}
    if contest.state != "published" or not life.move(contest, "draft", *untouched, now=now, **values):
        raise Refused(Refusal("too_late", _("It can’t be taken back any more: it has opened."), None))


def change_rules(
    contest: Contest,
    values: Mapping[str, Any],
    terms: Terms,
    prizes: Sequence[PrizePlan] | None = None,
    *,
    because: str,
    version: int,
    now: datetime,
) -> Rules:
    """Put up another version of the rules; whoever has entered is asked about it (requirement 74).

    :param values: columns that change with it: later dates, the sponsor, how many alternates.
    :raises BadPlan: if the new rules lack something.
    :raises Refused: for an earlier date; once entries are closed; if it was saved from elsewhere in between; if whoever
        has entered would have no time to answer.
    """
    for name in DATES:
        _refuse_date(contest, name, values.get(name, getattr(contest, name)))
    step = sa.update(Contest).where(Contest.id == contest.id, Contest.version == version)
    step = step.where(Contest.state.in_(CHANGING), Contest.closes_at > now)
    if values.get("closes_at", contest.closes_at) < now + TO_ANSWER:
        step = step.where(Contest.last_number == 0)
    kept, former = {**values, "terms": asdict(terms), "version": version + 1}, contest.sponsor_id
    if not _changed(step.values(**kept), contest):
        raise Refused(_why_not_changed(contest, version, now))
    _part_from(contest, former, now=now)
    if prizes is not None:
        put_prizes(contest, prizes, now=now)
    rules = _add_checked(contest, because, now=now)
    events.publish(RulesChanged(contest.id, rules.id))
    return rules


def announce(contest: Contest, *, now: datetime) -> None:
    """Make the result public before its time.

    :raises Refused: if it is not decided, or announced already.
    """
    if contest.state != "judged" or not life.move(contest, "announced", now=now):
        raise Refused(Refusal("too_early", _("Only what is decided can be announced, and only once."), None))


def cancel(contest: Contest, because: str, *, now: datetime) -> None:
    """End a contest without a result. Nothing of it is shared from now on, and the reason is a public fact.

    :raises Refused: if it is not published, or over.
    """
    if "cancelled" not in life.TRANSITIONS[contest.state] or not life.move(contest, "cancelled", now=now):
        raise Refused(Refusal("too_late", _("This can’t be cancelled: it is not published, or it is over."), None))
    facts.state(contest.id, "cancelled", {"because": because}, now=now)
    sharing.end("contest", contest.id, now=now)
    for prize in queries.prizes_of(contest):
        sharing.end("prize", prize.id, now=now)


def due(now: datetime) -> sa.Select[int]:
    """Select the contests that may have something to do by the clock."""
    waits = sa.or_(
        sa.and_(Contest.state == "published", Contest.opens_at <= now),
        sa.and_(Contest.state == "open", Contest.closes_at <= now),
        Contest.state.in_(("closed", "announced")),
        sa.and_(Contest.state == "judged", Contest.announce_at <= now),
    )
    return sa.select(Contest.id).where(waits).order_by(Contest.id)


def turn(contest: Contest, now: datetime) -> bool:
    """Do the one step that a contest's time has come for; say whether there was one.

    :raises Refused: if something keeps it from its next state.
    """
    match contest.state:
        case "published":
            return life.move(contest, "open", Contest.opens_at <= now, Contest.closes_at > now, now=now)
        case "open":
            return life.move(contest, "closed", Contest.closes_at <= now, now=now)
        case "closed":
            return life.move(contest, "judged", now=now)
        case "judged":
            return life.move(contest, "announced", Contest.announce_at <= now, now=now)
        case "announced":
            return life.move(contest, "done", now=now)
    return False


def _add_checked(contest: Contest, because: str, *, now: datetime) -> Rules:
    plan = drafts.plan_of(contest)
    found = lint.faults(plan)
    if found:
        raise BadPlan(found)
    rules = _add_rules(contest, plan, because, now=now)
    contest.rules_id, contest.checked_sha256 = rules.id, plan.digest()
    db.session.flush()
    return rules


def _add_rules(contest: Contest, plan: Plan, because: str, *, now: datetime) -> Rules:
    """Write the next version of the rules down, and state its digest."""
    last = db.session.scalar(sa.select(sa.func.max(Rules.number)).where(Rules.contest_id == contest.id))
    text = writing.text_of(plan)
    rules = Rules(
        contest_id=contest.id,
        number=(last or 0) + 1,
        language=plan.language,
        content=plan.content(),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        because=because,
        made_at=now,
    )
    db.session.add(rules)
    db.session.flush()
    said: facts.Content = {"sha256": rules.sha256, "language": rules.language}
    facts.state(contest.id, "rules", said, now=now, number=rules.number)
    return rules


def _part_from(contest: Contest, former: int | None, *, now: datetime) -> None:
    """Share nothing more with a sponsor in whose place another stands: every yes was to the one that was named."""
    if former is not None and former != contest.sponsor_id:
        sharing.end("contest", contest.id, sponsor_id=former, now=now)
        for prize in queries.prizes_of(contest):
            sharing.end("prize", prize.id, sponsor_id=former, now=now)


def _refuse_date(contest: Contest, name: str, after: datetime | None) -> None:
    before = getattr(contest, name)
    if before is not None and (after is None or after < before):
        raise Refused(Refusal("earlier", _("A published date can only move to a later time."), name))
    if name == "opens_at" and contest.state == "open" and after != before:
        raise Refused(Refusal("opened", _("It has opened already."), name))


def _changed(step: sa.Update, contest: Contest) -> bool:
    changed = bool(db.session.execute(step).rowcount)  # type: ignore[attr-defined]
    db.session.refresh(contest)
    return changed


def _why_not_saved(contest: Contest) -> Refusal:
    if contest.state not in queries.UNPUBLISHED:
        return Refusal("published", _("It is published: its rules can only change as a new version."), None)
    return _elsewhere()


def _why_not_changed(contest: Contest, version: int, now: datetime) -> Refusal:
    if contest.version != version:
        return _elsewhere()
    if contest.state in CHANGING and contest.closes_at > now:
        days = _("Some have entered, and each has at least three days to answer: let entries close later.")
        return Refusal("no_time", days, "closes_at")
    return Refusal("closed", _("Rules change only while entries are taken, or before."), None)


def _elsewhere() -> Refusal:
    return Refusal(
        "changed",
        _("This was saved from another window in between. What you typed is still here; compare, then save again."),
        None,
    )
