"""A member's public pages."""

from flask import Blueprint, render_template, request

from clozette.accounts.access import member_by_handle
from clozette.closets.queries import public_count
from clozette.community import queries as community
from clozette.kernel.paging import read_cursor
from clozette.kernel.web import gate
from clozette.looks import queries

blueprint = Blueprint("profiles", __name__)


@blueprint.route("/@<handle>")
@gate.everyone()
def profile(handle: str) -> str:
    """Show a member: who it is, and the newest looks."""
    return _page(handle)


@blueprint.route("/@<handle>/looks")
@gate.everyone()
def looks(handle: str) -> str:
    """Show a member's looks."""
    return _page(handle)


def _page(handle: str) -> str:
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    page = queries.newest_of(viewer, member.id, read_cursor(request.args.get("after")))
    counts = {
        "looks": queries.visible_count(viewer, member.id),
        "items": public_count(member.id),
        "followers": community.follower_count(member.id),
        "following": community.following_count(member.id),
    }
    return render_template(
        "looks/profile.html",
        member=member,
        counts=counts,
        relation=community.relation(viewer, member.id),
        page=page,
        looks=queries.covers(viewer, page.items),
    )
