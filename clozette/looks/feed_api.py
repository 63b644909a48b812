"""The feed, for programs."""

from typing import Any

from clozette.kernel.paging import Page
from clozette.kernel.web import api, gate
from clozette.looks import feed, queries
from clozette.looks.representation import look_out
from clozette.looks.schemas import LookOut

blueprint = api.Blueprint("feed_api", __name__, description="Feed")


@blueprint.route("/feed")
@gate.members(scope="feed:read")
@blueprint.page(LookOut)
def show(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """The looks of those you follow, newest first."""
    viewer = gate.viewer()
    page = feed.page(viewer, query["after"])
    looks = queries.these(viewer, [row.look_id for row in page.items], len(page.items))
    return Page([look_out(whole) for whole in queries.wholes(viewer, looks)], page.after)
