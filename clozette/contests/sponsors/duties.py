"""What a sponsor was asked to correct or erase, by the references of the files they got (requirement 78)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _

from clozette.contests.sponsors.models import Fetch, Handout, Sharing, Sponsor
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.privacy.disclosures import telling
from clozette.privacy.disclosures.models import Telling


def of_sponsor(sponsor: Sponsor) -> Sequence[Telling]:
    """Return what a sponsor has still to do, the longest waiting first."""
    wanted = sa.select(Telling).where(_theirs(sponsor), Telling.confirmed_at.is_(None)).order_by(Telling.id)
    return db.session.scalars(wanted).all()


def confirm(sponsor: Sponsor, telling_id: int, *, seen: int, now: datetime) -> None:
    """Note that a sponsor did what they were asked to.

    :param seen: for how many references; more may have come since the page was made, and those they did not read.
    :raises Refused: if there are others by now.
    """
    wanted = sa.select(Telling).where(Telling.id == telling_id, _theirs(sponsor)).with_for_update()
    row = db.session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        abort(404)
    if row.confirmed_at is None and len(row.known_as) != seen:
        raise Refused(Refusal("more", _("There is more to do here by now. Look at it again.")))
    telling.confirm(row, now=now)


def end_terms(now: datetime) -> int:
    """Ask sponsors to delete what they may keep no longer; return of how many hand-overs they were asked now."""
    told = sa.exists().where(Telling.kind == "term", Telling.cause_id == Fetch.handover_id)
    over, terms = list[int](), sa.select(Sharing.keeps_days).distinct()
    for days in db.session.scalars(terms).all():
        kept = (Sharing.keeps_days == days, Fetch.at <= now - timedelta(days=days), ~told)
        fetches = sa.select(Fetch.handover_id).join(Handout, Handout.id == Fetch.handout_id)
        over += db.session.scalars(fetches.join(Sharing, Sharing.id == Handout.sharing_id).where(*kept)).all()
    return sum(telling.tell_of_term(handover_id, now=now) > 0 for handover_id in over)


def _theirs(sponsor: Sponsor) -> sa.ColumnElement[bool]:
    """By every name and address that the sponsor had: what was handed over then is theirs still."""
    return Telling.recipient_id.in_(sa.select(Sharing.recipient_id).where(Sharing.sponsor_id == sponsor.id))
