"""Pages of hosting: a partner's front page, and what marketing keeps of their channels."""

from clozette.contests.hosting.views import public, staff

BLUEPRINTS = (public.blueprint, staff.blueprint)
