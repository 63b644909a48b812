"""Making a promotion, and claiming what it gives: once each, never one code to two."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.community import points
from clozette.contests import dated
from clozette.contests.planning.models import Contest
from clozette.contests.promotions import codes, queries, rules
from clozette.contests.promotions import early as opened
from clozette.contests.promotions.models import Promotion, PromotionCode
from clozette.contests.sponsors import sharing
from clozette.contests.sponsors.models import Sharing
from clozette.contests.surveys import asking
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.privacy import subjects
from clozette.rights.erasure import services as erasures

POINTS_RULE = "promotion"
KIND = "promotion"
"""Of things that can be opened early."""


def claim(
    promotion: Promotion, member: Member, answer: asking.Answer, *, now: datetime, typed: str | None = None
) -> None:
    """Give a member a code, for points where it costs some; with the answers to what is asked to be shared.

    :param typed: the code that they know, where one has to.
    :raises Refused: if they have one, nothing is given now, nothing is left, or there are too few points.
    """
    refuse(None if promotion.kind in rules.WITH_CODES else rules.not_now())
    subjects.lock([member.subject_id])  # two claims of one member take turns
    if erasures.begun([member.subject_id]):
        raise Refused(dated.leaving())
    if queries.own_code(promotion.id, member.id) is not None:
        raise Refused(rules.already())
    _take(promotion, member, now, typed if rules.takes_a_word(promotion) else None)
    asking.record(asks(promotion, member, now), member.subject_id, answer, now=now)
    if promotion.cost_points:
        points.spend(member.id, POINTS_RULE, promotion.id, promotion.cost_points, now=now)


def asks(promotion: Promotion, member: Member, now: datetime) -> Sequence[Sharing]:
    """Return what a member is asked to share."""
    return asking.of("promotion", promotion.id, member.subject_id, is_member=True, now=now)


def create(values: Mapping[str, Any], *, now: datetime) -> Promotion:
    """Begin a draft.

    :raises Refused: if the short name is taken.
    """
    made_id = new_id()
    if not insert_once(Promotion, id=made_id, **values, made_at=now):
        raise Refused(Refusal("slug", _("This short name is taken."), "slug"))
    return db.session.get_one(Promotion, made_id)


def save(promotion: Promotion, values: Mapping[str, Any], *, version: int, now: datetime) -> None:
    """Change a draft that nobody else has changed. Made a draw, it asks nobody to share anything any more."""
    draft = sa.update(Promotion).where(
        Promotion.id == promotion.id, Promotion.version == version, Promotion.state == "draft"
    )
    dated.do(draft.values(version=Promotion.version + 1, **values), dated.changed())
    db.session.refresh(promotion)
    if promotion.kind not in rules.WITH_CODES:
        sharing.end(KIND, promotion.id, now=now)


def add_codes(promotion: Promotion, given: Iterable[str], *, make: int = 0) -> int:
    """Add codes, some of them made here; say how many are new."""
    refuse(None if promotion.kind in rules.WITH_CODES else rules.not_now())
    every = [*given, *(codes.new() for _ in range(make))]
    return sum(_add(promotion.id, code) for code in every)


def publish(promotion: Promotion, *, version: int, now: datetime) -> None:
    """Let it be claimed from its first day on.

    :raises Refused: with everything that it lacks.
    """
    dated.publish(promotion, faults(promotion, now), version=version)


def take_back(promotion: Promotion) -> None:
    """Make it a draft again, as long as nobody has claimed anything."""
    claimed = sa.exists().where(PromotionCode.promotion_id == promotion.id, PromotionCode.claimed_at.is_not(None))
    unclaimed = sa.update(Promotion).where(Promotion.id == promotion.id, Promotion.state == "open", ~claimed)
    dated.do(unclaimed.values(state="draft", version=Promotion.version + 1), rules.claimed())


def faults(promotion: Promotion, now: datetime) -> list[str]:
    """Return what keeps a promotion from being published."""
    found = []
    if promotion.closes_at <= now:
        found.append(_("It would be over before it began: choose a later end."))
    if promotion.kind in rules.WITH_CODES and not queries.count(promotion.id, left=True):
        found.append(_("There are no codes to give yet."))
    thing = opened.thing_of(promotion)
    if thing is not None and thing.opens_at <= promotion.opens_at:
        found.append(_("“%(title)s” begins no later than this: it can't be opened early.", title=thing.title))
    contest = db.session.get(Contest, promotion.contest_id) if promotion.contest_id else None
    if contest is not None and contest.state in ("draft", "checked"):
        found.append(_("Its draw is not published yet."))
    return found


def _take(promotion: Promotion, member: Member, now: datetime, typed: str | None) -> None:
    """Take a code that nobody has, or the one that was typed, by one statement; of two at once each gets another."""
    phase = dated.phase_for(promotion, KIND, member.id, now)
    if phase == "coming":
        raise Refused(dated.not_yet(promotion.opens_at))
    begun = sa.true() if phase == "open" else Promotion.opens_at <= now
    is_open = sa.exists().where(
        Promotion.id == promotion.id, Promotion.state == "open", begun, Promotion.closes_at > now
    )
    free = sa.select(PromotionCode.id).where(
        PromotionCode.promotion_id == promotion.id, PromotionCode.claimed_at.is_(None)
    )
    if typed is not None:
        free = free.where(PromotionCode.digest.in_(codes.digests(typed)))
    one = free.order_by(PromotionCode.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    take = sa.update(PromotionCode).where(PromotionCode.id == one, PromotionCode.claimed_at.is_(None), is_open)
    taken = db.session.scalar(
        take.values(member_id=member.id, claimed_at=now).returning(PromotionCode.id),
        execution_options={"synchronize_session": False},
    )
    if taken is None:
        raise Refused(_why_none(phase, typed))


def _why_none(phase: str, typed: str | None) -> Refusal:
    if phase != "open":
        return rules.not_now()
    return rules.none_left() if typed is None else rules.not_this()


def _add(promotion_id: int, code: str) -> bool:
    return insert_once(
        PromotionCode, id=new_id(), promotion_id=promotion_id, sealed=codes.seal(code), digest=codes.digest(code)
    )
