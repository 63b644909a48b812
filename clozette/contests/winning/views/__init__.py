"""Pages of winners: the public list, the winner's own, and those of marketing."""

from clozette.contests.winning.views import public, staff

BLUEPRINTS = (public.blueprint, staff.blueprint)
