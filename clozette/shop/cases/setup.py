"""Plugs cases in: their pages, whom is told of what, and what the clock does."""

from flask import Flask

from clozette.community import notifications
from clozette.kernel import checkup, events, tasks
from clozette.kernel.web import slots
from clozette.rights.erasure import executor as erasure
from clozette.shop.cases import banking, checks, keeping, queries, staff_views, views, words
from clozette.shop.cases import tasks as ours
from clozette.shop.cases.events import CaseMoved, ProofAsked
from clozette.shop.payments.events import DisputeMoved


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(staff_views.blueprint)
    events.listen(app, DisputeMoved, inside=(banking.heard,))
    events.listen(app, CaseMoved, after=(ours.tell_case,))
    events.listen(app, ProofAsked, after=(ours.send_proof,))
    tasks.schedule(app, "17 * * * *", ours.tend_cases)
    tasks.schedule(app, "27 * * * *", ours.send_proofs_again)
    erasure.register(app, erasure.Step("case_reasons", keeping.forget_side))
    checkup.add(app, "cases", checks.cases)
    for kind in words.TOLD:
        notifications.register(app, kind, words.teller(kind))
    notifications.register(app, words.TO_STAFF, words.to_staff)
    slots.fill(app, "order.buyer", "shop/_order_case.html", when=views.is_said)
    slots.fill(app, "order.seller", "shop/_order_case.html")
    slots.fill(app, "selling.waiting", "selling/_cases_waiting.html")
    app.jinja_env.globals.update(
        cases_of_order=queries.of_order,
        cases_waiting=queries.waiting_for_seller,
        case_words=words,
        may_complain=views.may_complain,
    )
