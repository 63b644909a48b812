"""Pages of promotions: the public ones, and those of marketing."""

from clozette.contests.promotions.views import public, staff

BLUEPRINTS = (public.blueprint, staff.blueprint)
