"""Pages of votes: voting and the open list; what staff see."""

from clozette.contests.voting.views import public, staff

BLUEPRINTS = (public.blueprint, staff.blueprint)
