"""Pages of sponsors: those of marketing, and those of the sponsors themselves."""

from clozette.contests.sponsors.views import handouts, own, sharings, staff

BLUEPRINTS = (staff.blueprint, sharings.blueprint, handouts.blueprint, own.blueprint)
