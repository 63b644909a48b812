"""What a winner is asked to agree to: to be named, and that a sponsor gets the address of a prize that it sends.

One control for each, none of them ticked; silence is a no. A no never costs the prize: the list names nobody then, and we
forward what the sponsor would have sent. Nobody asks a minor: that takes a parent or guardian.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.contests.sponsors import sharing
from clozette.contests.sponsors.models import Sharing
from clozette.contests.winning import queries, rules
from clozette.contests.winning.models import Winner
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused
from clozette.privacy import consents, disclosures, notices

POINT, CHANNEL = "CP3", sharing.CHANNEL


def name_offers(winner: Winner, subject_id: int, now: datetime) -> list[notices.Offer]:
    """Return the control for being named in the list; none where a yes stands, or the rules want numbers alone."""
    if not rules.may_name(queries.terms_of(winner.contest)):
        return []
    return _left([consents.about("winner_name", winner.contest_id)], subject_id, now)


def sharings(winner: Winner, subject_id: int, now: datetime) -> list[Sharing]:
    """Return what may be shared to send a prize, as far as this winner is still to be asked."""
    if winner.prize is None or winner.prize.sent_by != "sponsor":
        return []
    asked = sharing.of("prize", winner.prize.id)
    open_ones = {purpose for purpose, _channel in _left(list(map(sharing.purpose_of, asked)), subject_id, now)}
    return [one for one in asked if sharing.purpose_of(one) in open_ones]


def offers(asked: Sequence[Sharing]) -> list[notices.Offer]:
    """Return the controls of the form for an address."""
    return [(sharing.purpose_of(one), CHANNEL) for one in asked]


def answer_naming(winner: Winner, subject_id: int, *, agreed: bool, shown: notices.Shown | None, now: datetime) -> None:
    """Record whether the list may name somebody."""
    asked = [purpose for purpose, _channel in name_offers(winner, subject_id, now)]
    _answer(subject_id, asked, asked if agreed else [], shown, "form:prize", now)


def answer_sharing(
    winner: Winner, subject_id: int, *, share: Collection[int], shown: notices.Shown | None, now: datetime
) -> None:
    """Record which sponsors may have the address.

    :raises Refused: if something was ticked that is not asked.
    """
    asked = sharings(winner, subject_id, now)
    if set(share) - {one.id for one in asked}:
        raise Refused(Refusal("not_asked", _("This was not asked on the form that was sent."), "share"))
    agreed = [sharing.purpose_of(one) for one in asked if one.id in share]
    _answer(subject_id, [sharing.purpose_of(one) for one in asked], agreed, shown, "form:prize-address", now)


def _left(purposes: Sequence[str], subject_id: int, now: datetime) -> list[notices.Offer]:
    if consents.is_minor(subject_id, now):
        return []
    return [(purpose, CHANNEL) for purpose in purposes if consents.stands(subject_id, purpose, CHANNEL) is None]


def _answer(
    subject_id: int,
    asked: Sequence[str],
    agreed: Collection[str],
    shown: notices.Shown | None,
    method: str,
    now: datetime,
) -> None:
    """Answer each control; what the form showed is written down once for all of them."""
    served_id = None
    if shown is not None and {purpose for purpose, _channel in shown.offers} != set(asked):
        raise Refused(notices.stale())
    for purpose in asked:
        entry = consents.answer(
            subject_id,
            purpose,
            CHANNEL,
            "given" if purpose in agreed else "refused",
            point=POINT,
            method=method,
            shown=shown,
            served_id=served_id,
            now=now,
        )
        served_id = entry.served_id


def end_sharing(winner: Winner, now: datetime) -> None:
    """End every yes to sending this winner's prize, which goes to somebody else; who got the address is told."""
    subject_id = queries.subject_of(winner)
    if subject_id is None or winner.prize_id is None:
        return
    given = {purpose for (purpose, _channel), state in consents.current(subject_id).items() if state.stands}
    ever = sa.select(Sharing).where(Sharing.object_kind == "prize", Sharing.object_id == winner.prize_id)
    for purpose in map(sharing.purpose_of, db.session.scalars(ever).all()):
        if purpose in given:
            consents.answer(subject_id, purpose, CHANNEL, "superseded", point=POINT, method="prize-gone", now=now)


def tell_of_another_address(winner: Winner, columns: Collection[str], now: datetime) -> None:
    """Let whoever got the former address know that it is another now (requirement 78)."""
    subject_id, cause_id = queries.subject_of(winner), new_id()
    if subject_id is None:
        return
    for column in columns:
        field = f"contests_addresses.{column}"
        disclosures.tell_recipients(subject_id, kind="correction", cause_id=cause_id, now=now, field=field)
