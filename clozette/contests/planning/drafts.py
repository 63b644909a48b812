"""A contest as its tables hold it, made into the one value that its rules are checked and written from."""

from flask import current_app
from flask_babel import force_locale

from clozette.contests.drawing import queries as drawing
from clozette.contests.drawing import rounds
from clozette.contests.planning import queries
from clozette.contests.planning.models import Contest
from clozette.contests.planning.plans import DATES, Beacon, Party, Plan, PrizePlan, Shared, terms_of
from clozette.contests.sponsors import fields, sharing
from clozette.contests.sponsors.models import Sharing, Sponsor
from clozette.kernel.database import db
from clozette.privacy.controller import controller
from clozette.privacy.disclosures.models import Recipient
from clozette.settings import Settings

_SAME = (
    "title",
    "slug",
    "language",
    "decided_by",
    "entry_kind",
    "time_zone",
    "votes_per_member",
    "vote_share",
    "alternates",
    "min_age",
    "min_account_days",
)


def plan_of(contest: Contest) -> Plan:
    """Return a contest's plan as it stands now."""
    house, prizes = controller(), queries.prizes_of(contest)
    sponsor = queries.sponsor_of(contest)
    shared = [_shared("contest", one, contest.language) for one in sharing.of("contest", contest.id)]
    for place, prize in enumerate(prizes):
        shared += [_shared("prize", one, contest.language, place) for one in sharing.of("prize", prize.id)]
    return Plan(
        **{name: getattr(contest, name) for name in _SAME},
        dates={name: getattr(contest, name) for name in DATES},
        countries=tuple(sorted(contest.countries)),
        house=Party(house.name, house.address, contact=house.contact),
        sponsor=_sponsor(sponsor) if sponsor else None,
        prizes=tuple(
            PrizePlan(**{name: getattr(prize, name) for name in PrizePlan.__dataclass_fields__}) for prize in prizes
        ),
        shared=tuple(shared),
        terms=terms_of(contest.terms),
        beacon=_beacon(contest),
        has_witness=drawing.witness_of(contest) is not None,
    )


def _beacon(contest: Contest) -> Beacon | None:
    if contest.decided_by != "draw" or contest.draw_at is None:
        return None
    settings: Settings = current_app.extensions["clozette.settings"]
    chain = rounds.chain_of(settings.drand_chain)
    return Beacon(chain.name, chain.hash, rounds.round_at(contest.draw_at, chain))


def _sponsor(sponsor: Sponsor | Recipient) -> Party:
    is_open = not isinstance(sponsor, Sponsor) or sponsor.closed_at is None
    return Party(sponsor.legal_name, sponsor.address, sponsor.country, sponsor.contact, is_open)


def _shared(kind: str, asked: Sharing, language: str, prize: int | None = None) -> Shared:
    """Return what is asked, of the sponsor by the name that stands on the form; in words of the contest's language."""
    with force_locale(language):
        titles = tuple(fields.titles(asked.fields))
    named = _sponsor(db.session.get_one(Recipient, asked.recipient_id))
    return Shared(
        kind=kind,
        sponsor=named,
        fields=tuple(asked.fields),
        titles=titles,
        purpose=asked.purpose,
        keeps_for=asked.keeps_for,
        keeps_days=asked.keeps_days,
        reaches=asked.reaches,
        is_required=asked.is_required,
        prize=prize,
        is_current=named == _sponsor(asked.sponsor),
    )
