"""The tables of the contests room; each part keeps its own."""

from clozette.contests.drawing.models import Draw, Witness
from clozette.contests.entering.models import Entry
from clozette.contests.judging.models import Judge
from clozette.contests.planning.models import Contest, Fact, Prize, Rules
from clozette.contests.sponsors.models import Sharing, Sponsor, SponsorPerson
from clozette.contests.winning.models import Address, Winner

__all__ = [
    "Address",
    "Contest",
    "Draw",
    "Entry",
    "Fact",
    "Judge",
    "Prize",
    "Rules",
    "Sharing",
    "Sponsor",
    "SponsorPerson",
    "Winner",
    "Witness",
]
