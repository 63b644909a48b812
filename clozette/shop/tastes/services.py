"""Keeping what somebody told, while they agree to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.privacy import consents, notices, subjects
from clozette.shop.tastes.models import Taste
from clozette.shop.tastes.schemas import ANSWERS

POINT = "CP7"
OFFER = ("research", "site")
"""The one thing that is asked for beside the form."""


def save(
    member: Member,
    told: Mapping[str, Any],
    shown: notices.Shown | None,
    *,
    now: datetime,
    circumstances: Mapping[str, Any] | None = None,
) -> bool:
    """Keep what a member told in place of what they told before; say whether anything is kept.

    :raises Refused: ``no-consent`` for answers that nobody may use for anything, or a minor's yes alone.
    """
    subjects.lock([member.subject_id])  # of this and a consent that is taken back, one waits for the other
    answers = {name: told[name] or None for name in ANSWERS if told[name]}
    if not answers:
        forget(member.id)
        return False
    if consents.stands(member.subject_id, *OFFER) is None:
        if not told["agree"]:
            text = _(
                "Say that we may use it for research, or leave it all empty: otherwise we have nothing to keep it for."
            )
            raise Refused(Refusal("no-consent", text, "agree"))
        consents.answer(
            member.subject_id,
            *OFFER,
            "given",
            now=now,
            method="form:shopping",
            point=POINT,
            shown=shown,
            circumstances=circumstances,
        )
    forget(member.id)
    db.session.add(Taste(member_id=member.id, changed_at=now, **answers))
    db.session.flush()
    return True


def forget(member_id: int) -> None:
    """Keep nothing of it any more."""
    db.session.execute(sa.delete(Taste).where(Taste.member_id == member_id))
