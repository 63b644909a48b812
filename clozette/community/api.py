"""Following and points, for programs."""

from typing import Any

from clozette.accounts.access import member_by_handle
from clozette.community import points, queries, services
from clozette.community.points import Movement
from clozette.community.schemas import BalanceOut, FollowOut, MovementOut
from clozette.kernel import clock
from clozette.kernel.paging import Page
from clozette.kernel.web import api, gate

blueprint = api.Blueprint("community_api", __name__, description="Following")


@blueprint.route("/members/<handle>/follow")
@gate.members(scope="profile:read")
@blueprint.response(200, FollowOut)
def relation(handle: str) -> queries.Relation:
    """How you stand to a member."""
    viewer = gate.viewer()
    return queries.relation(viewer, member_by_handle(viewer, handle).id)


@blueprint.route("/members/<handle>/follow", methods=["POST"])
@gate.members(scope="follows:write", collects="CP2")
@blueprint.response(200, FollowOut)
def follow(handle: str) -> queries.Relation:
    """Follow a member, or ask to where followers are approved; doing it twice changes nothing."""
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    assert viewer.member_id is not None
    services.follow(viewer.member_id, member, now=clock.now())
    return queries.relation(viewer, member.id)


@blueprint.route("/members/<handle>/follow", methods=["DELETE"])
@gate.members(scope="follows:write", collects="CP2")
@blueprint.response(200, FollowOut)
def unfollow(handle: str) -> queries.Relation:
    """Stop following a member, or withdraw the request."""
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    assert viewer.member_id is not None
    services.unfollow(viewer.member_id, member.id)
    return queries.relation(viewer, member.id)


@blueprint.route("/points")
@gate.members(scope="profile:read")
@blueprint.response(200, BalanceOut)
def balance() -> dict[str, int]:
    """How many points you have."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    return {"balance": points.balance(viewer.member_id)}


@blueprint.route("/points/lines")
@gate.members(scope="profile:read")
@blueprint.page(MovementOut)
def lines(query: dict[str, Any]) -> Page[Movement]:
    """What you got and spent points for, newest first; all lines together are what you have."""
    return points.page(gate.viewer(), query["after"])
