"""Pages of the community: follow, followers, following, requests, notifications, badges, points."""

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from clozette.accounts.access import member_by_handle, oneself
from clozette.accounts.models import Member
from clozette.community import access, badges, notifications, points, queries, services
from clozette.community.schemas import FollowIn, MarkReadIn
from clozette.kernel import clock
from clozette.kernel.paging import Page, read_cursor
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

blueprint = Blueprint("community", __name__)


@blueprint.route("/@<handle>/follow", methods=["POST"])
@gate.members(collects="CP2")
def follow(handle: str) -> ResponseReturnValue:
    """Follow a member, or ask to."""
    if request.form.get("_method") == "DELETE":
        return unfollow(handle)
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    form = Form(FollowIn)
    back = form.data["back"] if form.load() else "profile"
    services.follow(_id(viewer.member_id), member, now=clock.now())
    return redirect(_address_of(back, member), 303)


@blueprint.route("/@<handle>/follow", methods=["DELETE"])
@gate.members(collects="CP2")
def unfollow(handle: str) -> ResponseReturnValue:
    """Stop following, or withdraw the request."""
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    services.unfollow(_id(viewer.member_id), member.id)
    return redirect(f"/@{member.handle}", 303)


@blueprint.route("/@<handle>/follower", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def remove_follower(handle: str) -> ResponseReturnValue:
    """Make a member stop following the viewer: a form with ``_method`` DELETE, or DELETE."""
    if request.method == "POST" and request.form.get("_method") != "DELETE":
        abort(405)
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    services.remove_follower(_id(viewer.member_id), member.id)
    return redirect(f"/@{viewer.handle}/followers", 303)


@blueprint.route("/@<handle>/followers")
@gate.members()
def followers(handle: str) -> str:
    """List who follows a member."""
    return _people(handle, "followers")


@blueprint.route("/@<handle>/following")
@gate.members()
def following(handle: str) -> str:
    """List whom a member follows."""
    return _people(handle, "following")


@blueprint.route("/follow-requests")
@gate.members()
def requests() -> str:
    """List who asks to follow the viewer, with the switch that makes people ask."""
    member = oneself(gate.viewer())
    page = queries.requests(member.id, read_cursor(request.args.get("after")))
    approves = queries.approves_followers(member, today=clock.today())
    return render_template(
        "community/requests.html", page=page, approves=approves, is_minor=member.is_minor(clock.today())
    )


@blueprint.route("/follow-requests/<id:request_id>/acceptance", methods=["POST"])
@gate.members(collects="CP2")
def accept(request_id: int) -> ResponseReturnValue:
    """Accept a request."""
    services.accept(access.request_for(gate.viewer(), request_id), now=clock.now())
    return redirect("/follow-requests", 303)


@blueprint.route("/follow-requests/<id:request_id>", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def decline(request_id: int) -> ResponseReturnValue:
    """Refuse a request: a form with ``_method`` DELETE, or DELETE."""
    services.decline(access.request_for(gate.viewer(), request_id))
    return redirect("/follow-requests", 303)


@blueprint.route("/settings/follow-approval", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def approval() -> ResponseReturnValue:
    """Switch the approval of followers on (POST) or off (DELETE)."""
    member_id = _id(gate.viewer().member_id)
    if request.method == "DELETE" or request.form.get("_method") == "DELETE":
        services.admit_followers(member_id)
    else:
        services.approve_followers(member_id, now=clock.now())
    return redirect("/follow-requests", 303)


@blueprint.route("/notifications")
@gate.members()
def notices() -> str:
    """List what the viewer was told."""
    viewer = gate.viewer()
    page = notifications.page(viewer, read_cursor(request.args.get("after")))
    waiting = queries.request_count(_id(viewer.member_id))
    return render_template("community/notifications.html", page=page, waiting=waiting)


@blueprint.route("/notifications/reading", methods=["POST"])
@gate.members(collects="CP2")
def mark_read() -> ResponseReturnValue:
    """Mark as read what the page showed."""
    form = Form(MarkReadIn)
    if not form.load():
        page = notifications.page(gate.viewer())
        return render_template("community/notifications.html", page=page, waiting=0), 422
    notifications.mark_read(_id(gate.viewer().member_id), until=form.data["until"], now=clock.now())
    return redirect("/notifications", 303)


@blueprint.route("/@<handle>/badges")
@gate.everyone()
def records(handle: str) -> str:
    """List a member's badges with their evidence; to the member alone also what was revoked, and what others don't see."""
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    is_own = viewer.member_id == member.id
    held = badges.of(member.id, revoked=True) if is_own else badges.public(member.id)
    return render_template("community/badges.html", member=member, badges=held, lines=badges.lines(held))


@blueprint.route("/points")
@gate.members()
def own_points() -> str:
    """List what the viewer got and spent points for."""
    viewer = gate.viewer()
    page = points.page(viewer, read_cursor(request.args.get("after")))
    return render_template("community/points.html", page=page, balance=points.balance(_id(viewer.member_id)))


def _people(handle: str, which: str) -> str:
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    access.require_lists(viewer, member)
    after = read_cursor(request.args.get("after"))
    listed: Page[queries.Person]
    if which == "followers":
        listed = queries.followers(viewer, member.id, after)
    else:
        listed = queries.following(viewer, member.id, after)
    counts = {"followers": queries.follower_count(member.id), "following": queries.following_count(member.id)}
    return render_template("community/people.html", member=member, which=which, page=listed, counts=counts)


def _address_of(back: str, member: Member) -> str:
    return {"feed": "/feed", "profile": f"/@{member.handle}"}.get(back, f"/@{member.handle}/{back}")


def _id(member_id: int | None) -> int:
    """The gate lets only members in here, so there is an id."""
    assert member_id is not None
    return member_id
