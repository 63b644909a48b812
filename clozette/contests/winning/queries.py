"""Reads of winners, for pages and for other parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts.access import is_present
from clozette.accounts.models import Member
from clozette.contests import facts
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Prize, Rules
from clozette.contests.sponsors import sharing
from clozette.contests.winning import rules
from clozette.contests.winning.models import LEFT, OPEN, Address, Winner
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer
from clozette.privacy import consents
from clozette.privacy.models import Consent


@dataclass(frozen=True)
class Shown:
    """One line of the public list: a prize's piece, the entry that has it, and who that is, where they agreed."""

    winner: Winner
    member: Member | None


@dataclass(frozen=True)
class Sent:
    """A winner as staff see them: with where the prize is sent from, and nothing of who they are but the handle.

    :ivar by_sponsor: whether the sponsor sends the prize; not where the winner did not agree to share the address.
    """

    winner: Winner
    handle: str | None
    has_address: bool
    by_sponsor: bool


def winner(winner_id: int) -> Winner | None:
    """Return one with what belongs to it, as it stands in the database now."""
    wanted = _whole().where(Winner.id == winner_id).execution_options(populate_existing=True)
    found: Winner | None = db.session.scalar(wanted)
    return found


def held(winner_id: int) -> Winner:
    """Return one that is there."""
    found = winner(winner_id)
    assert found is not None
    return found


def subject_of(winner: Winner) -> int | None:
    """Return whose win it is; nobody's, once they are erased."""
    mine = sa.select(Member.subject_id).join(Entry, Entry.member_id == Member.id).where(Entry.id == winner.entry_id)
    found: int | None = db.session.scalar(mine)
    return found


def of_contest(contest_id: int) -> Sequence[Winner]:
    """Return everybody in the order that the jury or the draw found."""
    return db.session.scalars(_whole().where(Winner.contest_id == contest_id).order_by(Winner.place)).all()


def of_member(contest_id: int, member_id: int) -> Winner | None:
    """Return what a member won, if they were told."""
    mine = (Winner.contest_id == contest_id, Entry.member_id == member_id, Winner.notified_at.is_not(None))
    found: Winner | None = db.session.scalar(_whole().join(Winner.entry).where(*mine).order_by(Winner.id).limit(1))
    return found


def own(viewer: Viewer, after: int | None) -> Page[Winner]:
    """Return a page of what the viewer won and was told of, newest first."""
    mine = (Entry.member_id == viewer.member_id, Winner.notified_at.is_not(None))
    wanted = _whole().join(Winner.entry).where(*mine).order_by(Winner.id.desc()).limit(PAGE_SIZE + 1)
    if after is not None:
        wanted = wanted.where(Winner.id < after)
    return page_of(db.session.scalars(wanted).all(), lambda winner: winner.id)


def is_any_open(contest_id: int) -> bool:
    """Whether something of a contest's prizes is still to be done."""
    still = sa.exists().where(Winner.contest_id == contest_id, Winner.state.in_(OPEN))
    return bool(db.session.scalar(sa.select(still)))


def shown(contest: Contest) -> list[Shown]:
    """Return the public list: a name only while its person's yes to that stands, and they can be seen at all."""
    named = (
        sa.select(Winner, Member)
        .options(orm.joinedload(Winner.prize), orm.contains_eager(Winner.entry))
        .join(Winner.entry)
        .outerjoin(Member, sa.and_(Member.id == Entry.member_id, is_present(), _is_named(contest.id)))
        .where(Winner.contest_id == contest.id, Winner.prize_id.is_not(None), Winner.state.not_in(LEFT))
        .order_by(Winner.prize_id, Winner.unit)
    )
    found = [Shown(winner, member) for winner, member in db.session.execute(named)]
    return sorted(found, key=lambda one: (one.winner.prize.position if one.winner.prize else 0, one.winner.unit or 0))


def passed_over(contest_id: int) -> Sequence[Winner]:
    """Return those whose prize went on, in order, for the public word of why."""
    left = _whole().where(Winner.contest_id == contest_id, Winner.state.in_(LEFT)).order_by(Winner.place)
    return db.session.scalars(left).all()


def terms_of(contest: Contest) -> Mapping[str, Any]:
    """Return what was filled in for the rules that hold."""
    held = db.session.get(Rules, contest.rules_id) if contest.rules_id else None
    return held.content if held else {}


def answer_within(contest: Contest) -> timedelta:
    """Return how long a contest's winners have for a step."""
    return rules.answer_within(terms_of(contest))


def pieces(contest_id: int) -> list[tuple[int, int]]:
    """Return every piece of every prize, the first prize first: (prize, unit)."""
    prizes = db.session.scalars(sa.select(Prize).where(Prize.contest_id == contest_id).order_by(Prize.position))
    return [(prize.id, unit) for prize in prizes for unit in range(1, prize.units + 1)]


def sent(contest_id: int) -> list[Sent]:
    """Return everybody as staff see them."""
    rows = db.session.execute(
        sa.select(Winner, Member.handle, Member.subject_id, Address.winner_id)
        .options(orm.joinedload(Winner.prize), orm.contains_eager(Winner.entry))
        .join(Winner.entry)
        .outerjoin(Member, Member.id == Entry.member_id)
        .outerjoin(Address, Address.winner_id == Winner.id)
        .where(Winner.contest_id == contest_id)
        .order_by(Winner.place)
    ).all()
    return [Sent(row[0], row[1], row[3] is not None, is_sent_by_sponsor(row[0], row[2])) for row in rows]


def is_sent_by_sponsor(winner: Winner, subject_id: int | None) -> bool:
    """Whether the sponsor may have this winner's address, and sends the prize; otherwise it goes through us."""
    if winner.prize is None or winner.prize.sent_by != "sponsor" or subject_id is None:
        return False
    asked = sharing.of("prize", winner.prize.id)
    return any(consents.stands(subject_id, sharing.purpose_of(one), sharing.CHANNEL) is not None for one in asked)


def address_of(winner: Winner) -> Address | None:
    """Return where a prize goes."""
    return db.session.get(Address, winner.id)


def named_in(member_id: int) -> set[int]:
    """Return the contests in whose lists of winners a member agreed to be named."""
    given = sa.select(Consent.purpose).join(Member, Member.subject_id == Consent.subject_id)
    given = given.where(
        Member.id == member_id,
        Consent.purpose.startswith("winner_name:"),
        Consent.channel == "site",
        consents.is_in_force(),
    )
    return {ids.decode(purpose.partition(":")[2]) for purpose in db.session.scalars(given)}


def _whole() -> sa.Select[Winner]:
    return sa.select(Winner).options(
        orm.joinedload(Winner.entry), orm.joinedload(Winner.prize), orm.joinedload(Winner.contest)
    )


def _is_named(contest_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Consent.subject_id == Member.subject_id,
        Consent.purpose == consents.about("winner_name", contest_id),
        Consent.channel == "site",
        consents.is_in_force(),
    )


def are_gone(contest: Contest) -> bool:
    """Whether a contest had winners, and they were deleted once they were kept long enough."""
    stated = facts.of(contest.id, "results")
    return stated is not None and bool(stated.content["winners"])
