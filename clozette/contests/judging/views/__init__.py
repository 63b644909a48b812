"""Pages of juries: the judges' own, those of marketing, and the score sheet for everybody."""

from clozette.contests.judging.views import own, public, staff

BLUEPRINTS = (own.blueprint, staff.blueprint, public.blueprint)
