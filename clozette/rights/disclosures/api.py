"""The log for programs."""

from typing import Any

from clozette.accounts.access import oneself
from clozette.kernel import clock
from clozette.kernel.paging import Page
from clozette.kernel.web import api, gate
from clozette.privacy.disclosures import queries
from clozette.rights.disclosures.schemas import DisclosureOut

blueprint = api.Blueprint("disclosures_api", __name__, description="Disclosures")


@blueprint.route("/disclosures")
@gate.members(scope="privacy:read")
@blueprint.page(DisclosureOut)
def disclosures(query: dict[str, Any]) -> Page[queries.Told]:
    """Who got your data: by name, what, when, why, and what they were told since."""
    return queries.of_subject(oneself(gate.viewer()).subject_id, now=clock.now(), after=query["after"])
