"""What the contests room keeps about people: one dictionary for each part."""

from clozette.contests.drawing.personal_data import DRAWING
from clozette.contests.entering.personal_data import ENTERING
from clozette.contests.hosting.personal_data import HOSTING
from clozette.contests.judging.personal_data import JUDGING
from clozette.contests.planning.personal_data import PLANNING
from clozette.contests.promotions.personal_data import PROMOTIONS
from clozette.contests.sponsors.personal_data import SPONSORS
from clozette.contests.surveys.personal_data import SURVEYS
from clozette.contests.voting.personal_data import VOTING
from clozette.contests.winning.personal_data import WINNING
from clozette.kernel.personal import Declaration

TABLES: Declaration = {
    **PLANNING,
    **DRAWING,
    **ENTERING,
    **HOSTING,
    **JUDGING,
    **SPONSORS,
    **VOTING,
    **WINNING,
    **SURVEYS,
    **PROMOTIONS,
}
