"""What takers of a survey, or of a promotion, are asked to share with a sponsor.

One control for each sharing, none of them ticked; silence is a no. Members of age alone are asked: what is shared is of their
account, and for a minor it would take a parent or guardian.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from clozette.contests.hosting import places
from clozette.contests.sponsors import sharing
from clozette.contests.sponsors.models import Sharing
from clozette.kernel import ids
from clozette.kernel.refusal import Refusal, Refused
from clozette.privacy import consents, ledger, notices

POINT, CHANNEL = "CP3", sharing.CHANNEL


@dataclass(frozen=True)
class Answer:
    """What came back: the ids of the sharings that were ticked, and what the form showed.

    :ivar surface: the address of the partner's channel that it came through; nothing for our own pages.
    """

    share: Collection[int]
    shown: notices.Shown | None
    method: str
    surface: str | None = None


def of(kind: str, object_id: int, subject_id: int, *, is_member: bool, now: datetime) -> Sequence[Sharing]:
    """Return what somebody is asked."""
    if not is_member or consents.is_minor(subject_id, now):
        return []
    return sharing.of(kind, object_id)


def offers(asked: Sequence[Sharing]) -> list[notices.Offer]:
    """Return the controls of the form."""
    return [(sharing.purpose_of(one), CHANNEL) for one in asked]


def record(asked: Sequence[Sharing], subject_id: int, answer: Answer, *, now: datetime) -> None:
    """Record what was shown, and a yes or a no to each.

    :raises Refused: if something else was shown or ticked than is asked, or what is needed was not.
    """
    if answer.shown is None or set(answer.shown.offers) != set(offers(asked)):
        raise Refused(notices.stale())
    if set(answer.share) - {one.id for one in asked}:
        raise Refused(Refusal("not_asked", _("This was not asked on the form that was sent."), "share"))
    for one in asked:
        if one.is_required and one.id not in answer.share:
            raise Refused(_needed(one))
    how: dict[str, Any] = {"method": answer.method, "shown": answer.shown, "now": now, "surface": answer.surface}
    served_id = ledger.serve(subject_id, **how).id
    channel = places.HOSTED if answer.surface is not None else None
    ledger.record(
        subject_id=subject_id, point=POINT, action="acknowledged", channel=channel, served_id=served_id, **how
    )
    for one in asked:
        consents.answer(
            subject_id,
            sharing.purpose_of(one),
            CHANNEL,
            "given" if one.id in answer.share else "refused",
            point=POINT,
            served_id=served_id,
            **how,
        )


def _needed(one: Sharing) -> Refusal:
    words = _("This can't be done without sharing with %(sponsor)s.", sponsor=one.sponsor.legal_name)
    return Refusal("sharing_needed", words, f"share-{ids.encode(one.id)}")
