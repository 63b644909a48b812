"""What an entrant is asked to share, and the record of what was shown and answered (requirements 6, 73, 74).

One control for each sponsor, none of them ticked; what is not ticked is refused. Nobody asks a minor: that takes a parent
or guardian.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.planning.models import Contest, Rules
from clozette.contests.sponsors import sharing as sharings
from clozette.contests.sponsors.models import Sharing
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal
from clozette.privacy import consents, ledger, notices, purposes

POINT = "CP3"
CHANNEL = sharings.CHANNEL


@dataclass(frozen=True)
class Answer:
    """What came back with a form.

    :ivar share: the ids of the sharings that were ticked. ``shown``: what the form's notice says that it showed.
    :ivar method: by which form, a word of ours.
    """

    share: Collection[int] = ()
    shown: notices.Shown | None = None
    method: str = "form:contest"
    circumstances: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A sharing as a form shows it: who gets what, for what, for how long, line by line."""

    sharing: Sharing
    title: str
    lines: Sequence[str]


def of(contest: Contest, member: Member, now: datetime) -> Sequence[Sharing]:
    """Return what somebody is asked to share when they enter; a minor nothing."""
    return [] if consents.is_minor(member.subject_id, now) else sharings.of("contest", contest.id)


def hidden(contest: Contest) -> Sequence[Sharing]:
    """Return what a minor is not asked."""
    return sharings.of("contest", contest.id)


def shown(asked: Sequence[Sharing]) -> list[Shown]:
    """Return what a form shows of sharings: the words of the control in full."""
    return [
        Shown(one, purposes.title(sharings.purpose_of(one)), (sharings.explain(one.id) or "").splitlines())
        for one in asked
    ]


def offers(asked: Sequence[Sharing]) -> list[notices.Offer]:
    """Return the controls of a form."""
    return [(sharings.purpose_of(one), CHANNEL) for one in asked]


def unanswered(contest: Contest, member: Member, now: datetime) -> Sequence[Sharing]:
    """Return what somebody who entered is to be asked besides: what came with newer rules."""
    known = {purpose for purpose, _channel in consents.current(member.subject_id)}
    return [one for one in of(contest, member, now) if sharings.purpose_of(one) not in known]


def why_not(
    contest: Contest, asked: Sequence[Sharing], answer: Answer, standing: Collection[str] = ()
) -> Refusal | None:
    """Say why one can't take part with these answers, or nothing.

    :param standing: purposes that the person agreed to before and is not asked about now.
    """
    if answer.shown is not None and set(answer.shown.offers) != set(offers(asked)):
        return notices.stale()
    if set(answer.share) - {one.id for one in asked}:
        return Refusal("not_asked", _("This was not asked on the form that was sent."), "share")
    needed = [one for one in sharings.of("contest", contest.id) if one.is_required]
    missing = (one for one in needed if one.id not in answer.share and sharings.purpose_of(one) not in standing)
    return next(map(sharing_needed, missing), None)


def standing(subject_id: int) -> set[str]:
    """Return the purposes of every yes of somebody that stands."""
    return {purpose for (purpose, _channel), state in consents.current(subject_id).items() if state.stands}


def sharing_needed(sharing: Sharing) -> Refusal:
    """Return why one can't enter without a yes to a sharing."""
    words = _("This contest can't be entered without sharing with %(sponsor)s.", sponsor=sharing.sponsor.legal_name)
    return Refusal("sharing_needed", words, f"share-{ids.encode(sharing.id)}")


def words(contest: Contest, rules: Rules, asked: Sequence[Sharing]) -> str:
    """Return what the form says before it is sent: the contest, its rules by their digest, and who would get what."""
    lines = [
        _("Entry to “%(contest)s”", contest=contest.title),
        _("Official rules, version %(number)d, SHA-256 %(digest)s", number=rules.number, digest=rules.sha256),
        _("I have read the rules and agree to them."),
    ]
    return "\n".join([*lines, *(purposes.wording(sharings.purpose_of(one), CHANNEL) for one in asked)])


def record(
    contest: Contest, rules: Rules, member: Member, asked: Sequence[Sharing], answer: Answer, *, now: datetime
) -> None:
    """Write down what was shown, that it was acknowledged, and the answer to each sharing."""
    language = answer.shown.language if answer.shown is not None else member.locale
    with force_locale(language):
        shown_words = words(contest, rules, asked)
    how: dict[str, Any] = {
        "method": answer.method,
        "shown": answer.shown,
        "circumstances": dict(answer.circumstances),
        "now": now,
    }
    read = ledger.record(subject_id=member.subject_id, point=POINT, action="acknowledged", wording=shown_words, **how)
    for one in asked:
        said: ledger.Action = "given" if one.id in answer.share else "refused"
        consents.answer(
            member.subject_id, sharings.purpose_of(one), CHANNEL, said, point=POINT, served_id=read.served_id, **how
        )


def end(contest_id: int, subject_id: int, action: ledger.Action, *, method: str, now: datetime) -> None:
    """End every yes that somebody gave when they entered; recipients of what was handed over are told to erase it."""
    given = standing(subject_id)
    ever = sa.select(Sharing).where(Sharing.object_kind == "contest", Sharing.object_id == contest_id)
    for one in db.session.scalars(ever).all():
        if (purpose := sharings.purpose_of(one)) in given:
            consents.answer(subject_id, purpose, CHANNEL, action, point=POINT, method=method, now=now)
