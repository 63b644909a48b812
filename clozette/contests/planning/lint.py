"""What is missing or wrong in the rules of a contest, for every country that it is open to. No database, no clock.

Each fault names the field that mends it, as the forms of marketing call it. Nothing is published while there is one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _

from clozette.contests.planning import countries
from clozette.contests.planning.plans import LICENCES, SOURCES, TIE_BREAKS, WINNER_LISTS, Plan

BEFORE_ROUND = timedelta(minutes=30)
"""How long before the round of a draw the list of entries is frozen at least: so that it lies under a signed head then."""
FREEZE = timedelta(minutes=2)
"""How soon after the last vote the result can be announced: late votes are waited for, and the file of votes is written."""


@dataclass(frozen=True)
class Fault:
    """One thing that is missing or wrong.

    :ivar country: for which country; nothing where it is for all.
    """

    country: str | None
    field: str
    words: str


def faults(plan: Plan) -> list[Fault]:
    """Return everything that keeps a contest from being published."""
    return [fault for check in _CHECKS for fault in check(plan)]


def _parties(plan: Plan) -> Iterator[Fault]:
    if not (plan.house.name and plan.house.address):
        yield _all("house", _("Our own name and postal address are not set: whoever runs this site sets them."))
    if plan.sponsor is not None and not plan.sponsor.is_open:
        yield _all("sponsor", _("This sponsor was closed: choose another, or none."))
    for party in filter(None, [plan.sponsor, *(one.sponsor for one in plan.shared)]):
        if not (party.name and party.address and party.country):
            yield _all("sponsor", _("Say the sponsor’s legal name, address and country."))
            return


def _eligibility(plan: Plan) -> Iterator[Fault]:
    terms = plan.terms
    if not plan.countries:
        yield _all("countries", _("Say in which countries one may enter."))
    if not terms.is_free:
        yield _all("is_free", _("Say that entering costs nothing and that nothing has to be bought."))
    for code in plan.countries:
        adult = countries.of(code).adult
        if plan.min_age < adult and not terms.minors:
            yield Fault(
                code,
                "minors",
                _("Who is under %(age)s there needs a parent or guardian: say so in the rules.", age=adult),
            )


def _prizes(plan: Plan) -> Iterator[Fault]:
    if not plan.prizes:
        yield _all("p0_name", _("Say what can be won."))
    for place, prize in enumerate(plan.prizes):
        if not prize.name:
            yield _all(f"p{place}_name", _("Say what this prize is."))
        if prize.value_minor <= 0:
            yield _all(f"p{place}_value", _("Say what “%(prize)s” is worth.", prize=prize.name))
        if prize.sent_by == "sponsor" and plan.sponsor is None:
            yield _all(
                f"p{place}_sent_by", _("The sponsor is to send “%(prize)s”, and there is none.", prize=prize.name)
            )


def _deciding(plan: Plan) -> Iterator[Fault]:
    yield from _by_draw(plan) if plan.is_draw else _by_jury(plan)
    if plan.vote_share and not plan.has_votes:
        yield _all("votes_from", _("Votes are to count: say from when until when."))
    if plan.entry_kind == "none" and (plan.has_votes or not plan.is_draw):
        yield _all("entry_kind", _("Where people enter with nothing, there is nothing to judge or to vote for."))
    if plan.alternates < 1:
        yield _all("alternates", _("Say how many stand behind the winners, at least one."))


def _by_draw(plan: Plan) -> Iterator[Fault]:
    source = plan.terms.source
    if source not in SOURCES:
        yield _all("source", _("Say where the number comes from that nobody knows beforehand."))
    elif (source == "witness") != plan.has_witness:
        yield _all("source", _("A witness is named for this draw if, and only if, the number comes from one."))
    elif source == "beacon" and plan.beacon is None:
        yield _all("draw_at", _("Say when it is drawn: that names the public number."))
    if plan.vote_share:
        yield _all("vote_share", _("Votes are counted beside a jury: in a draw they decide nothing."))


def _by_jury(plan: Plan) -> Iterator[Fault]:
    if not any(one.name for one in plan.terms.criteria):
        yield _all("c0_name", _("Say by what the jury judges."))
    if plan.terms.tie_break not in TIE_BREAKS:
        yield _all("tie_break", _("Say what happens with equal results."))


def _dates(plan: Plan) -> Iterator[Fault]:
    dates = plan.dates
    opens, closes, announce = dates["opens_at"], dates["closes_at"], dates["announce_at"]
    assert opens is not None and closes is not None and announce is not None
    begin, draw, votes, judging = (dates[name] for name in ("votes_from", "draw_at", "votes_until", "judging_until"))
    if begin is not None and begin < opens:
        yield _all("votes_from", _("Votes begin when the contest opens, not before: there is nothing to vote for."))
    if plan.is_draw and draw is not None and draw < closes + BEFORE_ROUND:
        yield _all("draw_at", _("Draw at least half an hour after the close: the list of entries is public by then."))
    if votes is not None and votes < closes:
        yield _all("votes_until", _("Votes end after the last entry, not before: each can get as many."))
    if judging is not None and judging <= closes:
        yield _all("judging_until", _("The jury needs time after the close."))
    last = max(filter(None, (closes, draw, votes, judging)))
    if announce < last + FREEZE:
        yield _all("announce_at", _("Announce it after everything else has ended."))


def _after(plan: Plan) -> Iterator[Fault]:
    terms = plan.terms
    if not terms.notify_days:
        yield _all("notify_days", _("Say within how many days winners are told."))
    if not terms.answer_days:
        yield _all("answer_days", _("Say how many days a winner has to answer."))
    if terms.winner_list not in WINNER_LISTS:
        yield _all("winner_list", _("Say where it is to be read who won."))
    if terms.licence not in LICENCES:
        yield _all("licence", _("Say what may be done with what people enter."))
    if not terms.data_use:
        yield _all("data_use", _("Say what people’s data are used for."))


def _sharing(plan: Plan) -> Iterator[Fault]:
    for one in plan.shared:
        if not (one.fields and one.purpose and one.keeps_for and one.keeps_days):
            yield _all(
                "sharing",
                _("Say what exactly is shared with %(sponsor)s, what for, and for how long.", sponsor=one.sponsor.name),
            )
        if not one.is_current:
            words = _(
                "%(sponsor)s has another name or address by now: say anew what is shared.", sponsor=one.sponsor.name
            )
            yield _all("sharing", words)
        if one.is_required and not _is_needed(one.kind, one.reaches, plan):
            yield _all(
                "sharing",
                _(
                    "Entering must not depend on sharing with %(sponsor)s: the contest can be run without it.",
                    sponsor=one.sponsor.name,
                ),
            )

    sent = {one.prize for one in plan.shared if one.kind == "prize"}
    for place, prize in enumerate(plan.prizes):
        if prize.sent_by == "sponsor" and place not in sent:
            words = _("Say what the sponsor gets of whoever wins “%(prize)s”, to send it.", prize=prize.name)
            yield _all("sharing", words)


def _is_needed(kind: str, reaches: str, plan: Plan) -> bool:
    """Whether a contest can't be run without a sharing: the sponsor has to know who won what they send, and nothing else.

    To a winner's address there is another way: a no has us forward the prize.
    """
    return kind == "contest" and reaches == "winners" and any(prize.sent_by == "sponsor" for prize in plan.prizes)


def _countries(plan: Plan) -> Iterator[Fault]:
    for code, line in countries.lines_for(plan):
        if not plan.terms.lines.get(f"{code}_{line.key}"):
            yield Fault(code, f"line_{code}_{line.key}", _("%(what)s: not filled in.", what=line.title))
    for code in countries.unlisted(plan):
        if not plan.terms.reasons.get(code):
            yield Fault(
                code, f"why_{code}", _("We know no rules of this country: say why the general ones are enough.")
            )


def _all(field: str, words: str) -> Fault:
    return Fault(None, field, words)


_CHECKS = (_parties, _eligibility, _prizes, _deciding, _dates, _after, _sharing, _countries)
