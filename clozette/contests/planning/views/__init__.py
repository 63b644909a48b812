"""Pages of contests: the public ones, and those of marketing."""

from clozette.contests.planning.views import public, staff

BLUEPRINTS = (public.blueprint, staff.blueprint)
