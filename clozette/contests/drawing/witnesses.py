"""Witnesses: somebody outside whose number, thought of before the close, takes the place of the public one."""

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts import keys, secret_tokens
from clozette.contests.drawing import queries, services
from clozette.contests.drawing.events import WitnessNamed
from clozette.contests.drawing.models import Witness
from clozette.contests.planning.models import Contest
from clozette.contests.planning.queries import UNPUBLISHED
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.rights.desk import codes

_USE = "witness of a draw"


def name(contest: Contest, *, who: str, email: str, nonce_sha256: str, now: datetime) -> None:
    """Name the witness of a draft's draw, in place of one who was named before; they are told by mail.

    :raises Refused: once the rules are published, for they name where the number comes from.
    """
    _refuse_late(contest)
    db.session.execute(sa.delete(Witness).where(Witness.contest_id == contest.id))
    witness = Witness(
        contest_id=contest.id,
        subject_id=codes.address_of(email, now).subject_id,
        name=who,
        email=email,
        nonce_sha256=nonce_sha256,
        named_at=now,
        token_digest="",
    )
    witness.token_digest = secret_tokens.digest(token_of(witness))
    db.session.add(witness)
    db.session.flush()
    events.publish(WitnessNamed(contest.id))


def dismiss(contest: Contest) -> None:
    """Draw without a witness; doing it twice changes nothing.

    :raises Refused: once the rules are published.
    """
    _refuse_late(contest)
    db.session.execute(sa.delete(Witness).where(Witness.contest_id == contest.id))


def token_of(witness: Witness) -> str:
    """Return what the witness's link ends in; made anew from the site's secret where it is needed."""
    return keys.sign(_USE, f"{witness.contest_id}:{witness.subject_id}:{witness.named_at.isoformat()}")


def by_token(token: str) -> tuple[Witness, Contest] | None:
    """Return who a link was mailed to, and the contest."""
    same = Witness.token_digest == secret_tokens.digest(token)
    wanted = sa.select(Witness, Contest).join(Contest, Contest.id == Witness.contest_id).where(same)
    row = db.session.execute(wanted).first()
    return (row[0], row[1]) if row is not None else None


def why_not_yet(contest: Contest) -> Refusal | None:
    """Say why the number isn't taken now, or nothing."""
    draw = queries.draw_of(contest)
    if contest.state not in queries.FROZEN or draw is None:
        return Refusal(
            "early", _("We take your number once the contest has closed. Keep it until then, and tell nobody.")
        )
    return None if draw.drawn_at is not None else services.why_not_drawn(contest)


def _refuse_late(contest: Contest) -> None:
    if contest.state not in UNPUBLISHED:
        words = _("The rules are published, and say where the number comes from. Make it a draft again first.")
        raise Refused(Refusal("published", words))
