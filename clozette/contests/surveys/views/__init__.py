"""Pages of surveys: the public ones, and those of marketing."""

from clozette.contests.surveys.views import public, staff

BLUEPRINTS = (public.blueprint, staff.blueprint)
