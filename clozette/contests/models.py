"""The tables of the contests room; each part keeps its own."""

from clozette.contests.drawing.models import Draw, Witness
from clozette.contests.entering.models import Entry
from clozette.contests.hosting.models import Channel
from clozette.contests.judging.models import Assignment, Ballot, Judge, Round, RoundChange, Standing
from clozette.contests.planning.models import Contest, Fact, Prize, Rules
from clozette.contests.promotions.models import Early, Promotion, PromotionCode
from clozette.contests.sponsors.models import Sharing, Sponsor, SponsorPerson
from clozette.contests.surveys.models import Answer, Question, Response, Survey, Taker
from clozette.contests.voting.models import SetAside, Vote, VoteKey, Voter
from clozette.contests.winning.models import Address, Winner

__all__ = [
    "Address",
    "Answer",
    "Assignment",
    "Ballot",
    "Channel",
    "Contest",
    "Draw",
    "Early",
    "Entry",
    "Fact",
    "Judge",
    "Prize",
    "Promotion",
    "PromotionCode",
    "Question",
    "Response",
    "Round",
    "RoundChange",
    "Rules",
    "SetAside",
    "Sharing",
    "Sponsor",
    "SponsorPerson",
    "Standing",
    "Survey",
    "Taker",
    "Vote",
    "VoteKey",
    "Voter",
    "Winner",
    "Witness",
]
