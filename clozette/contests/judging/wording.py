"""How juries read: methods, changes, and what judges are told."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.community.notifications import Group, Line, Renderer
from clozette.contests.judging import planned, queries
from clozette.contests.judging.models import Round, RoundChange
from clozette.contests.planning.models import Contest
from clozette.contests.planning.plans import terms_of
from clozette.contests.planning.words import zone_moment
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

METHOD_NAMES: dict[str, LazyString] = {
    "yesno": _l("yes or no"),
    "score": _l("points by the criteria of the rules"),
    "rank": _l("a ranking"),
}
TIE_NAMES: dict[str, LazyString] = {
    "criterion": _l(
        "Of equal results the one that is better by the first criterion comes first, then the lower number."
    ),
    "earlier": _l("Of equal results the lower number comes first."),
    "draw": _l("Of equal results a lot decides that follows from all ballots before it."),
    "": _l("Of equal results the lower number comes first."),
}
TOLD: dict[str, LazyString] = {
    "jury_asked": _l("You are asked into the jury of “%(contest)s”."),
    "jury_entries": _l("Entries of “%(contest)s” wait for your ballot."),
    "jury_due": _l("The jury of “%(contest)s” waits for ballots of yours."),
}
"""What judges are told, by the kind of the notification."""


def change(one: RoundChange, zone: str) -> str:
    """Word what was changed in a round."""
    if one.what == "quorum":
        return str(_("Ballots for each entry: %(became)s instead of %(was)s", became=one.became, was=one.was))
    if one.what == "due":
        until = zone_moment(datetime.fromisoformat(one.became), zone)
        return str(_("More time: until %(moment)s", moment=until))
    return str(_("A judge was taken out, who had %(was)s entries", was=one.was))


@dataclass(frozen=True)
class Plan:
    """How a jury judges, as everybody may know from the publication on.

    :ivar changes: what was changed since, with the moment and the reason, in order.
    """

    rounds: Sequence[Round]
    counted: Mapping[int, str]
    tie_break: LazyString
    changes: Sequence[tuple[datetime, str, str]]
    method_names: Mapping[str, LazyString]


def plan(contest: Contest) -> Plan | None:
    """Return how a jury judges; nothing where none does."""
    if contest.decided_by != "jury" or contest.state in planned.SECRET:
        return None
    found: list[tuple[datetime, str, str]] = []
    changes = queries.changes_of(contest)
    told = {str(number) for one, number in changes if one.what == "quorum"}
    for before, fact in itertools.pairwise(planned.stated(contest)):
        words = _replanned(before.content["method"], fact.content["method"], told)
        found.append((fact.at, words, fact.content["because"]))
    for one, number in changes:
        words = _("Round %(number)s: %(change)s", number=number, change=change(one, contest.time_zone))
        found.append((one.at, str(words), one.because))
    tie_break = TIE_NAMES[terms_of(contest.terms).tie_break]
    rounds, counted = queries.rounds_of(contest), queries.methods(contest)
    return Plan(rounds, counted, tie_break, sorted(found, key=lambda one: one[0]), METHOD_NAMES)


def _replanned(before: Sequence[str], after: Sequence[str], told: set[str]) -> str:
    """Word which rounds one plan has and the other has not; of those that were changed while open it is told elsewhere."""
    was, now = ({line.split(" ")[0]: line for line in lines} for lines in (before, after))
    said = [_("Round %(number)s was taken out: %(round)s.", number=n, round=_round(was[n])) for n in was.keys() - now]
    said += [_("Round %(number)s was added: %(round)s.", number=n, round=_round(now[n])) for n in now.keys() - was]
    said += [
        _("Round %(number)s is another: %(round)s.", number=n, round=_round(now[n]))
        for n in (was.keys() & now) - told
        if was[n] != now[n]
    ]
    return " ".join(sorted(map(str, said)))


def _round(line: str) -> str:
    _number, counted, _quorum, quorum, _takes, takes = line.split(" ")
    ballots = ngettext("at least one ballot for each entry", "at least %(num)s ballots for each entry", int(quorum))
    goes_on = ngettext("the best one goes on", "the best %(num)s go on", int(takes))
    return f"{METHOD_NAMES.get(counted, METHOD_NAMES['rank'])}, {ballots}, {goes_on}"


def decimal(exact: str) -> str:
    """Write an exact fraction with three digits behind the point, in the reader's way."""
    return str(format_decimal(round(float(Fraction(exact)), 3), "0.000"))


def teller(kind: str) -> Renderer:
    """Return what words the notifications of one kind."""

    def render(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        wanted = sa.select(Contest).where(Contest.id.in_([group.object_id for group in groups]))
        return {
            contest.id: Line(str(TOLD[kind]) % {"contest": contest.title}, f"/contests/{contest.slug}/judging")
            for contest in db.session.scalars(wanted)
        }

    return render
