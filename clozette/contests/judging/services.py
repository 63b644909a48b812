"""Leading a jury. Whatever changes a round holds its row, so that of two at once one is first; a ballot holds it shared,
and none is taken once the round has ended. Nothing here takes a ballot from anybody but the judge whose it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from clozette.accounts.models import Member
from clozette.contests import facts
from clozette.contests.entering import eligibility
from clozette.contests.entering.models import Entry
from clozette.contests.judging import planned, queries, rules
from clozette.contests.judging.events import EntriesAllotted, JudgeNamed
from clozette.contests.judging.models import Assignment, Ballot, Judge, Round, RoundChange
from clozette.contests.judging.queries import FACT
from clozette.contests.planning.models import Contest
from clozette.contests.planning.plans import terms_of
from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused

NAMING = ("draft", "checked", "published", "open", "closed")
_NO_SYNC = {"synchronize_session": False}


def name(contest: Contest, member: Member, *, by_id: int | None, now: datetime) -> Judge:
    """Ask a member into the jury.

    :raises Refused: if they are too near to the contest, under age, or were named before.
    """
    _refuse_judge(contest, member, now)
    judge_id = new_id()
    seat = {"contest_id": contest.id, "member_id": member.id, "named_at": now, "named_by_id": by_id}
    if not insert_once(Judge, id=judge_id, **seat):
        raise Refused(Refusal("named", _("They have been named already."), "handle"))
    events.publish(JudgeNamed(judge_id))
    return db.session.get_one(Judge, judge_id)


def accept(judge: Judge, *, now: datetime) -> None:
    """Say yes to a seat; entries that lack a judge come along.

    :raises Refused: if the judge has come too near to the contest meanwhile, or was dropped.
    """
    contest = db.session.get_one(Contest, judge.contest_id)
    _refuse_judge(contest, db.session.get_one(Member, judge.member_id), now)
    once = sa.update(Judge).where(Judge.id == judge.id, Judge.accepted_at.is_(None), Judge.dropped_at.is_(None))
    if _done(once.values(accepted_at=now), judge):
        _fill_open(contest, now)


def leave(judge: Judge, *, now: datetime) -> None:
    """Say no to a seat, or give it up."""
    _drop(judge, because=None, by_id=None, now=now)


def drop(judge: Judge, because: str, *, by_id: int, now: datetime) -> None:
    """Take a judge out: what they have in the open round counts no more and goes to others; no other ballot is touched."""
    _drop(judge, because=because, by_id=by_id, now=now)


def plan_round(contest: Contest, values: Mapping[str, Any], because: str = "", *, now: datetime) -> Round:
    """Add a round behind the others.

    :param because: why, which everybody reads where the rounds are public already.
    :raises Refused: where no jury decides, once everything is counted, for a time that is over, or without a reason.
    """
    if contest.decided_by != "jury":
        raise Refused(Refusal("no_jury", _("No jury decides this contest."), None))
    _refuse_past(values["due_at"], now)
    db.session.get_one(Contest, contest.id, with_for_update=True, populate_existing=True)
    _refuse_counted(contest)  # under the lock: what was counted names the rounds there were
    planned.refuse_unsaid(contest, because)
    last = db.session.scalar(sa.select(sa.func.max(Round.number)).where(Round.contest_id == contest.id))
    made = Round(id=new_id(), contest_id=contest.id, number=(last or 0) + 1, criteria=[], **values)
    db.session.add(made)
    planned.restate(contest, because, now=now)
    db.session.flush()
    return made


def unplan_round(round_: Round, because: str = "", *, now: datetime) -> None:
    """Take the last round out that has not been opened; where all others have ended the jury comes to its end with that.

    :raises Refused: for any other, or without a reason where the rounds are public.
    """
    contest = db.session.get_one(Contest, round_.contest_id, with_for_update=True, populate_existing=True)
    later = sa.exists().where(Round.contest_id == round_.contest_id, Round.number > round_.number)
    once = sa.delete(Round).where(Round.id == round_.id, Round.opened_at.is_(None))
    is_last = round_.opened_at is None and not db.session.scalar(sa.select(later))
    if is_last:
        planned.refuse_unsaid(contest, because)
    if not is_last or not db.session.execute(once, execution_options=_NO_SYNC).rowcount:  # type: ignore[attr-defined]
        raise Refused(Refusal("not_last", _("Only the last round can be taken out, before it is opened."), None))
    db.session.expunge(round_)
    planned.restate(contest, because, now=now)
    left = queries.rounds_of(contest)
    if left and left[-1].ended_at is not None and not is_counted(contest):
        fix(contest, now)


def open_round(round_: Round, *, now: datetime) -> None:
    """Share the entries out among the judges.

    :raises Refused: before the list of entries is fixed, before the round in front has ended, with too few judges.
    """
    contest = db.session.get_one(Contest, round_.contest_id, with_for_update=True, populate_existing=True)
    db.session.refresh(round_, with_for_update=True)
    if round_.opened_at is not None:
        raise Refused(Refusal("opened", _("This round is open already."), None))
    needs = {entry.id: round_.quorum for entry in _entries_for(contest, round_)}
    pairs, short = _shared_out(contest, round_, needs)
    if short:
        raise Refused(_too_few(short))
    round_.opened_at = now
    if round_.method == "score":
        criteria = [{"name": one.name, "weight": one.weight} for one in terms_of(contest.terms).criteria if one.name]
        round_.criteria = criteria or [{"name": contest.title, "weight": 1}]
    _give(round_, pairs, now)
    events.publish(EntriesAllotted(round_.id))


def ballot(judge: Judge, assignment: Assignment, value: Sequence[int], *, now: datetime) -> bool:
    """Keep what a judge says of an entry. Where they have come to know its author it goes to somebody else: then ``False``.

    :raises Refused: once the round has ended, or the entry was taken from the judge.
    """
    if not queries.may_judge(db.session.get_one(Contest, judge.contest_id), judge.id, assignment.entry_id):
        _stand_back(judge, assignment, "known", now)
        return False
    round_ = _held(assignment, judge, shared=True)
    if not rules.is_value(round_.method, value, len(round_.criteria)):
        raise Refused(Refusal("value", _("This is not what the round asks for."), None))
    last = _last(assignment)
    if last is None or last.value != list(value):
        number = last.number + 1 if last is not None else 1
        db.session.add(Ballot(id=new_id(), assignment_id=assignment.id, number=number, at=now, value=list(value)))
        db.session.flush()
    return True


def rank(judge: Judge, round_: Round, order: Mapping[int, int], *, now: datetime) -> None:
    """Keep the order in which a judge puts the entries of a round: places by the number of the entry.

    :raises Refused: unless each entry has a place of its own; once the round has ended.
    """
    mine = queries.tasks_of(round_, judge)
    if sorted(order.get(one.entry.number, 0) for one in mine) != list(range(1, len(mine) + 1)):
        words = _("Give each entry a place of its own, from 1 to %(last)d.", last=len(mine))
        raise Refused(Refusal("places", words, None))
    for one in mine:
        ballot(judge, one.assignment, [order[one.entry.number]], now=now)


def recuse(judge: Judge, assignment: Assignment, *, now: datetime) -> None:
    """Stand back from an entry, because one knows whose it is; somebody else gets it.

    :raises Refused: once the round has ended.
    """
    _stand_back(judge, assignment, "declared", now)


def extend(round_: Round, due_at: datetime, because: str, *, by_id: int, now: datetime) -> None:
    """Give the judges more time.

    :raises Refused: for a round that is not open, or an earlier time.
    """
    _hold(round_)
    if due_at <= max(round_.due_at, now):
        raise Refused(Refusal("earlier", _("Choose a later time than before."), "due_at"))
    was, round_.due_at = round_.due_at, due_at
    _note(round_, "due", was.isoformat(), due_at.isoformat(), because, by_id, now)


def set_quorum(round_: Round, quorum: int, because: str, *, by_id: int, now: datetime) -> None:
    """Ask for fewer or more ballots for each entry. Nothing that was given is lost; what lacks judges gets them.

    :raises Refused: for a round that is not open.
    """
    _hold(round_)
    if quorum == round_.quorum:
        return
    was, round_.quorum = round_.quorum, quorum
    _note(round_, "quorum", str(was), str(quorum), because, by_id, now)
    db.session.flush()
    _fill(_contest(round_), round_, now)


def end_round(round_: Round, *, now: datetime) -> None:
    """End a round; with the last one that is planned, every ballot is fixed for good.

    :raises Refused: if an entry has too few ballots, or the round has ended or is not open.
    """
    contest = db.session.get_one(Contest, round_.contest_id, with_for_update=True, populate_existing=True)
    _hold(round_)
    short = [one.entry.number for one in queries.progress(round_) if one.given < round_.quorum]
    if short:
        raise Refused(_unjudged(short))
    round_.ended_at = now
    db.session.flush()
    if queries.rounds_of(contest)[-1].id == round_.id:
        fix(contest, now)


def is_counted(contest: Contest) -> bool:
    """Whether a jury has come to its end, so that nothing of it changes any more."""
    return contest.state not in NAMING or facts.of(contest.id, FACT) is not None


def why_not_judged(contest: Contest, _now: datetime) -> Refusal | None:
    """Say that a contest which a jury decides waits for it; it does not where there is nothing to judge."""
    if contest.decided_by != "jury" or facts.of(contest.id, FACT) is not None or has_nothing_left(contest):
        return None
    return Refusal("not_judged", _("The jury has not come to an end yet."))


def has_nothing_left(contest: Contest) -> bool:
    """Whether no entry is left that the next round could be about: nobody entered, or all who did are out."""
    rounds = queries.rounds_of(contest)
    if facts.of(contest.id, "entries") is None or any(one.opened_at and not one.ended_at for one in rounds):
        return False
    return not _left(contest, [one for one in rounds if one.ended_at])


def fix(contest: Contest, now: datetime) -> None:
    """State the digest of all ballots, and how they are counted: the jury has come to its end."""
    sheets = queries.sheets(contest)
    lines = queries.lines(sheets)
    rounds, counted = queries.rounds_of(contest), queries.methods(contest)
    said: facts.Content = {
        "final": rules.chained(lines),
        "count": len(lines),
        "method": [planned.line(one.number, counted[one.number], one.quorum, one.takes) for one in rounds],
        "weights": [f"{one.number} {each['weight']} {each['name']}" for one in rounds for each in one.criteria],
        "tie_break": terms_of(contest.terms).tie_break,
        "vote_share": contest.vote_share,
    }
    facts.state(contest.id, FACT, said, now=now)


def _entries_for(contest: Contest, round_: Round) -> Sequence[Entry]:
    """Return the entries that a round is about: all of them, or those that the round in front took."""
    _refuse_over(contest)
    if facts.of(contest.id, "entries") is None:
        raise Refused(Refusal("not_frozen", _("The list of entries is not fixed yet."), None))
    before = [one for one in queries.rounds_of(contest) if one.number < round_.number]
    if any(one.ended_at is None for one in before):
        raise Refused(Refusal("early", _("The round before this one has not ended."), None))
    entries = _left(contest, before)
    if round_.method == "rank" and len(entries) > rules.MOST_RANKED:
        words = _("Nobody can put more than %(most)d entries in an order: have points given first.", most=30)
        raise Refused(Refusal("too_many", words, None))
    if not entries:
        raise Refused(Refusal("none", _("There is no entry to judge."), None))
    return entries


def _left(contest: Contest, before: Sequence[Round]) -> Sequence[Entry]:
    """Return the entries that can win something and that the last of the rounds before took."""
    fit = sa.select(Entry).where(Entry.contest_id == contest.id, queries.takes_part())
    entries = db.session.scalars(fit.order_by(Entry.number)).all()
    if not before or not entries:
        return entries
    sheet = queries.sheets(contest)[-1]
    gone = {one.entry for one in sheet.casts} - {entry.number for entry in entries}
    order = rules.taken(sheet, len(sheet.casts), terms_of(contest.terms).tie_break)
    taken = set([number for number in order if number not in gone][: before[-1].takes])
    return [entry for entry in entries if entry.number in taken]


def _shared_out(contest: Contest, round_: Round, needs: Mapping[int, int]) -> tuple[list[tuple[int, int]], list[int]]:
    """Return who gets which entry, and the numbers of entries for which there are too few judges.

    :param needs: how many judges each entry of the round still needs. In a ranking each judge gets all of them, also those
        that need none: whoever ranks few says little.
    """
    load = dict.fromkeys(queries.able(contest), 0)
    known = sa.select(Assignment.judge_id, Assignment.entry_id).where(Assignment.round_id == round_.id)
    before = {(judge_id, entry_id) for judge_id, entry_id in db.session.execute(known)}
    for judge_id in [judge_id for judge_id, _entry_id in before if judge_id in load]:
        load[judge_id] += 1
    barred = queries.conflicts(contest) | before
    pairs, short = rules.allot(needs, load, barred)
    if round_.method == "rank":
        pairs = [(judge, entry) for judge in load for entry in needs if (judge, entry) not in barred]
    numbers = sa.select(Entry.number).where(Entry.id.in_(short)).order_by(Entry.number)
    return pairs, list(db.session.scalars(numbers)) if short else []


def _give(round_: Round, pairs: Sequence[tuple[int, int]], now: datetime) -> None:
    db.session.add_all(
        Assignment(id=new_id(), round_id=round_.id, judge_id=judge_id, entry_id=entry_id, made_at=now)
        for judge_id, entry_id in pairs
    )
    db.session.flush()


def _fill(contest: Contest, round_: Round, now: datetime) -> None:
    """Give entries of an open round that lack judges to others, as far as there are any; in a ranking everybody all."""
    have = sa.select(Assignment.entry_id, sa.func.count()).where(Assignment.round_id == round_.id, queries.counts())
    found = dict(db.session.execute(have.group_by(Assignment.entry_id)).all())
    needs = {entry.id: max(round_.quorum - found.get(entry.id, 0), 0) for entry in queries.entries_in(round_)}
    pairs, _short = _shared_out(contest, round_, needs)
    if pairs:
        _give(round_, pairs, now)
        events.publish(EntriesAllotted(round_.id))


def _fill_open(contest: Contest, now: datetime) -> None:
    current = queries.open_round(contest)
    if current is not None and contest.state == "closed":
        _hold(current)
        _fill(contest, current, now)


def _drop(judge: Judge, *, because: str | None, by_id: int | None, now: datetime) -> None:
    contest = db.session.get_one(Contest, judge.contest_id)
    current = queries.open_round(contest)
    if current is not None and contest.state == "closed":
        _hold(current)
    once = sa.update(Judge).where(Judge.id == judge.id, Judge.dropped_at.is_(None))
    if not _done(once.values(dropped_at=now, dropped_because=because), judge) or current is None:
        return
    theirs = sa.update(Assignment).where(Assignment.round_id == current.id, Assignment.judge_id == judge.id)
    theirs = theirs.where(Assignment.void_at.is_(None)).values(void_at=now, because="dropped" if by_id else "left")
    changed = db.session.execute(theirs, execution_options=_NO_SYNC).rowcount  # type: ignore[attr-defined]
    db.session.expire_all()
    if by_id is not None and changed:
        _note(current, "dropped", str(changed), "0", because or "", by_id, now)
    _fill(contest, current, now)


def _stand_back(judge: Judge, assignment: Assignment, because: str, now: datetime) -> None:
    round_ = _held(assignment, judge, shared=False)
    assignment.recused_at, assignment.because = now, because
    db.session.flush()
    _fill(_contest(round_), round_, now)


def _held(assignment: Assignment, judge: Judge, *, shared: bool) -> Round:
    """Return the round of an assignment, held so that it can't end meanwhile, and the assignment too.

    :param shared: with other ballots; what shares entries out anew is alone.

    :raises Refused: if it has ended, or is no longer the judge's.
    """
    wanted = sa.select(Round).join(Contest, Contest.id == Round.contest_id)
    wanted = wanted.where(Round.id == assignment.round_id, Round.opened_at.is_not(None), Round.ended_at.is_(None))
    wanted = wanted.where(Contest.state == "closed").with_for_update(read=shared, of=Round)
    round_ = db.session.scalar(wanted.execution_options(populate_existing=True))
    db.session.refresh(assignment, with_for_update=True)
    if round_ is None:
        raise Refused(Refusal("ended", _("This round has ended; what you said before it ended counts."), None))
    if assignment.judge_id != judge.id or assignment.recused_at or assignment.void_at:
        raise Refused(Refusal("not_yours", _("This entry is no longer yours to judge."), None))
    return round_


def _hold(round_: Round) -> None:
    """Hold a round that is open, so that no ballot and no other change comes in between.

    :raises Refused: if it is not open.
    """
    db.session.refresh(round_, with_for_update=True)
    _refuse_over(_contest(round_))
    if round_.opened_at is None or round_.ended_at is not None:
        raise Refused(Refusal("not_open", _("This round is not open."), None))


def _last(assignment: Assignment) -> Ballot | None:
    mine = sa.select(Ballot).where(Ballot.assignment_id == assignment.id).order_by(Ballot.number.desc()).limit(1)
    found: Ballot | None = db.session.scalar(mine)
    return found


def _note(round_: Round, what: str, was: str, became: str, because: str, by_id: int, now: datetime) -> None:
    kept = {"what": what, "was": was, "became": became, "because": because, "by_id": by_id, "at": now}
    db.session.add(RoundChange(id=new_id(), round_id=round_.id, **kept))
    db.session.flush()


def _contest(round_: Round) -> Contest:
    return db.session.get_one(Contest, round_.contest_id)


def _refuse_judge(contest: Contest, member: Member, now: datetime) -> None:
    """Refuse whoever is too near to a contest to judge it."""
    _refuse_counted(contest)
    entered = sa.exists().where(
        Entry.contest_id == contest.id,
        Entry.member_id == member.id,
        Entry.state.in_(("entered", "asked", "disqualified")),
    )
    if db.session.scalar(sa.select(entered)):
        raise Refused(Refusal("entrant", _("Somebody who has entered can't judge."), "handle"))
    if eligibility.works_for_sponsor(contest, member):
        raise Refused(Refusal("sponsors", _("Somebody who works for a sponsor can't judge."), "handle"))
    if member.is_minor(now.date()):
        raise Refused(Refusal("minor", _("Only adults can judge."), "handle"))


def _refuse_counted(contest: Contest) -> None:
    if is_counted(contest):
        raise Refused(Refusal("over", _("The jury has come to its end."), None))


def _refuse_over(contest: Contest) -> None:
    if contest.state != "closed":
        raise Refused(Refusal("not_closed", _("A jury judges from the close on, until the contest is decided."), None))


def _refuse_past(due_at: datetime, now: datetime) -> None:
    if due_at <= now:
        raise Refused(Refusal("past", _("Choose a time to come."), "due_at"))


def _too_few(short: Sequence[int]) -> Refusal:
    words = ngettext(
        "Entry %(numbers)s has too few judges who may judge it. Name more, or ask for fewer ballots.",
        "Entries %(numbers)s have too few judges who may judge them. Name more, or ask for fewer ballots.",
        len(short),
        numbers=_listed(short),
    )
    return Refusal("too_few_judges", words)


def _unjudged(short: Sequence[int]) -> Refusal:
    words = ngettext(
        "Entry %(numbers)s has fewer ballots than the round asks for. Give more time, drop a judge, or ask for fewer.",
        "Entries %(numbers)s have fewer ballots than the round asks for. Give more time, drop a judge, or ask for fewer.",
        len(short),
        numbers=_listed(short),
    )
    return Refusal("unjudged", words)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:8])) + (" …" if len(numbers) > 8 else "")


def _done(step: sa.Update, row: Any) -> bool:
    changed = db.session.execute(step, execution_options=_NO_SYNC).rowcount  # type: ignore[attr-defined]
    db.session.refresh(row)
    return bool(changed)
