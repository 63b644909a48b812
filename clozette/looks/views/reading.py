"""The page of a look, with loves and comments."""

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from clozette.community.queries import relation
from clozette.kernel import clock, ids
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import refuse
from clozette.kernel.viewer import GUEST
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.looks import access, queries, rules, sharing, throttle
from clozette.looks.editor import address
from clozette.looks.models import Comment, Look
from clozette.looks.naming import visibility_names
from clozette.looks.schemas import CommentIn
from clozette.looks.services import comments, loves
from clozette.looks.views.back import way_back

blueprint = Blueprint("looks", __name__)
FIRST_COMMENTS = 12


@blueprint.route("/looks/<id:look_id>")
@gate.everyone()
def look(look_id: int) -> str:
    """Show a look."""
    return _look_page(access.look_for(gate.viewer(), look_id), Form(CommentIn))


@blueprint.route("/looks/<id:look_id>/share.jpg")
@gate.everyone()
def share_image(look_id: int) -> Response:
    """Show a public look as other sites show what is shared there; the lines that hang on it are drawn into it."""
    look = access.look_for(GUEST, look_id)
    response = Response(sharing.picture(look), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blueprint.route("/looks/<id:look_id>/love", methods=["GET"])
@gate.everyone()
def lovers(look_id: int) -> str:
    """List who loves a look."""
    viewer = gate.viewer()
    look = access.look_for(viewer, look_id)
    page = queries.lovers(viewer, look, read_cursor(request.args.get("after")))
    return render_template("looks/lovers.html", whole=queries.whole(viewer, look), look=look, page=page)


@blueprint.route("/looks/<id:look_id>/love", methods=["POST"])
@gate.members(collects="CP2")
def love(look_id: int) -> ResponseReturnValue:
    """Love a look."""
    if request.form.get("_method") == "DELETE":
        return unlove(look_id)
    viewer = gate.viewer()
    look = access.look_for(viewer, look_id)
    refuse(rules.why_not_answer(is_published=look.is_published))
    loves.love(look.id, access.own_id(gate.viewer()), now=clock.now())
    return redirect(way_back(address(look), look.id), 303)


@blueprint.route("/looks/<id:look_id>/love", methods=["DELETE"])
@gate.members(collects="CP2")
def unlove(look_id: int) -> ResponseReturnValue:
    """Take a love back."""
    look = access.look_for(gate.viewer(), look_id)
    loves.unlove(look.id, access.own_id(gate.viewer()))
    return redirect(way_back(address(look), look.id), 303)


@blueprint.route("/looks/<id:look_id>/comments", methods=["GET"])
@gate.everyone()
def comment_list(look_id: int) -> str:
    """List the comments under a look, newest first."""
    return _comments_page(access.look_for(gate.viewer(), look_id), Form(CommentIn))


@blueprint.route("/looks/<id:look_id>/comments", methods=["POST"])
@gate.members(collects="CP2")
def comment(look_id: int) -> ResponseReturnValue:
    """Write a comment."""
    look = access.look_for(gate.viewer(), look_id)
    refuse(rules.why_not_answer(is_published=look.is_published))
    form = Form(CommentIn)
    if not form.load():
        return _look_page(look, form), form.status
    throttle.comment(access.own_id(gate.viewer()))
    made = comments.comment(look, access.own_id(gate.viewer()), form.data["text"], now=clock.now())
    return redirect(_place(look, made), 303)


@blueprint.route("/looks/<id:look_id>/comments/<id:comment_id>", methods=["GET"])
@gate.members()
def edit_comment(look_id: int, comment_id: int) -> str:
    """Show the form that changes one's comment."""
    look, found = _comment(look_id, comment_id)
    refuse(rules.why_not_edit_comment(is_author=found.member_id == access.own_id(gate.viewer())))
    return _edit_comment_page(look, found, Form(CommentIn, {"text": found.text}))


@blueprint.route("/looks/<id:look_id>/comments/<id:comment_id>", methods=["POST", "PUT"])
@gate.members(collects="CP2")
def save_comment(look_id: int, comment_id: int) -> ResponseReturnValue:
    """Change one's comment; with ``_method`` DELETE, delete it."""
    if request.form.get("_method") == "DELETE":
        return delete_comment(look_id, comment_id)
    look, found = _comment(look_id, comment_id)
    form = Form(CommentIn)
    if not form.load():
        return _edit_comment_page(look, found, form), form.status
    comments.edit_comment(found, access.own_id(gate.viewer()), form.data["text"], now=clock.now())
    return redirect(_place(look, found), 303)


@blueprint.route("/looks/<id:look_id>/comments/<id:comment_id>", methods=["DELETE"])
@gate.members()
def delete_comment(look_id: int, comment_id: int) -> ResponseReturnValue:
    """Delete one's comment, or one under one's look."""
    look, found = _comment(look_id, comment_id)
    comments.delete_comment(found, now=clock.now())
    return redirect(f"{address(look)}#comments", 303)


def _comment(look_id: int, comment_id: int) -> tuple[Look, Comment]:
    viewer = gate.viewer()
    look = access.look_for(viewer, look_id)
    return look, access.comment_for(viewer, look, comment_id)


def _look_page(look: Look, form: Form) -> str:
    viewer = gate.viewer()
    return render_template(
        "looks/look.html",
        look=look,
        whole=queries.whole(viewer, look),
        comments=queries.comments(viewer, look, size=FIRST_COMMENTS),
        relation=relation(viewer, look.member_id),
        form=form,
        visibility_names=visibility_names(),
        base_url=current_app.extensions["clozette.settings"].base_url,
    )


def _comments_page(look: Look, form: Form) -> str:
    viewer = gate.viewer()
    page = queries.comments(viewer, look, read_cursor(request.args.get("after")))
    return render_template(
        "looks/comments.html", look=look, whole=queries.whole(viewer, look), comments=page, form=form
    )


def _edit_comment_page(look: Look, comment: Comment, form: Form) -> str:
    return render_template("looks/edit_comment.html", look=look, comment=comment, form=form)


def _place(look: Look, comment: Comment) -> str:
    return f"{address(look)}#c-{ids.encode(comment.id)}"
