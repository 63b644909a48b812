"""Pages of the staff: one blueprint, one module for each ability."""

from clozette.admin.views import exports, members
from clozette.admin.views.blueprint import blueprint

__all__ = ["blueprint", "exports", "members"]
