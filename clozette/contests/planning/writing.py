"""The text of the official rules, written from a plan: the same plan gives the same bytes. No database, no clock."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from clozette.contests.planning import countries
from clozette.contests.planning.plans import Party, Plan, Shared
from clozette.kernel.money import Money


def text_of(plan: Plan) -> str:
    """Return the rules in the contest's language, in the small markup of our policies."""
    with force_locale(plan.language):
        written = ([part for part in write(plan) if part] for write in _SECTIONS)
        sections = [section for section in written if len(section) > 1]
        parts = [_("# Official rules: %(title)s", title=plan.title)]
        for number, (heading, *paragraphs) in enumerate(sections, 1):
            parts += [f"## {number}. {heading}", *paragraphs]
    return "\n\n".join(" ".join(part.split()) for part in parts) + "\n"


def _who(plan: Plan) -> Iterator[str]:
    yield _("Who holds this contest")
    yield _("It is held by %(party)s.", party=_party(plan.house, plan.language))
    if plan.sponsor is not None:
        yield _("It is sponsored by %(party)s.", party=_party(plan.sponsor, plan.language))


def _eligibility(plan: Plan) -> Iterator[str]:
    yield _("Who may enter")
    places = ", ".join(_country(code, plan.language) for code in plan.countries)
    yield _("Members of this site from %(age)s years of age who live in: %(places)s.", age=plan.min_age, places=places)
    if plan.min_account_days:
        yield ngettext(
            "The account is at least one day old when its member enters.",
            "The account is at least %(num)s days old when its member enters.",
            plan.min_account_days,
        )
    yield _("Staff of this site, members of the jury, and whoever works for the sponsor can’t enter.")
    if plan.terms.minors:
        yield _(
            "Whoever is not of age where they live enters with the agreement of a parent or guardian, who also accepts a prize for them."
        )
    if plan.terms.excluded:
        yield _("Besides, these can’t enter: %(excluded)s", excluded=plan.terms.excluded)


def _way_in(plan: Plan) -> Iterator[str]:
    yield _("How to enter")
    how = {
        "look": _("Each member enters once, with a look of their own that is published for everyone or for members."),
        "photos": _("Each member enters once, with photos of their own."),
        "none": _("Each member enters once, by pressing the button on the contest’s page."),
    }
    yield how[plan.entry_kind]
    if plan.terms.is_free:
        yield _(
            "Entering costs nothing, and nothing has to be bought. Buying something does not improve anybody’s chances."
        )
    yield _("An entry can be taken back until the close. Every entry gets a number and a receipt.")


def _when(plan: Plan) -> Iterator[str]:
    names = {
        "opens_at": _("Entries are taken from"),
        "closes_at": _("Entries are taken until"),
        "votes_from": _("Votes count from"),
        "votes_until": _("Votes count until"),
        "judging_until": _("The jury decides until"),
        "draw_at": _("The draw uses the first number published after"),
        "announce_at": _("The result is announced on"),
    }
    yield _("Dates")
    for name, title in names.items():
        at = plan.dates[name]
        if at is not None:
            yield f"- {title}: {moment(at, plan.time_zone, plan.language)}"
    yield _("Every date is one of the time zone %(zone)s.", zone=plan.time_zone)


def _prizes(plan: Plan) -> Iterator[str]:
    yield _("Prizes")
    sent = {"house": _("sent by us"), "sponsor": _("sent by the sponsor"), "online": _("given online")}
    for prize in plan.prizes:
        value = Money(prize.value_minor, prize.currency).format(plan.language)
        words = f" {prize.words}" if prize.words else ""
        yield (
            "- "
            + _(
                "%(units)s × %(name)s, worth %(value)s each, %(sent)s.",
                units=prize.units,
                name=prize.name,
                value=value,
                sent=sent[prize.sent_by],
            )
            + words
        )
    yield _("A prize can’t be exchanged for money. Whoever wins pays nothing for getting it.")


def _deciding(plan: Plan) -> Iterator[str]:
    yield _("How winners are found")
    yield from _by_draw(plan) if plan.is_draw else _by_jury(plan)
    if plan.has_votes:
        yield _(
            "Each member who may vote has %(number)s votes. Nobody sees totals before the votes have ended; suspicious votes are set aside with the reason, and never deleted.",
            number=plan.votes_per_member,
        )
    yield ngettext(
        "Behind the winners stands one alternate, who is found in the same way.",
        "Behind the winners stand %(num)s alternates, who are found in the same way.",
        plan.alternates,
    )


def _by_draw(plan: Plan) -> Iterator[str]:
    yield _("Chance alone decides. The chance of each entry depends on how many there are.")
    if plan.terms.source == "beacon" and plan.beacon is not None:
        yield _(
            "The order is drawn from three things: a secret number of ours, whose digest is published at the opening; the list of entries, whose digest is published at the close; and round %(round)d of the public random numbers of drand (%(name)s, chain %(chain)s), which nobody knows before its time. Anybody can draw again and see that it is right.",
            round=plan.beacon.round,
            name=plan.beacon.name,
            chain=plan.beacon.chain,
        )
    if plan.terms.source == "witness":
        yield _(
            "The order is drawn from three things: a secret number of ours, whose digest is published at the opening; the list of entries, whose digest is published at the close; and a number of a witness outside, whose digest is published before the close and which is opened after it. Anybody can draw again and see that it is right."
        )


def _by_jury(plan: Plan) -> Iterator[str]:
    yield _(
        "A jury decides. It sees no names, and whoever knows an entrant judges no entry of theirs. By these criteria:"
    )
    for one in plan.terms.criteria:
        yield "- " + _("%(name)s (weight %(weight)s)", name=one.name, weight=one.weight)
    if plan.vote_share:
        yield _("Votes of members make %(number)s percent of the result, the jury the rest.", number=plan.vote_share)
    ties = {
        "criterion": _("Of equal results the one that is better by the first criterion comes first."),
        "earlier": _("Of equal results the earlier entry comes first."),
        "draw": _("Equal results are told apart by lot."),
    }
    if plan.terms.tie_break:
        yield ties[plan.terms.tie_break]


def _winners(plan: Plan) -> Iterator[str]:
    terms = plan.terms
    yield _("What winners do")
    if terms.notify_days and terms.answer_days:
        yield ngettext(
            "Winners are told on this site and by mail within one day of the announcement.",
            "Winners are told on this site and by mail within %(num)s days of the announcement.",
            terms.notify_days,
        )
        yield ngettext(
            "A winner has one day to answer; after that the next alternate wins.",
            "A winner has %(num)s days to answer; after that the next alternate wins.",
            terms.answer_days,
        )
    if terms.winner_list == "site":
        yield _(
            "The list of winners is on the contest’s page: with the numbers of their entries, and with names of those who agreed to that."
        )
    if terms.winner_list == "asked":
        yield _("The list of winners is on the contest’s page with the numbers of their entries alone.")


def _entries(plan: Plan) -> Iterator[str]:
    licences = {
        "show": _("Entries stay their makers’ own. We may show them on this site with the contest."),
        "promote": _(
            "Entries stay their makers’ own. We may show them on this site with the contest, and until a year after it in what we publish about it, with their makers’ handles."
        ),
    }
    yield _("What becomes of entries")
    yield _("An entered look carries a label that says so and names the sponsor.") if plan.entry_kind == "look" else ""
    yield licences.get(plan.terms.licence, "")


def _data(plan: Plan) -> Iterator[str]:
    yield _("Your data")
    if plan.terms.data_use:
        yield _("What we use them for: %(use)s", use=plan.terms.data_use)
    yield (
        _("Nobody gets your data without your own yes, which you can take back at any time. It is asked for:")
        if plan.shared
        else _("Nobody gets your data because of this contest.")
    )
    for one in plan.shared:
        yield "- " + _shared(one, plan.language)


def _shared(one: Shared, language: str) -> str:
    whom = _("of winners alone") if one.reaches == "winners" or one.kind == "prize" else _("of everybody who agrees")
    needed = _("Without a yes one can’t take part.") if one.is_required else _("A no changes nothing.")
    said = _(
        "%(who)s gets %(whom)s: %(what)s. For this: %(purpose)s. Kept: %(term)s, at most %(days)s days.",
        who=_party(one.sponsor, language),
        whom=whom,
        what=", ".join(one.titles),
        purpose=one.purpose,
        term=one.keeps_for,
        days=one.keeps_days,
    )
    return f"{said} {needed}"


def _changes(plan: Plan) -> Iterator[str]:
    yield _("If these rules change")
    yield _(
        "Every version of these rules stays to be read, with its digest. After the first entry any change asks each entrant again; whoever does not agree within seven days, or until the close, which is three days away at least, leaves without any loss and may enter anew."
    )
    yield _(
        "A contest may be cancelled for a reason that is published. Then nobody wins, and nothing is shared any more."
    )


def _places(plan: Plan) -> Iterator[str]:
    said = [(code, sentence) for code in plan.countries for sentence in _of_country(plan, code)]
    if said:
        yield _("In single countries")
        for code, sentence in said:
            yield f"- {_country(code, plan.language)}: {sentence}"


def _of_country(plan: Plan, code: str) -> Iterator[str]:
    known = countries.of(code)
    yield from (str(sentence) for sentence in known.says)
    for line in known.lines:
        filled = plan.terms.lines.get(f"{code}_{line.key}")
        if line.wanted(plan) and filled:
            yield f"{line.title}: {filled}"


def moment(at: datetime, zone: str, language: str) -> str:
    """Write a date as the wall clock of a zone shows it."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{format_datetime(there, 'd MMMM y HH:mm', locale=language)} ({there:%z})"


def _party(party: Party, language: str) -> str:
    where = _country(party.country, language) if party.country else ""
    contact = f"({party.contact})" if party.contact else ""
    return " ".join(filter(None, (", ".join(filter(None, (party.name, party.address, where))), contact)))


def _country(code: str, language: str) -> str:
    return str(Locale.parse(language).territories.get(code, code))


_SECTIONS = (
    _who,
    _eligibility,
    _way_in,
    _when,
    _prizes,
    _deciding,
    _winners,
    _entries,
    _data,
    _changes,
    _places,
)
