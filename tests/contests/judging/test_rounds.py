"""Judging fails on people: late judges, changed quorums, conflicts, what was skipped, rankings that are too long."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Block, Member
from clozette.community.models import Follow, Notification
from clozette.contests import facts
from clozette.contests.entering.models import Entry
from clozette.contests.judging import queries, services, standings, tasks
from clozette.contests.judging.models import Assignment, Ballot, Judge, Round, RoundChange
from clozette.contests.planning import life
from clozette.contests.planning.models import Contest
from clozette.contests.planning.words import zone_moment
from clozette.contests.voting import queries as voting
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.ports.mail import KEY
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks.perform import perform
from tests.contests.judging.conftest import Making, judge_all, plan, say, start
from tests.factories.accounts import make_member, make_minor
from tests.factories.contests import make_entry, make_judge, make_sponsor
from tests.support.application import Clock
from tests.support.races import at_once


def judges_of(contest: Contest) -> list[Judge]:
    return [seat.judge for seat in queries.seats(contest)]


def entries_of(contest: Contest) -> list[Entry]:
    wanted = sa.select(Entry).where(Entry.contest_id == contest.id).order_by(Entry.number)
    return list(db.session.scalars(wanted))


def given(round_: Round, entry: Entry) -> set[int]:
    """Return the judges who have an entry to judge."""
    wanted = sa.select(Assignment.judge_id).where(Assignment.round_id == round_.id, Assignment.entry_id == entry.id)
    return set(db.session.scalars(wanted.where(Assignment.void_at.is_(None), Assignment.recused_at.is_(None))))


def refused(deed: object, *args: object, **named: object) -> str:
    """Do something that is refused; return why."""
    with pytest.raises(Refused) as error:
        deed(*args, **named)  # type: ignore[operator]
    return error.value.refusal.code


@pytest.mark.requirement(8)
def test_every_entry_gets_as_many_judges_as_the_round_asks_for(jury: Making) -> None:
    contest = jury(entries=9, judges=4)
    round_ = start(contest, quorum=3)
    assert all(len(given(round_, entry)) == 3 for entry in entries_of(contest))
    loads = queries.open_tasks(round_)
    assert max(loads.values()) - min(loads.values()) <= 1
    assert round_.criteria == contest.terms["criteria"]


def test_nobody_judges_whom_they_know(jury: Making) -> None:
    contest = jury(entries=4, judges=6)
    judges, entries, now = judges_of(contest), entries_of(contest), clock.now()
    me = [judge.member_id for judge in judges]
    them = [entry.member_id for entry in entries]
    db.session.add_all(
        [
            Follow(id=new_id(), follower_id=me[0], followed_id=them[0], at=now),
            Follow(id=new_id(), follower_id=them[1], followed_id=me[1], at=now),
            Block(id=new_id(), blocker_id=me[2], blocked_id=them[2], at=now),
            Block(id=new_id(), blocker_id=them[3], blocked_id=me[3], at=now),
        ]
    )
    own = make_entry(contest, db.session.get_one(Member, me[4]), locked_sha256="f" * 64)
    db.session.flush()
    round_ = start(contest, quorum=5)
    for n in range(4):
        assert given(round_, entries[n]) == {judge.id for judge in judges} - {judges[n].id}
    assert judges[4].id not in given(round_, own)


def test_a_judge_who_comes_to_work_for_a_sponsor_judges_nothing(jury: Making) -> None:
    contest = jury(judges=3, sponsor=None)
    contest.sponsor_id = make_sponsor(domains=["acme.test"]).id
    first = judges_of(contest)[0]
    db.session.get_one(Member, first.member_id).email = "jo@acme.test"
    round_ = start(contest)
    assert first.id not in queries.open_tasks(round_)


def test_whoever_is_too_near_is_not_named(jury: Making) -> None:
    contest, now = jury(), clock.now()
    contest.sponsor_id = make_sponsor(domains=["acme.test"]).id
    entrant = db.session.get_one(Member, entries_of(contest)[0].member_id)

    def why(member: Member) -> str:
        return refused(services.name, contest, member, by_id=None, now=now)

    assert why(entrant) == "entrant"
    assert why(make_member(email="jo@acme.test")) == "sponsors"
    assert why(make_minor()) == "minor"
    assert why(db.session.get_one(Member, judges_of(contest)[0].member_id)) == "named"


def test_an_invitation_is_told_and_accepted_once(jury: Making) -> None:
    contest, member, now = jury(judges=0), make_member(), clock.now()
    judge = services.name(contest, member, by_id=None, now=now)
    tasks.tell_judge(judge_id=judge.id)
    tasks.tell_judge(judge_id=judge.id)
    assert db.session.scalars(sa.select(Notification.kind)).all() == ["jury_asked"]
    assert queries.able(contest) == []
    services.accept(judge, now=now)
    services.accept(judge, now=now + timedelta(hours=1))
    assert (judge.accepted_at, queries.able(contest)) == (now, [judge.id])
    make_entry(contest, other := make_member(), state="entered")
    late = make_judge(contest, other, accepted_at=None)
    assert refused(services.accept, late, now=now) == "entrant"


def test_one_stands_back_and_another_judges(jury: Making) -> None:
    contest = jury(entries=1, judges=3)
    round_ = start(contest, quorum=2)
    (entry,) = entries_of(contest)
    first = db.session.scalars(sa.select(Assignment).order_by(Assignment.id)).first()
    assert first is not None
    before, judge = given(round_, entry), db.session.get_one(Judge, first.judge_id)
    services.recuse(judge, first, now=clock.now())
    assert given(round_, entry) == {one.id for one in judges_of(contest)} - {judge.id}
    assert len(before & given(round_, entry)) == 1
    assert refused(services.ballot, judge, first, [5, 5], now=clock.now()) == "not_yours"


def test_whoever_comes_to_know_an_entrant_judges_no_more(jury: Making) -> None:
    contest = jury(entries=1, judges=3)
    round_ = start(contest, quorum=2)
    (entry,) = entries_of(contest)
    first = db.session.scalars(sa.select(Assignment).order_by(Assignment.id)).first()
    assert first is not None
    judge = db.session.get_one(Judge, first.judge_id)
    db.session.add(Follow(id=new_id(), follower_id=judge.member_id, followed_id=entry.member_id, at=clock.now()))
    db.session.flush()
    assert not say(first, 5, 5)
    assert (first.because, db.session.scalar(sa.select(sa.func.count(Ballot.id)))) == ("known", 0)
    assert len(given(round_, entry)) == 2


def test_a_late_judge_keeps_no_round_open(jury: Making, by_id: int) -> None:
    contest = jury(entries=6, judges=3)
    round_ = start(contest, quorum=3)
    late, *others = judges_of(contest)
    for judge in others:
        for task in queries.tasks_of(round_, judge):
            say(task.assignment, 8, 6)
    assert refused(services.end_round, round_, now=clock.now()) == "unjudged"
    assert round_.ended_at is None
    later = clock.now() + timedelta(days=5)
    services.extend(round_, later, "Two are ill", by_id=by_id, now=clock.now())
    assert refused(services.extend, round_, later, "Again", by_id=by_id, now=clock.now()) == "earlier"
    services.set_quorum(round_, 2, "One does not answer", by_id=by_id, now=clock.now())
    services.end_round(round_, now=clock.now())
    assert (round_.due_at, round_.ended_at is not None) == (later, True)
    changes = db.session.scalars(sa.select(RoundChange).order_by(RoundChange.id)).all()
    assert [(one.what, one.became, one.because) for one in changes] == [
        ("due", later.isoformat(), "Two are ill"),
        ("quorum", "2", "One does not answer"),
    ]
    assert queries.tasks_of(round_, late)[0].value is None


def test_dropping_a_judge_loses_nobody_elses_work(jury: Making, by_id: int) -> None:
    contest = jury(entries=4, judges=3)
    round_ = start(contest, quorum=2)
    judge_all(round_, lambda entry, place: (10 - 4 * place, 5))
    gone, *others = judges_of(contest)
    kept = db.session.scalars(sa.select(Ballot.id)).all()
    services.drop(gone, "Was seen with an entrant", by_id=by_id, now=clock.now())
    assert db.session.scalars(sa.select(Ballot.id)).all() == kept
    said = {task.assignment.judge_id for one in others for task in queries.tasks_of(round_, one) if task.value}
    assert said == {one.id for one in others}
    for judge in others:
        for task in queries.tasks_of(round_, judge):
            say(task.assignment, 2, 2)
    services.end_round(round_, now=clock.now())
    (sheet,) = queries.sheets(contest)
    assert all(cast.value == (2, 2) for cast in sheet.casts)
    assert Counter(cast.entry for cast in sheet.casts) == {1: 2, 2: 2, 3: 2, 4: 2}


def test_dropping_takes_effect_once(jury: Making, by_id: int) -> None:
    contest = jury(judges=4)
    start(contest, quorum=2)
    judge = judges_of(contest)[0]
    for _n in range(2):
        services.drop(judge, "Late", by_id=by_id, now=clock.now())
    assert db.session.scalar(sa.select(sa.func.count(RoundChange.id))) == 1


def test_a_higher_quorum_gives_more_to_do_and_loses_nothing(jury: Making, by_id: int) -> None:
    contest = jury(entries=3, judges=3)
    round_ = start(contest, quorum=1)
    judge_all(round_, lambda entry, place: (7, 7))
    services.set_quorum(round_, 3, "More eyes", by_id=by_id, now=clock.now())
    assert all((one.given, one.waiting) == (1, 2) for one in queries.progress(round_))


def test_what_is_skipped_stays_to_be_done(jury: Making) -> None:
    contest = jury(entries=3, judges=2)
    round_ = start(contest, quorum=2)
    judge = judges_of(contest)[0]
    first, *_others = queries.tasks_of(round_, judge)
    say(first.assignment, 1, 1)
    assert [task.value for task in queries.tasks_of(round_, judge)] == [[1, 1], None, None]
    assert queries.open_tasks(round_)[judge.id] == 2


def test_a_newer_ballot_counts_and_the_older_one_stays(jury: Making) -> None:
    contest = jury(entries=1, judges=2)
    round_ = start(contest, quorum=2)
    judge_all(round_, lambda entry, place: (1, 1))
    judge_all(round_, lambda entry, place: (9, 9))
    judge_all(round_, lambda entry, place: (9, 9))
    assert [one.value for one in db.session.scalars(sa.select(Ballot).order_by(Ballot.id))] == [[1, 1]] * 2 + [
        [9, 9]
    ] * 2
    services.end_round(round_, now=clock.now())
    assert {cast.value for cast in queries.sheets(contest)[0].casts} == {(9, 9)}
    task = queries.tasks_of(round_, judges_of(contest)[0])[0]
    assert refused(say, task.assignment, 1, 1) == "ended"


@pytest.mark.parametrize("value", [[5], [0, 5], [5, 11], []])
def test_a_ballot_says_what_is_asked_for(jury: Making, value: list[int]) -> None:
    contest = jury(entries=1, judges=2)
    start(contest, quorum=2)
    first = db.session.scalars(sa.select(Assignment)).first()
    assert first is not None
    assert refused(say, first, *value) == "value"


def test_a_round_takes_the_best_and_the_last_fixes_everything(jury: Making) -> None:
    contest = jury(entries=5, judges=3)
    first, second = plan(contest, "yesno", takes=2), plan(contest, quorum=3)
    assert refused(services.open_round, second, now=clock.now()) == "early"
    services.open_round(first, now=clock.now())
    judge_all(first, lambda entry, place: (int(entry.number in (2, 4)),))
    services.end_round(first, now=clock.now())
    assert facts.of(contest.id, "ballots") is None
    assert life.why_not(contest, "judged", clock.now())
    services.open_round(second, now=clock.now())
    judge_all(second, lambda entry, place: (entry.number * 2, 1 + place))
    services.end_round(second, now=clock.now())
    fact = facts.of(contest.id, "ballots")
    assert fact is not None
    assert fact.content["count"] == 16
    assert fact.content["weights"] == ["2 2 Colour", "2 1 Idea"]
    assert life.why_not(contest, "judged", clock.now()) == []
    assert refused(plan, contest) == "over"
    order = standings.order(contest)
    assert [db.session.get_one(Entry, one).number for one in order] == [4, 2, 1, 3, 5]
    assert standings.order(contest) == order


def test_whoever_was_disqualified_takes_nobodys_place(jury: Making) -> None:
    contest = jury(entries=3, judges=2)
    first, second = plan(contest, "yesno", takes=2), plan(contest)
    services.open_round(first, now=clock.now())
    judge_all(first, lambda entry, place: (1,))
    services.end_round(first, now=clock.now())
    entries_of(contest)[0].state = "disqualified"
    services.open_round(second, now=clock.now())
    assert [entry.number for entry in queries.entries_in(second)] == [2, 3]


def test_too_few_judges_are_told_before_anybody_begins(jury: Making) -> None:
    contest = jury(entries=2, judges=1)
    round_ = plan(contest, quorum=2)
    assert refused(services.open_round, round_, now=clock.now()) == "too_few_judges"
    db.session.refresh(round_)
    assert (round_.opened_at, db.session.scalar(sa.select(sa.func.count(Assignment.id)))) == (None, 0)


def test_a_judge_who_says_yes_late_takes_what_is_left(jury: Making, by_id: int) -> None:
    contest = jury(entries=2, judges=2)
    round_ = start(contest, quorum=2)
    services.drop(judges_of(contest)[0], "Ill", by_id=by_id, now=clock.now())
    assert [one.waiting for one in queries.progress(round_)] == [1, 1]
    late = services.name(contest, make_member(), by_id=None, now=clock.now())
    services.accept(late, now=clock.now())
    assert queries.open_tasks(round_)[late.id] == 2


def _ranked(round_: Round, *judges: Judge) -> None:
    """Let judges put what they have in the order of the numbers."""
    for judge in judges:
        order = [task.entry.number for task in queries.tasks_of(round_, judge)]
        services.rank(judge, round_, {number: place for place, number in enumerate(order, 1)}, now=clock.now())


@pytest.mark.requirement(8)
def test_a_late_judge_and_a_recusal_turn_no_ranking_round(jury: Making) -> None:
    """Whoever saw number 2 and 3 put 2 before 3; a late judge who may rank number 3 alone turns that as little."""
    contest = jury(entries=3, judges=2)
    round_, (one, other) = start(contest, "rank", quorum=2), judges_of(contest)
    services.recuse(one, queries.tasks_of(round_, one)[2].assignment, now=clock.now())
    late, now = services.name(contest, make_member(), by_id=None, now=clock.now()), clock.now()
    for entry in entries_of(contest)[:2]:
        db.session.add(Follow(id=new_id(), follower_id=late.member_id, followed_id=entry.member_id, at=now))
    services.accept(late, now=now)
    assert [task.entry.number for task in queries.tasks_of(round_, late)] == [3]
    _ranked(round_, one, other, late)
    services.end_round(round_, now=clock.now())
    standings.order(contest)
    found = [(number, standing.jury) for standing, number in standings.of_contest(contest)]
    assert found == [(1, "1"), (2, "1/2"), (3, "0")]


@pytest.mark.parametrize("lacks", [True, False])
def test_whoever_comes_late_to_a_ranking_gets_all_of_it(jury: Making, lacks: bool) -> None:
    contest = jury(entries=4, judges=2)
    round_, (one, _other) = start(contest, "rank", quorum=2), judges_of(contest)
    if lacks:
        services.recuse(one, queries.tasks_of(round_, one)[2].assignment, now=clock.now())
    late = services.name(contest, make_member(), by_id=None, now=clock.now())
    services.accept(late, now=clock.now())
    assert [task.entry.number for task in queries.tasks_of(round_, late)] == [1, 2, 3, 4]
    assert (late, 4) in queries.judges_to_tell(round_)


def test_a_late_judge_of_points_gets_what_lacks_alone(jury: Making) -> None:
    contest = jury(entries=3, judges=2)
    round_ = start(contest, quorum=2)
    late = services.name(contest, make_member(), by_id=None, now=clock.now())
    services.accept(late, now=clock.now())
    assert queries.tasks_of(round_, late) == []


def test_a_ranking_is_of_thirty_at_most(jury: Making) -> None:
    contest = jury(entries=31, judges=2)
    assert refused(services.open_round, plan(contest, "rank"), now=clock.now()) == "too_many"


def test_a_ranking_gives_each_entry_a_place_of_its_own(jury: Making) -> None:
    contest = jury(entries=3, judges=2)
    round_ = start(contest, "rank")
    one, other = judges_of(contest)
    assert refused(services.rank, one, round_, {1: 1, 2: 1, 3: 2}, now=clock.now()) == "places"
    services.rank(one, round_, {1: 3, 2: 1, 3: 2}, now=clock.now())
    services.rank(other, round_, {1: 2, 2: 1, 3: 3}, now=clock.now())
    services.end_round(round_, now=clock.now())
    assert [number for _place, number in (standings.order(contest), standings.of_contest(contest))[1]] == [2, 1, 3]


def test_only_the_last_unopened_round_is_taken_out(jury: Making) -> None:
    contest = jury(judges=2)
    first, second = plan(contest), plan(contest)
    assert refused(services.unplan_round, first, "No", now=clock.now()) == "not_last"
    services.unplan_round(second, "One is enough", now=clock.now())
    services.open_round(first, now=clock.now())
    assert refused(services.unplan_round, first, "No", now=clock.now()) == "not_last"


@pytest.mark.parametrize("share", [30, 20])
def test_votes_count_beside_the_jury(jury: Making, monkeypatch: pytest.MonkeyPatch, share: int) -> None:
    contest = jury(entries=2, judges=2, vote_share=share)
    one, other = entries_of(contest)
    monkeypatch.setattr(voting, "shares", lambda _contest: {one.id: Fraction(1)})
    round_ = start(contest)
    judge_all(round_, lambda entry, place: (6, 6) if entry.id == one.id else (9, 9))
    services.end_round(round_, now=clock.now())
    assert standings.order(contest) == ([one.id, other.id] if share == 30 else [other.id, one.id])
    totals = {standing.entry_id: standing.total for standing, _number in standings.of_contest(contest)}
    assert totals[one.id] == ("18/25" if share == 30 else "17/25")


def test_nothing_is_judged_before_the_close_or_after_a_cancellation(jury: Making) -> None:
    contest = jury(judges=2)
    round_ = plan(contest)
    contest.state = "open"
    assert refused(services.open_round, round_, now=clock.now()) == "not_closed"
    contest.state = "closed"
    services.open_round(round_, now=clock.now())
    contest.state = "cancelled"
    first = db.session.scalars(sa.select(Assignment)).first()
    assert first is not None
    assert refused(say, first, 1, 1) == "ended"
    assert refused(services.end_round, round_, now=clock.now()) == "not_closed"


def test_two_end_a_round_at_once(jury: Making, app: Flask) -> None:
    contest = jury(judges=2)
    round_ = start(contest)
    judge_all(round_, lambda entry, place: (5, 5))
    round_id = round_.id
    db.session.commit()
    deed = lambda: services.end_round(db.session.get_one(Round, round_id), now=clock.now())  # noqa: E731
    raised = at_once(app, deed, deed)
    assert [type(error) for error in raised] == [Refused]
    db.session.rollback()
    assert facts.of(contest.id, "ballots") is not None


def test_no_round_comes_behind_the_last_that_ends_meanwhile(
    jury: Making, monkeypatch: pytest.MonkeyPatch, db_session: orm.Session
) -> None:
    contest = jury()
    round_ = start(contest)
    judge_all(round_, lambda entry, place: (3, 3))
    refuse_past = services._refuse_past

    def ended_before(*args: object) -> None:
        services.end_round(round_, now=clock.now())
        refuse_past(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "_refuse_past", ended_before)
    assert refused(plan, contest) == "over"
    assert len(queries.rounds_of(contest)) == 1


def test_a_ballot_against_the_end_of_its_round(jury: Making, app: Flask) -> None:
    contest = jury(entries=1, judges=2)
    round_ = start(contest)
    judge_all(round_, lambda entry, place: (5, 5))
    first = db.session.scalars(sa.select(Assignment)).first()
    assert first is not None
    round_id, assignment_id, contest_id = round_.id, first.id, contest.id
    db.session.commit()
    raised = at_once(
        app,
        lambda: services.end_round(db.session.get_one(Round, round_id), now=clock.now()),
        lambda: say(db.session.get_one(Assignment, assignment_id), 9, 9),
    )
    db.session.rollback()
    fact, contest = facts.of(contest_id, "ballots"), db.session.get_one(Contest, contest_id)
    assert fact is not None
    assert fact.content["final"] == standings.document(contest)["final"]
    said = {cast.value for cast in queries.sheets(contest)[0].casts}
    assert ((9, 9) in said) is (not raised)


def test_two_stand_back_from_one_entry_at_once(jury: Making, app: Flask) -> None:
    contest = jury(entries=1, judges=4)
    round_ = start(contest, quorum=2)
    ids = db.session.execute(sa.select(Assignment.id, Assignment.judge_id)).all()
    round_id, (entry,) = round_.id, entries_of(contest)
    entry_id = entry.id
    db.session.commit()

    def back(assignment_id: int, judge_id: int) -> None:
        assignment = db.session.get_one(Assignment, assignment_id)
        services.recuse(db.session.get_one(Judge, judge_id), assignment, now=clock.now())

    assert not at_once(app, *[lambda pair=pair: back(*pair) for pair in ids])
    db.session.rollback()
    now_given = given(db.session.get_one(Round, round_id), db.session.get_one(Entry, entry_id))
    assert len(now_given) == 2
    assert not now_given & {judge_id for _assignment_id, judge_id in ids}


@pytest.mark.parametrize(
    "statement", ["UPDATE contests_ballots SET value = '[10, 10]'", "DELETE FROM contests_ballots"]
)
def test_nobody_edits_a_ballot_even_by_sql(jury: Making, statement: str) -> None:
    contest = jury(entries=1, judges=2)
    round_ = start(contest)
    judge_all(round_, lambda entry, place: (5, 5))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.session.begin_nested():
        db.session.execute(sa.text(statement))


def test_judges_are_told_and_reminded_once(
    app: Flask, jury: Making, stopped_clock: Clock, db_session: orm.Session
) -> None:
    contest = jury(entries=2, judges=2)
    round_ = start(contest, due_at=clock.now() + timedelta(days=3))
    done, other = judges_of(contest)
    for task in queries.tasks_of(round_, done):
        say(task.assignment, 5, 5)
    member = db_session.get_one(Member, other.member_id)
    member.time_zone, member.locale = "Asia/Tokyo", "en"
    round_id = round_.id
    db_session.commit()
    app.extensions[KEY].clear()
    for _n in range(2):
        perform(app, "contests.tell_judges_of_entries", {"round_id": round_id})
        perform(app, "contests.remind_judges", {})
    assert [one.kind for one in db.session.scalars(sa.select(Notification))] == ["jury_entries"]
    (told,) = app.extensions[KEY].messages
    assert told.to == member.email and told.subject == f"Entries wait for you: {contest.title}"
    for words in (
        "2 entries",
        "round 1",
        zone_moment(round_.due_at, "Asia/Tokyo"),
        f"/contests/{contest.slug}/judging",
    ):
        assert words in told.text and words in told.html
    db_session.commit()
    stopped_clock.forward(days=2, minutes=1)
    for _n in range(2):
        perform(app, "contests.remind_judges", {})
    kinds = db.session.scalars(sa.select(Notification).order_by(Notification.id)).all()
    assert [(one.kind, one.member_id == done.member_id) for one in kinds] == [
        ("jury_entries", False),
        ("jury_due", False),
    ]
    subjects = [mail.subject for mail in app.extensions[KEY].messages]
    assert subjects == [told.subject, f"Ballots of yours are due: {contest.title}"]


def test_a_mail_that_fails_is_sent_later_and_the_others_once(
    app: Flask, jury: Making, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = start(jury(entries=2, judges=2)).id
    db_session.commit()
    sent, times = [], []

    def fail_once(member: Member, *_about: object) -> None:
        times.append(member.id)
        if len(times) == 2:
            raise ConnectionError
        sent.append(member.id)

    monkeypatch.setattr(tasks.mail, "entries", fail_once)
    with pytest.raises(ConnectionError):
        perform(app, "contests.tell_judges_of_entries", {"round_id": round_id})
    perform(app, "contests.tell_judges_of_entries", {"round_id": round_id})
    assert len(sent) == len(set(sent)) == 2
