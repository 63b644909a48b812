"""What marketing does with sponsors, and who of theirs may sign in."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts.models import Member, Role
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.contests.sponsors.events import PersonLetIn
from clozette.contests.sponsors.models import Handout, Sharing, Sponsor, SponsorPerson
from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused


def make_sponsor(data: dict[str, Any], *, now: datetime) -> Sponsor:
    """Add a sponsor.

    :raises Refused: if one of that name is there.
    """
    sponsor_id = new_id()
    if not insert_once(Sponsor, id=sponsor_id, **data, made_at=now):
        raise Refused(_taken())
    return db.session.get_one(Sponsor, sponsor_id)


def change_sponsor(sponsor: Sponsor, data: dict[str, Any]) -> None:
    """Change what is known of a sponsor. What people were asked before stays as they read it.

    :raises Refused: if another has that name.
    """
    named = sa.select(Sponsor.id).where(Sponsor.legal_name == data["legal_name"], Sponsor.id != sponsor.id)
    if db.session.scalar(named) is not None:
        raise Refused(_taken())
    for name, value in data.items():
        setattr(sponsor, name, value)
    db.session.flush()


def close(sponsor: Sponsor, *, now: datetime) -> None:
    """Hand a sponsor nothing more, ask nobody to share anything with it, and let nobody of theirs in any more."""
    sponsor = _held(sponsor)
    sponsor.closed_at = sponsor.closed_at or now
    asked = (Sharing.sponsor_id == sponsor.id, Sharing.replaced_at.is_(None))
    db.session.execute(sa.update(Sharing).where(*asked).values(replaced_at=now))
    theirs = sa.select(Sharing.id).where(Sharing.sponsor_id == sponsor.id)
    open_ones = (Handout.sharing_id.in_(theirs), Handout.ended_at.is_(None))
    db.session.execute(sa.update(Handout).where(*open_ones).values(ended_at=now))
    mine = (SponsorPerson.sponsor_id == sponsor.id, SponsorPerson.taken_at.is_(None))
    db.session.execute(sa.update(SponsorPerson).where(*mine).values(taken_at=now))


def let_in(sponsor: Sponsor, handle: str, *, by_id: int, now: datetime) -> SponsorPerson:
    """Let a member sign in for a sponsor.

    :raises Refused: for nobody we know, for staff of ours, for who signs in for a sponsor already, and for who takes part
        in a contest of this one that is not over.
    """
    member = db.session.scalar(sa.select(Member).where(Member.handle == handle.removeprefix("@").casefold()))
    if member is None or member.confirmed_at is None or member.deactivated_at is not None:
        raise Refused(Refusal("nobody", _("There is no such member."), "handle"))
    if db.session.scalar(sa.select(sa.exists().where(Role.member_id == member.id))):
        raise Refused(Refusal("staff", _("Staff of ours can't sign in for a sponsor."), "handle"))
    if (entered := _entered(sponsor, member)) is not None:
        words = _("This member takes part in “%(contest)s”, where the sponsor’s people can’t win.", contest=entered)
        raise Refused(Refusal("entered", words, "handle"))
    person_id = new_id()
    given = {"sponsor_id": sponsor.id, "member_id": member.id, "given_by_id": by_id, "given_at": now}
    if _held(sponsor).closed_at is not None or not insert_once(SponsorPerson, id=person_id, **given):
        raise Refused(Refusal("taken", _("This member signs in for a sponsor already."), "handle"))
    publish(PersonLetIn(person_id))
    return db.session.get_one(SponsorPerson, person_id)


def let_out(person: SponsorPerson, *, now: datetime) -> None:
    """Let a member sign in for a sponsor no more; from the next request on."""
    person.taken_at = person.taken_at or now
    db.session.flush()


def _entered(sponsor: Sponsor, member: Member) -> str | None:
    """Return the title of a contest of the sponsor that is not over, and that the member takes part in."""
    theirs = sa.select(Contest.title).join(Entry, Entry.contest_id == Contest.id)
    takes_part = (Entry.member_id == member.id, Entry.state.in_(("entered", "asked")))
    under_way = (Contest.sponsor_id == sponsor.id, Contest.state.not_in(("done", "cancelled")))
    found: str | None = db.session.scalar(theirs.where(*takes_part, *under_way).limit(1))
    return found


def _held(sponsor: Sponsor) -> Sponsor:
    """Lock a sponsor, so that closing it and letting somebody in take turns."""
    wanted = sa.select(Sponsor).where(Sponsor.id == sponsor.id).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _taken() -> Refusal:
    return Refusal("taken", _("There is a sponsor of this name."), "legal_name")
