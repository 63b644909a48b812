"""``/admin/shop/cases``: what the staff has to decide, and deciding it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.shop.cases import access, asking, deciding, proving, queries, rules, schemas, words
from clozette.shop.cases.models import Case
from clozette.shop.orders.couriers import COURIERS

blueprint = Blueprint("shop_cases", __name__)
HERE = "/admin/shop/cases"
_ONE = f"{HERE}/<id:case_id>"


@blueprint.get(HERE)
@gate.staff(access.ROLE)
def cases() -> Any:
    """List the cases: what waits for a decision, and the others."""
    waiting, page = queries.waiting_for_staff(), queries.others(read_cursor(request.args.get("after")))
    return render_template("admin/shop/cases.html", waiting=waiting, page=page, words=words, now=clock.now())


@blueprint.get(_ONE)
@gate.staff(access.ROLE)
def case(case_id: int) -> Any:
    """Show how far a case is; what was said and shown only to whoever has it in hand."""
    found = access.case_for_staff(case_id)
    return _page(found, _form(found))


@blueprint.post(f"{_ONE}/take")
@gate.staff(access.ROLE, collects="CP2")
def take(case_id: int) -> Any:
    """Take it in hand."""
    is_admin = "admin" in gate.viewer().staff_roles
    deciding.take(access.case_for_staff(case_id), _me(), clock.now(), is_admin=is_admin)
    return redirect(f"{HERE}/{ids.encode(case_id)}", 303)


@blueprint.post(f"{_ONE}/decision")
@gate.staff(access.ROLE, collects="CP2")
def decide(case_id: int) -> Any:
    """Decide, line by line."""
    found, form = access.case_for_staff(case_id), Form(schemas.DecideIn)
    decided = asking.read(form, asking.for_staff(found), found.order.currency) if form.load() else None
    if decided is None:
        return _page(found, form)
    said = {"must_return": form.data["must_return"], "reasons": form.data["reasons"]}
    try:
        deciding.decide(found, _me(), decided, **said, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _page(access.case_for_staff(case_id), form)
    flash(_("Decided. Both sides are told."), "success")
    return redirect(f"{HERE}/{ids.encode(case_id)}", 303)


@blueprint.post(f"{_ONE}/proof")
@gate.staff(access.ROLE, collects="CP2")
def prove(case_id: int) -> Any:
    """Tell the buyer's bank what speaks for the sale."""
    found, form = access.case_for_staff(case_id), Form(schemas.ProveIn)
    if not form.load():
        return _page(found, _form(found), form)
    try:
        proving.ask(found, _me(), form.data["words"], form.data["photo"], clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _page(access.case_for_staff(case_id), _form(found), form)
    flash(_("The bank is told. Both sides see what."), "success")
    return redirect(f"{HERE}/{ids.encode(case_id)}", 303)


def _me() -> Member:
    return db.session.get_one(Member, gate.viewer().member_id)


def _form(case: Case) -> Form:
    return Form(schemas.DecideIn, {"amounts": asking.typed(asking.for_staff(case), case.order.currency)})


def _page(case: Case, form: Form, proof: Form | None = None) -> Any:
    waits = case.state in rules.SPEAKS  # once it is decided nobody of the staff reads it any more
    in_hand = waits and case.handled_by_id is not None and case.handled_by_id == gate.viewer().member_id
    page = render_template(
        "admin/shop/case.html",
        case=case,
        in_hand=in_hand,
        parts=asking.of_case(case),
        decidable=asking.for_staff(case),
        can_return=deciding.can_return(case, [line.part for line in case.lines]),
        entries=queries.entries_of(case.id) if in_hand else [],
        form=form,
        proof=proof or Form(schemas.ProveIn),
        proofs=queries.proofs_of(case.dispute_id),
        leaves=proving.leaves(case) if in_hand else (),
        photos=queries.photos_of(case.order_id) if in_hand else (),
        words=words,
        courier=COURIERS.get(case.order.carrier or ""),
        sent_back=COURIERS.get(case.courier or ""),
    )
    return page, max(form.status, proof.status if proof else 200)
