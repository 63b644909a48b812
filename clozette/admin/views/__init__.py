"""Pages of the staff: one blueprint, one module for each ability."""

from clozette.admin.views import members
from clozette.admin.views.blueprint import blueprint

__all__ = ["blueprint", "members"]
