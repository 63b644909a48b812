"""Pages of draws: what anybody can check, the witness's form, and those of marketing."""

from clozette.contests.drawing.views import public, staff, verifier, witness

BLUEPRINTS = (public.blueprint, verifier.blueprint, witness.blueprint, staff.blueprint)
