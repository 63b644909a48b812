"""Consents for programs: the same answers, refusals and receipts as the pages."""

from typing import Any

from flask import Response, jsonify

from clozette.accounts.access import oneself
from clozette.kernel import clock
from clozette.kernel.web import api, gate
from clozette.privacy import receipts
from clozette.rights import person
from clozette.rights.consents import queries, views
from clozette.rights.consents.schemas import ApiAnswerIn, ConsentOut

blueprint = api.Blueprint("consents_api", __name__, description="Consents")


@blueprint.route("/consents")
@gate.members(scope="privacy:read")
@blueprint.response(200, ConsentOut(many=True))
def consents() -> list[queries.Switch]:
    """What you may agree to and how it stands, each with the words to show before asking."""
    return queries.switches(_who().subject_id)


@blueprint.route("/consents", methods=["POST"])
@gate.members(scope="privacy:write", collects="CP5")
@blueprint.arguments(ApiAnswerIn)
@blueprint.response(200, ConsentOut)
def answer(data: dict[str, Any]) -> queries.Switch:
    """Answer: one purpose, one channel. A yes needs the `notice` that came with the words (409 without it)."""
    who = _who()
    views.record(who, data, data["notice"], method="api", surface="/api/v1/consents")
    return queries.switch(who.subject_id, data["purpose"], data["channel"])


@blueprint.route("/consents/<id:entry_id>")
@gate.members(scope="privacy:read")
def receipt(entry_id: int) -> Response:
    """The receipt of one answer, with the proof that it stands in the ledger."""
    return jsonify(receipts.of(queries.own(_who().subject_id, entry_id)))


def _who() -> person.Person:
    member = oneself(gate.viewer())
    return person.Person(member.subject_id, member.id, member.email, clock.now(), member.country, member.display_name)
