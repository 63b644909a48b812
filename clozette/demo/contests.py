"""Contests of the demo: one that takes entries, with a sponsor, and one that is over, drawn by the number of a witness.

Both go the rooms' own way, each deed at its moment; only the frozen list, its public head and the draw are of today.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member, Role
from clozette.contests.drawing import services as drawing
from clozette.contests.drawing import witnesses
from clozette.contests.entering import freezing
from clozette.contests.entering import services as entering
from clozette.contests.entering.asking import Answer
from clozette.contests.entering.services import Sent
from clozette.contests.planning import countries, queries, services
from clozette.contests.planning.models import Contest
from clozette.contests.planning.plans import Criterion, PrizePlan, Terms
from clozette.contests.sponsors import services as sponsors
from clozette.contests.sponsors import sharing
from clozette.contests.sponsors.models import Sponsor
from clozette.demo import winners
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.looks.models import Look
from clozette.privacy.controller import controller
from clozette.privacy.ledger import adopt
from clozette.privacy.tree import heads

_ASKED = "Asked counsel for the demo: not needed for prizes of this value."
_PLANNED, _SOON = timedelta(days=2), timedelta(minutes=40)
_TERMS = Terms(
    is_free=True,
    minors=True,
    source="beacon",
    criteria=(Criterion("Idea", 2), Criterion("How it is worn", 1)),
    tie_break="criterion",
    notify_days=2,
    answer_days=14,
    winner_list="site",
    licence="show",
    data_use="to run this contest, to tell winners, and to send the prizes",
)
_COAT = PrizePlan("A linen coat", "Cut to your measure in Leeds.", 42_000, "EUR", 1, "house")
_SCARF = PrizePlan("A scarf", "In the colour of your choice.", 6_500, "EUR", 3, "house")
_SPONSOR = {
    "legal_name": "Mill Lane Linen Ltd",
    "address": "12 Mill Lane, Leeds LS1 4AB",
    "country": "GB",
    "contact": "privacy@mill-lane.test",
    "website": "https://mill-lane.test",
    "domains": ["mill-lane.test"],
    "contract": "Sponsoring agreement of 1 October 2026",
    "keeps_for": "until the coats of the season are delivered",
    "keeps_days": 120,
}
_SHARED = sharing.Terms(
    fields=("accounts_members.display_name", "accounts_members.email"),
    purpose="to write to you about this winter’s coats",
    keeps_for="until the end of the season",
    keeps_days=120,
)
_NONCE = hashlib.sha256(b"a number that a notary thought of").digest()


@dataclass(frozen=True)
class _Planned:
    """A contest before it is published, and when it goes from state to state."""

    slug: str
    title: str
    words: str
    opens_at: datetime
    closes_at: datetime
    terms: Terms
    prizes: Sequence[PrizePlan]


def fill(members: Sequence[Member], look_ids: Sequence[int], now: datetime) -> None:
    """Add the contests; none where no address of the house is set, for no rules can be published without it."""
    if not controller().address:
        return
    now = now.replace(second=0, microsecond=0)
    staff = set(db.session.scalars(sa.select(Role.member_id)))
    people = [one for one in members if one.id not in staff and not one.is_minor(now.date())]
    places = sorted({one.country for one in people})
    with clock.frozen(now - timedelta(days=60)):
        sponsor = sponsors.make_sponsor(_SPONSOR, now=clock.now())
    looks = _newest(people, look_ids)
    _over(people, looks, places, now)
    _open(people, looks, places, sponsor, now)
    db.session.commit()


def _open(
    people: Sequence[Member], looks: Mapping[int, Look], places: list[str], sponsor: Sponsor, now: datetime
) -> None:
    planned = _Planned(
        "a-coat-of-linen",
        "A coat of linen",
        "Winter is for layers. Enter the look you would wear under a coat of linen – or the coat you already have.",
        now - timedelta(days=5),
        now + timedelta(days=9),
        _terms(places),
        (_COAT, _SCARF),
    )
    contest = _published(planned, places, now, sponsor)
    for number, member in enumerate(people[: len(people) * 2 // 3]):
        look = looks.get(member.id)
        at = planned.opens_at + timedelta(hours=1, minutes=37 * number)
        if look is not None and look.published_at is not None and at < now:
            _enter(contest, member, look, at, shares=number % 3 != 1)


def _over(people: Sequence[Member], looks: Mapping[int, Look], places: list[str], now: datetime) -> None:
    planned = _Planned(
        "first-scarf-of-the-year",
        "First scarf of the year",
        "The first cold morning, and what you wore. Drawn by lot: see for yourself how.",
        now - timedelta(days=30),
        now - timedelta(hours=2),
        replace(_terms(places), source="witness"),
        (_SCARF,),
    )
    contest = _published(planned, places, now, None)
    for number, member in enumerate(people[1::2]):
        look = looks.get(member.id)
        if look is not None:
            _enter(contest, member, look, planned.opens_at + timedelta(hours=2, minutes=53 * number), shares=False)
    _settle(contest, clock.now())


def _settle(contest: Contest, now: datetime) -> None:
    """Close it, freeze its list, publish a head that holds it, draw, and announce."""
    services.turn(contest, now)
    db.session.commit()
    freezing.freeze(contest.id, now=now, save=db.session.commit)
    db.session.commit()
    while adopt.step(now):
        pass
    heads.publish(now)
    drawing.take_nonce(contest, _NONCE.hex(), now=now)
    for _state in ("judged", "announced"):
        services.turn(contest, now)
    winners.take_prizes(contest, now)
    db.session.commit()


def _published(planned: _Planned, places: list[str], now: datetime, sponsor: Sponsor | None) -> Contest:
    """Plan it, publish it and open it, each at its time."""
    then = planned.opens_at - _PLANNED
    with clock.frozen(then):
        contest = services.create(_columns(planned, places, sponsor), by_id=None, now=then)
        services.save_terms(contest, planned.terms, planned.prizes, version=contest.version, now=then)
        if sponsor is not None:
            sharing.put("contest", contest.id, sponsor, _SHARED, now=then)
        if planned.terms.source == "witness":
            digest = hashlib.sha256(_NONCE).hexdigest()
            witnesses.name(contest, who="A notary", email="notary@clozette.test", nonce_sha256=digest, now=then)
        services.check(contest, version=contest.version, now=then)
        services.publish(contest, version=contest.version, now=then)
    with clock.frozen(planned.opens_at):
        services.turn(contest, planned.opens_at)
    return contest


def _columns(planned: _Planned, places: list[str], sponsor: Sponsor | None) -> dict[str, Any]:
    draw_at = planned.closes_at + _SOON
    return {
        "slug": planned.slug,
        "title": planned.title,
        "words": planned.words,
        "decided_by": "draw",
        "entry_kind": "look",
        "time_zone": "Europe/London",
        "opens_at": planned.opens_at,
        "closes_at": planned.closes_at,
        "draw_at": draw_at,
        "announce_at": draw_at + _SOON,
        "alternates": 3,
        "countries": places,
        "sponsor_id": sponsor.id if sponsor else None,
    }


def _enter(contest: Contest, member: Member, look: Look, at: datetime, *, shares: bool) -> None:
    """Enter a look, unless its member was too young by then: the demo's two minors take no part."""
    if member.age(at.date()) < contest.min_age:
        return
    rules = queries.rules_of(contest)
    assert rules is not None
    asked = sharing.of("contest", contest.id)
    answer = Answer(share=[one.id for one in asked] if shares else ())
    with clock.frozen(at):
        sent = Sent(rules.sha256, f"demo-{contest.id}-{member.id}", look=look, answer=answer)
        entering.enter(contest, member, sent, now=at)


def _newest(people: Sequence[Member], look_ids: Sequence[int]) -> dict[int, Look]:
    """Return a public look of each of these people, the newest."""
    wanted = sa.select(Look).where(Look.id.in_(look_ids), Look.visibility == "public").order_by(Look.id)
    wanted = wanted.where(Look.member_id.in_([one.id for one in people]))
    return {look.member_id: look for look in db.session.scalars(wanted)}


def _terms(places: Sequence[str]) -> Terms:
    """Return the terms with what these countries ask for."""
    lines = {f"{code}_{line.key}": _ASKED for code in places for line in countries.of(code).lines}
    return replace(_TERMS, lines=lines, reasons=dict.fromkeys(places, _ASKED))
