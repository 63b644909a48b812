"""The requests desk: what people ask, by when it must be answered, and every step of answering."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.admin.views.blueprint import blueprint
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.privacy import staff_reads
from clozette.privacy.models import StaffRead
from clozette.rights.desk import kept, queries, replies, rules, services
from clozette.rights.desk import schemas as say
from clozette.rights.desk.models import Request

SHOWN = ("name", "address", "text", "events")
"""What of a person an opened request shows; the log of staff reads says so."""


@blueprint.get("/requests")
@staff("admin")
def requests() -> str:
    """List what waits, the most urgent first, or what is answered; and say how the desk keeps its times."""
    closed = request.args.get("state") == "closed"
    page = queries.closed_requests(read_cursor(request.args.get("after"))) if closed else None
    rows = page.items if page else queries.open_requests()
    listed = [(one, queries.standing(one)) for one in rows]
    return render_template("admin/requests/list.html", listed=listed, page=page, figures=queries.figures(), **_names())


@blueprint.get("/requests/<id:request_id>")
@staff("admin")
def request_at_desk(request_id: int) -> Any:
    """Show a request to staff who opened it; others see that it is there, and when it is due."""
    found = _found(request_id)
    if not _is_open(found):
        return render_template("admin/requests/closed.html", one=found, standing=queries.standing(found), **_names())
    deed = request.args.get("do", "")
    return _page(found, deed, Form(DEEDS[deed][0], _prefilled(found, deed)) if deed in DEEDS else None)


@blueprint.post("/requests/<id:request_id>/opening")
@staff("admin", collects="CP2")
def open_request(request_id: int) -> Any:
    """Open a request: once, and it is written down where the person sees it."""
    found = _found(request_id)
    if not _is_open(found):
        reason = _("Answering request %(number)s", number=ids.encode(found.id))
        staff_reads.note(
            subject_id=found.subject_id,
            reader_id=_me(),
            what=_what(found),
            reason=reason,
            now=clock.now(),
            fields=SHOWN,
        )
    return redirect(_path(found), 303)


@blueprint.post("/requests/<id:request_id>/<deed>")
@staff("admin", collects="CP2")
def answer_request(request_id: int, deed: str) -> Any:
    """Do one thing about a request that one has opened."""
    found = _found(request_id)
    if not _is_open(found):
        return redirect(_path(found), 303)
    schema, act = DEEDS.get(deed) or abort(404)
    form = Form(schema)
    if not form.load():
        return _page(found, deed, form)
    try:
        act(found, form.data, clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, deed, form)
    flash(_("Done, and written down."), "success")
    return redirect(_path(found), 303)


def _reply(found: Request, typed: dict[str, Any], now: datetime) -> None:
    services.reply(found, actor_id=_me(), text=typed["text"], evidence=typed["evidence"], now=now)


def _proof(found: Request, typed: dict[str, Any], now: datetime) -> None:
    services.ask_for_proof(found, actor_id=_me(), text=typed["text"], now=now)


def _identity(found: Request, typed: dict[str, Any], now: datetime) -> None:
    if not typed["handle"]:
        services.identify(found, how="staff", actor_id=_me(), evidence=typed["evidence"], now=now)
        return
    member = db.session.scalar(sa.select(Member).where(Member.handle == typed["handle"].lstrip("@").casefold()))
    if member is None:
        refuse(Refusal("no_member", _("Nobody has this handle."), "handle"))
        return
    services.belongs_to(found, subject_id=member.subject_id, actor_id=_me(), evidence=typed["evidence"], now=now)


def _extension(found: Request, typed: dict[str, Any], now: datetime) -> None:
    until = datetime.combine(typed["until"], time(23, 59), tzinfo=now.tzinfo)
    services.extend(found, until=until, reason=typed["text"], actor_id=_me(), now=now)


def _outcome(found: Request, typed: dict[str, Any], now: datetime) -> None:
    services.close(found, actor_id=_me(), now=now, **typed)


def _sorting(found: Request, typed: dict[str, Any], now: datetime) -> None:
    services.sort_as(found, kind=typed["kind"], law=typed["law"], actor_id=_me(), now=now)


Act = Callable[[Request, dict[str, Any], datetime], None]
DEEDS: dict[str, tuple[type[ma.Schema], Act]] = {
    "reply": (say.ReplyIn, _reply),
    "proof": (say.WordsIn, _proof),
    "identity": (say.IdentityIn, _identity),
    "extension": (say.ExtensionIn, _extension),
    "outcome": (say.OutcomeIn, _outcome),
    "sorting": (say.SortIn, _sorting),
}


def _prefilled(found: Request, deed: str) -> dict[str, Any]:
    """Return what a form begins with: a template's words in the person's language, if one was chosen."""
    if deed == "sorting":
        return {"kind": found.kind, "law": found.law}
    chosen = replies.TEMPLATES.get(request.args.get("with", "proof" if deed == "proof" else ""))
    if chosen is None or deed not in {"reply", "proof", "outcome", "extension"}:
        return {}
    with force_locale(found.locale):
        return {"text": str(chosen.text)}


def _page(found: Request, deed: str, form: Form | None) -> Any:
    page = render_template(
        "admin/requests/request.html",
        one=found,
        standing=queries.standing(found),
        deed=deed,
        form=form,
        member=db.session.scalar(sa.select(Member).where(Member.subject_id == found.subject_id)),
        categories=kept.about(found.subject_id),
        actors=_actors(found),
        templates=replies.for_kind(found.kind),
        **_names(),
    )
    return page, form.status if form else 200


def _actors(found: Request) -> dict[int, str]:
    """Return the handles of whoever did something about a request."""
    wanted = {event.actor_id for event in found.events}
    known = sa.select(Member.subject_id, Member.handle).where(Member.subject_id.in_(wanted))
    return {row.subject_id: row.handle for row in db.session.execute(known)}


def _names() -> dict[str, Any]:
    return {
        "happened": rules.EVENTS,
        "kinds": rules.KINDS,
        "laws": rules.LAWS,
        "outcomes": rules.OUTCOMES,
        "kind_choices": [(name, str(title)) for name, title in rules.KINDS.items()],
        "law_choices": [(name, str(law.name)) for name, law in rules.LAWS.items()],
        "outcome_choices": [(name, str(title)) for name, title in rules.OUTCOMES.items()],
    }


def _found(request_id: int) -> Request:
    return db.session.get(Request, request_id) or abort(404)


def _is_open(found: Request) -> bool:
    read = (StaffRead.subject_id == found.subject_id, StaffRead.reader_id == _me(), StaffRead.what == _what(found))
    return bool(db.session.scalar(sa.select(sa.exists().where(*read))))


def _what(found: Request) -> str:
    return f"request {ids.encode(found.id)}"


def _path(found: Request) -> str:
    return f"/admin/requests/{ids.encode(found.id)}"


def _me() -> int:
    me = viewer().subject_id
    assert me is not None
    return me
