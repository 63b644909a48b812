"""What people are asked to share with a sponsor. A sharing never changes: other terms are another one, asked anew."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from clozette.contests.planning.models import Contest, Prize
from clozette.contests.promotions.models import Promotion
from clozette.contests.sponsors import fields
from clozette.contests.sponsors.models import Sharing, Sponsor
from clozette.contests.surveys.models import Survey
from clozette.kernel import ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.privacy import consents, disclosures
from clozette.privacy.disclosures.models import Recipient

CHANNEL = "site"
"""The channel of every consent to a sharing."""
NAMED = ("legal_name", "address", "country", "contact")


_REACHES = {"prize": "winners", "survey": "agreed", "promotion": "agreed"}
"""Whose data it can be at all; of a contest it is chosen."""


@dataclass(frozen=True)
class Terms:
    """What is asked: which fields, for what, for how long; of whom; and whether one can't take part without a yes."""

    fields: Collection[str]
    purpose: str
    keeps_for: str
    keeps_days: int
    reaches: str = "agreed"
    is_required: bool = False


def put(object_kind: str, object_id: int, sponsor: Sponsor, terms: Terms, *, now: datetime) -> Sharing:
    """Ask people of a thing to share something with a sponsor from now on, instead of what was asked for before.

    The same once more changes nothing; anything else is a new sharing, which nobody has agreed to yet.

    :raises Refused: if nothing of it can be shared, or a closed sponsor is named.
    """
    values = _values(object_kind, object_id, sponsor, terms, now)
    before = _standing(object_kind, object_id, sponsor.id)
    if before is not None and all(getattr(before, name) == value for name, value in values.items()):
        return before
    end(object_kind, object_id, sponsor_id=sponsor.id, now=now)
    made_id = new_id()
    if not insert_once(Sharing, id=made_id, **values, made_at=now):
        raise Refused(Refusal("changed", _("Somebody else changed this at the same moment. Look at it again.")))
    return db.session.get_one(Sharing, made_id)


def end(object_kind: str, object_id: int, *, now: datetime, sponsor_id: int | None = None) -> None:
    """Share nothing of a thing any more, or nothing with one sponsor. What was agreed to can still be taken back."""
    of_it = [Sharing.object_kind == object_kind, Sharing.object_id == object_id, Sharing.replaced_at.is_(None)]
    if sponsor_id is not None:
        of_it.append(Sharing.sponsor_id == sponsor_id)
    db.session.execute(sa.update(Sharing).where(*of_it).values(replaced_at=now))


def of(object_kind: str, object_id: int) -> Sequence[Sharing]:
    """Return what people of a thing are asked to share now, each with its sponsor."""
    return db.session.scalars(
        sa.select(Sharing)
        .options(orm.joinedload(Sharing.sponsor))
        .where(Sharing.object_kind == object_kind, Sharing.object_id == object_id, Sharing.replaced_at.is_(None))
        .order_by(Sharing.id)
    ).all()


def purpose_of(sharing: Sharing) -> str:
    """Return the purpose that a yes to a sharing is given for."""
    return consents.about("sponsor", sharing.id)


def of_purpose(name: str | None) -> Sharing | None:
    """Return the sharing that a purpose of a consent is about; nothing of other purposes."""
    kind, _colon, thing = (name or "").partition(":")
    return db.session.get(Sharing, ids.decode(thing)) if kind == "sponsor" else None


def is_open(sharing_id: int) -> bool:
    """Whether a sharing can be agreed to: it still stands."""
    standing = (Sharing.id == sharing_id, Sharing.replaced_at.is_(None))
    return bool(db.session.scalar(sa.select(sa.exists().where(*standing))))


def title_of(sharing_id: int) -> str | None:
    """Return what a sharing is called: the thing, and the sponsor by the name that stood on the form."""
    found = _with_recipient(sharing_id)
    if found is None:
        return None
    sharing, recipient = found
    thing = title_of_object(sharing.object_kind, sharing.object_id)
    return f"{thing} – {recipient.legal_name}" if thing else recipient.legal_name


def explain(sharing_id: int) -> str | None:
    """Return in full what a yes to a sharing means: who gets what, for what, for how long (requirement 74)."""
    found = _with_recipient(sharing_id)
    if found is None:
        return None
    sharing, to = found
    says = {
        "who": f"{to.legal_name}, {to.address}, {to.country} ({to.contact})",
        "what": ", ".join(fields.titles(sharing.fields)),
        "purpose": sharing.purpose,
        "term": sharing.keeps_for,
        "days": sharing.keeps_days,
    }
    lines = [
        _("Who gets it: %(who)s", **says),
        _("What they get: %(what)s", **says),
        _("What for: %(purpose)s", **says),
        _("How long they keep it: %(term)s, at most %(days)s days", **says),
        _("Whose they get: the winners’ alone")
        if sharing.reaches == "winners"
        else _("Whose they get: everybody’s who agrees"),
    ]
    if sharing.is_required:
        lines.append(
            _(
                "Without this yes one can’t take part. You can take it back at any time: while the contest is open your "
                "entry is taken back with it; after its close the entry stays, and nothing more is handed over."
            )
        )
    return "\n".join(lines)


def title_of_contest(contest_id: int) -> str | None:
    """Return what a contest is called."""
    found: str | None = db.session.scalar(sa.select(Contest.title).where(Contest.id == contest_id))
    return found


def title_of_object(object_kind: str, object_id: int) -> str | None:
    """Return what the thing is called that something is shared for."""
    return _TITLES[object_kind](object_id)


def _title_of_survey(survey_id: int) -> str | None:
    found: str | None = db.session.scalar(sa.select(Survey.title).where(Survey.id == survey_id))
    return found


def _title_of_promotion(promotion_id: int) -> str | None:
    found: str | None = db.session.scalar(sa.select(Promotion.title).where(Promotion.id == promotion_id))
    return found


def _title_of_prize(prize_id: int) -> str | None:
    named = (
        sa.select(Prize.name, Contest.title).join(Contest, Contest.id == Prize.contest_id).where(Prize.id == prize_id)
    )
    found = db.session.execute(named).first()
    return f"{found.title}: {found.name}" if found else None


def _values(object_kind: str, object_id: int, sponsor: Sponsor, terms: Terms, now: datetime) -> dict[str, object]:
    chosen = fields.in_order(object_kind, terms.fields)
    refuse(_why_not(object_kind, sponsor, chosen, terms))
    named = {name: getattr(sponsor, name) for name in NAMED}
    return {
        "object_kind": object_kind,
        "object_id": object_id,
        "sponsor_id": sponsor.id,
        "recipient_id": disclosures.recipient(**named, now=now).id,
        "fields": chosen,
        "purpose": terms.purpose,
        "keeps_for": terms.keeps_for,
        "keeps_days": terms.keeps_days,
        "reaches": _REACHES.get(object_kind, terms.reaches),
        "is_required": terms.is_required,
    }


def _why_not(object_kind: str, sponsor: Sponsor, chosen: Collection[str], terms: Terms) -> Refusal | None:
    if sponsor.closed_at is not None:
        return Refusal("closed", _("Nothing is shared with this sponsor any more."), "sponsor")
    if terms.keeps_days > sponsor.keeps_days:
        words = _("The sponsor promised to keep it for %(days)s days at most.", days=sponsor.keeps_days)
        return Refusal("too_long", words, "keeps_days")
    if not chosen or set(chosen) != set(terms.fields):
        return Refusal("fields", _("Choose what is shared from the list."), "fields")
    if terms.is_required and object_kind != "contest":
        return Refusal("required", _("Taking part in this must not depend on sharing anything."), "is_required")
    return None


def _standing(object_kind: str, object_id: int, sponsor_id: int) -> Sharing | None:
    return next((one for one in of(object_kind, object_id) if one.sponsor_id == sponsor_id), None)


def _with_recipient(sharing_id: int) -> tuple[Sharing, Recipient] | None:
    found = db.session.execute(
        sa.select(Sharing, Recipient)
        .join(Recipient, Recipient.id == Sharing.recipient_id)
        .where(Sharing.id == sharing_id)
    ).first()
    return (found[0], found[1]) if found else None


_TITLES: dict[str, Callable[[int], str | None]] = {
    "contest": title_of_contest,
    "prize": _title_of_prize,
    "survey": _title_of_survey,
    "promotion": _title_of_promotion,
}
