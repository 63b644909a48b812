"""Blocking and unblocking."""

from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _

from clozette.accounts import access, queries, throttle
from clozette.accounts.services import blocks
from clozette.accounts.views.blueprint import blueprint, page, verb
from clozette.kernel import clock
from clozette.kernel.web import gate


@blueprint.get("/settings/blocks")
@gate.members()
def blocked() -> Any:
    """List whom the member blocks."""
    return page("accounts/blocks.html", blocked=queries.blocked_by(gate.viewer()))


@blueprint.route("/@<handle>/block", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def block(handle: str) -> Any:
    """Block a member, or lift the block: a form with ``_method`` DELETE, or DELETE."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    throttle.by_member("block", viewer.member_id)
    if verb() == "DELETE":
        blocks.unblock(viewer.member_id, access.blocked_member(viewer, handle).id)
        flash(_("You see each other again."), "success")
        return redirect("/settings/blocks", 303)
    member = access.member_to_block(viewer, handle)
    blocks.block(viewer.member_id, member.id, now=clock.now())
    flash(_("You and @%(handle)s no longer see each other.", handle=member.handle), "success")
    return redirect("/settings/blocks", 303)
