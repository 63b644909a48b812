"""Looks for programs: the same schemas, access and services as the pages."""

from typing import Any

from flask import Response

from clozette.accounts.access import member_by_handle
from clozette.accounts.models import Member
from clozette.community import queries as community
from clozette.kernel import clock
from clozette.kernel.images import BadPhoto
from clozette.kernel.paging import Page
from clozette.kernel.refusal import refuse
from clozette.kernel.viewer import Viewer
from clozette.kernel.web import api, errors, gate
from clozette.kernel.web.forms import Form
from clozette.looks import access, queries, rules, throttle
from clozette.looks.models import Comment, Look
from clozette.looks.representation import look_out
from clozette.looks.schemas import CommentIn, CommentOut, LookIn, LookOut, LookPhotoIn, ProfileOut
from clozette.looks.services import comments, drafts, loves, photos, publication

blueprint = api.Blueprint("looks_api", __name__, description="Looks")

_MULTIPART = {"required": True, "content": {"multipart/form-data": {"schema": LookPhotoIn}}}


@blueprint.route("/looks")
@gate.members(scope="looks:read")
@blueprint.page(LookOut)
def looks(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """Your own looks that are out, the last made first."""
    return _page(queries.own(gate.viewer(), query["after"], drafts=False))


@blueprint.route("/looks/drafts")
@gate.members(scope="looks:read")
@blueprint.page(LookOut)
def own_drafts(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """Your drafts, the last made first."""
    return _page(queries.own(gate.viewer(), query["after"], drafts=True))


@blueprint.route("/looks/newest")
@gate.members(scope="looks:read")
@blueprint.page(LookOut)
def newest(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """The newest looks of everybody, as far as they are shared with members."""
    return _page(queries.newest(gate.viewer(), query["after"]))


@blueprint.route("/looks", methods=["POST"])
@gate.members(scope="looks:write", collects="CP2")
@blueprint.arguments(LookIn)
@blueprint.response(201, LookOut)
def create(data: dict[str, Any]) -> dict[str, Any]:
    """Start a draft. Then send its photos to `/looks/{id}/photos`, tag items, and publish it."""
    viewer, now = gate.viewer(), clock.now()
    look, _new = drafts.start_look(viewer, now=now)
    drafts.save_look(look, {**data, "version": look.version}, viewer, now=now)
    return _one(look)


@blueprint.route("/looks/<id:look_id>")
@gate.members(scope="looks:read")
@blueprint.response(200, LookOut)
def look(look_id: int) -> dict[str, Any]:
    """One look that is shared with you, or your own in any state."""
    return _one(access.look_for(gate.viewer(), look_id))


@blueprint.route("/looks/<id:look_id>", methods=["PATCH"])
@gate.members(scope="looks:write", collects="CP2")
@blueprint.arguments(LookIn)
@blueprint.response(200, LookOut)
def change(data: dict[str, Any], look_id: int) -> dict[str, Any]:
    """Change one of your looks; what is absent stays. With `version`, only if nobody changed it since (409, `stale`)."""
    look = access.own_look(gate.viewer(), look_id, to_change=True)
    drafts.save_look(look, data, gate.viewer(), now=clock.now())
    return _one(look)


@blueprint.route("/looks/<id:look_id>", methods=["DELETE"])
@gate.members(scope="looks:write")
@blueprint.response(204)
def delete(look_id: int) -> None:
    """Delete one of your looks with its photos, loves and comments."""
    publication.delete_look(access.own_look(gate.viewer(), look_id, to_change=True))


@blueprint.route("/looks/<id:look_id>/photos", methods=["POST"])
@gate.members(scope="looks:write", collects="CP2")
@blueprint.doc(requestBody=_MULTIPART)
@blueprint.response(201, LookOut)
def add_photo(look_id: int) -> dict[str, Any] | Response:
    """Add a photo at the end of one of your looks."""
    form = Form(LookPhotoIn)
    form.load()  # the photo is made ready before a transaction that writes begins
    look = access.own_look(gate.viewer(), look_id, to_change=True)
    if form.errors:
        return errors.answer(422, errors=form.errors)
    try:
        photos.add_photos(look, [form.data["photo"]], [form.data.get("alt", "")], now=clock.now())
    except BadPhoto as error:
        return errors.answer(422, errors={"photo": [error.message]})
    look.version += 1
    publication.settle(look)
    return _one(look)


@blueprint.route("/looks/<id:look_id>/publication", methods=["POST"])
@gate.members(scope="looks:write", collects="CP2")
@blueprint.response(200, LookOut)
def publish(look_id: int) -> dict[str, Any]:
    """Publish one of your looks for those whom its visibility names; doing it twice changes nothing."""
    look = access.own_look(gate.viewer(), look_id, to_change=True)
    throttle.publish(look.member_id)
    publication.publish_look(look, now=clock.now())
    return _one(look)


@blueprint.route("/looks/<id:look_id>/publication", methods=["DELETE"])
@gate.members(scope="looks:write")
@blueprint.response(200, LookOut)
def hide(look_id: int) -> dict[str, Any]:
    """Make one of your looks a draft again."""
    look = access.own_look(gate.viewer(), look_id, to_change=True)
    publication.hide_look(look)
    return _one(look)


@blueprint.route("/looks/<id:look_id>/love", methods=["POST", "PUT"])
@gate.members(scope="looks:write", collects="CP2")
@blueprint.response(200, LookOut)
def love(look_id: int) -> dict[str, Any]:
    """Love a look; doing it twice changes nothing."""
    look = access.look_for(gate.viewer(), look_id)
    refuse(rules.why_not_answer(is_published=look.is_published))
    loves.love(look.id, access.own_id(gate.viewer()), now=clock.now())
    return _one(look)


@blueprint.route("/looks/<id:look_id>/love", methods=["DELETE"])
@gate.members(scope="looks:write", collects="CP2")
@blueprint.response(200, LookOut)
def unlove(look_id: int) -> dict[str, Any]:
    """Take your love back; doing it twice changes nothing."""
    look = access.look_for(gate.viewer(), look_id)
    loves.unlove(look.id, access.own_id(gate.viewer()))
    return _one(look)


@blueprint.route("/looks/<id:look_id>/comments")
@gate.members(scope="looks:read")
@blueprint.page(CommentOut)
def comment_list(query: dict[str, Any], look_id: int) -> Page[dict[str, Any]]:
    """The comments under a look, newest first."""
    look = access.look_for(gate.viewer(), look_id)
    page = queries.comments(gate.viewer(), look, query["after"])
    return Page([_remark(row.comment, row.member) for row in page.items], page.after)


@blueprint.route("/looks/<id:look_id>/comments", methods=["POST"])
@gate.members(scope="looks:write", collects="CP2")
@blueprint.arguments(CommentIn)
@blueprint.response(201, CommentOut)
def comment(data: dict[str, Any], look_id: int) -> dict[str, Any]:
    """Write a comment under a look."""
    viewer = gate.viewer()
    look = access.look_for(viewer, look_id)
    refuse(rules.why_not_answer(is_published=look.is_published))
    throttle.comment(access.own_id(viewer))
    made = comments.comment(look, access.own_id(viewer), data["text"], now=clock.now())
    return _remark(made, viewer)


@blueprint.route("/looks/<id:look_id>/comments/<id:comment_id>", methods=["PATCH"])
@gate.members(scope="looks:write", collects="CP2")
@blueprint.arguments(CommentIn)
@blueprint.response(200, CommentOut)
def edit_comment(data: dict[str, Any], look_id: int, comment_id: int) -> dict[str, Any]:
    """Change your comment."""
    viewer = gate.viewer()
    found = access.comment_for(viewer, access.look_for(viewer, look_id), comment_id)
    comments.edit_comment(found, access.own_id(viewer), data["text"], now=clock.now())
    return _remark(found, viewer)


@blueprint.route("/looks/<id:look_id>/comments/<id:comment_id>", methods=["DELETE"])
@gate.members(scope="looks:write")
@blueprint.response(204)
def delete_comment(look_id: int, comment_id: int) -> None:
    """Delete your comment, or one under your look."""
    viewer = gate.viewer()
    found = access.comment_for(viewer, access.look_for(viewer, look_id), comment_id)
    comments.delete_comment(found, now=clock.now())


@blueprint.route("/members/<handle>")
@gate.members(scope="profile:read")
@blueprint.response(200, ProfileOut)
def member(handle: str) -> dict[str, Any]:
    """A member's profile."""
    viewer = gate.viewer()
    found = member_by_handle(viewer, handle)
    return {
        "handle": found.handle,
        "display_name": found.display_name,
        "bio": found.bio,
        "followers": community.follower_count(found.id),
        "following": community.following_count(found.id),
        "looks": queries.visible_count(viewer, found.id),
    }


@blueprint.route("/members/<handle>/looks")
@gate.members(scope="looks:read")
@blueprint.page(LookOut)
def looks_of(query: dict[str, Any], handle: str) -> Page[dict[str, Any]]:
    """A member's looks that are shared with you, newest first."""
    viewer = gate.viewer()
    return _page(queries.newest_of(viewer, member_by_handle(viewer, handle).id, query["after"]))


def _one(look: Look) -> dict[str, Any]:
    return look_out(queries.whole(gate.viewer(), look))


def _page(page: Page[Look]) -> Page[dict[str, Any]]:
    return Page([look_out(whole) for whole in queries.wholes(gate.viewer(), page.items)], page.after)


def _remark(comment: Comment, member: Member | Viewer | None) -> dict[str, Any]:
    return {
        "id": comment.id,
        "author": {"handle": member.handle, "display_name": member.display_name} if member else None,
        "text": comment.text,
        "at": comment.at,
        "edited_at": comment.edited_at,
    }
