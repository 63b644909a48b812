"""Pages of the staff: one blueprint, one module for each ability."""

from clozette.admin.views import badges, breaches, disclosures, exports, members, policies, requests
from clozette.admin.views.blueprint import blueprint

__all__ = ["badges", "blueprint", "breaches", "disclosures", "exports", "members", "policies", "requests"]
