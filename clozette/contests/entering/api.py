"""Entries for programs: the same schemas, access, services and answers as the pages."""

from typing import Any

from flask_babel import gettext as _

from clozette.accounts.access import oneself
from clozette.contests.entering import access, asking, eligibility, queries, rules, schemas, services, throttle, wording
from clozette.contests.entering.asking import Answer
from clozette.contests.entering.models import Entry, Snapshot
from clozette.contests.entering.queries import Card
from clozette.contests.entering.views import came_from
from clozette.contests.planning import queries as contests
from clozette.contests.planning.access import contest_for
from clozette.contests.planning.models import Contest, Rules
from clozette.contests.sponsors import sharing as sharings
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import Page
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import api, gate
from clozette.looks import access as looks
from clozette.media.addresses import address
from clozette.privacy import notices, purposes

blueprint = api.Blueprint("contest_entries_api", __name__, description="Contests")
_ALL = "/contests/<slug>/entries"
_ONE = f"{_ALL}/<id:entry_id>"
_WIDTH = 1080


@blueprint.route(_ALL)
@gate.members(scope="contests:read")
@blueprint.page(schemas.EntryOut)
def entries(query: dict[str, Any], slug: str) -> Page[dict[str, Any]]:
    """The entries of a contest that take part and that you may see, the last ones first."""
    contest = contest_for(gate.viewer(), slug)
    page = queries.cards(gate.viewer(), contest, query["after"])
    return Page([_shown(contest, card) for card in page.items], page.after)


@blueprint.route(f"{_ALL}/new")
@gate.members(scope="contests:read")
@blueprint.response(200, schemas.FormOut)
def form(slug: str) -> dict[str, Any]:
    """What has to be shown to you before you enter, word for word: who would get what, for what, for how long."""
    contest = contest_for(gate.viewer(), slug)
    member, now = oneself(gate.viewer()), clock.now()
    agreed = _rules_of(contest)
    asked = asking.of(contest, member, now)
    refusal = rules.why_not_enter(eligibility.of(contest, member, now))
    return {
        "wording": asking.words(contest, agreed, asked),
        "rules": agreed.sha256,
        "notice": notices.stamp(asking.POINT, asking.offers(asked)),
        "sharings": [
            {
                "id": one.id,
                "is_required": one.is_required,
                "wording": purposes.wording(sharings.purpose_of(one), asking.CHANNEL),
            }
            for one in asked
        ],
        "why_not": refusal.message if refusal is not None else None,
    }


@blueprint.route(_ALL, methods=["POST"])
@gate.members(scope="contests:write", collects=asking.POINT)
@blueprint.arguments(schemas.ApiEntryIn)
@blueprint.response(201, schemas.ReceiptOut)
def enter(data: dict[str, Any], slug: str) -> dict[str, Any]:
    """Enter with a look of yours. Contests that take photos sent in for them alone are entered on their page."""
    viewer = gate.viewer()
    contest = contest_for(viewer, slug)
    throttle.enter(looks.own_id(viewer))
    sent = services.Sent(
        accepted=data["rules"],
        form_key=data["form_key"],
        look=looks.own_look(viewer, data["look"], to_change=True) if "look" in data else None,
        statement=data["statement"],
        answer=_answer(data),
    )
    return _receipt(contest, services.enter(contest, oneself(viewer), sent, now=clock.now()))


@blueprint.route(_ONE)
@gate.members(scope="contests:read")
@blueprint.response(200, schemas.ReceiptOut)
def entry(slug: str, entry_id: int) -> dict[str, Any]:
    """An entry; your own in any state, with its receipt."""
    viewer = gate.viewer()
    contest = contest_for(viewer, slug)
    found = access.entry_for(viewer, contest, entry_id)
    if access.is_own(viewer, found):
        return _receipt(contest, found)
    return _shown(contest, queries.card(found, is_blind=access.is_blind(viewer, contest)))


@blueprint.route(_ONE, methods=["DELETE"])
@gate.members(scope="contests:write")
@blueprint.response(200, schemas.ReceiptOut)
def withdraw(slug: str, entry_id: int) -> dict[str, Any]:
    """Take your entry back, until the contest closes; doing it twice changes nothing."""
    contest = contest_for(gate.viewer(), slug)
    found = access.own_entry(gate.viewer(), contest, entry_id)
    services.withdraw(found, method="api", now=clock.now())
    return _receipt(contest, found)


@blueprint.route(f"{_ONE}/rules", methods=["POST"])
@gate.members(scope="contests:write", collects=asking.POINT)
@blueprint.arguments(schemas.ApiAcceptIn)
@blueprint.response(200, schemas.ReceiptOut)
def accept(data: dict[str, Any], slug: str, entry_id: int) -> dict[str, Any]:
    """Agree to the rules that hold now, where your entry waits for it."""
    contest = contest_for(gate.viewer(), slug)
    found = access.own_entry(gate.viewer(), contest, entry_id)
    services.accept_rules(found, contest, oneself(gate.viewer()), data["rules"], _answer(data), now=clock.now())
    return _receipt(contest, found)


def _answer(data: dict[str, Any]) -> Answer:
    shown = notices.read(asking.POINT, data["notice"])
    if shown is None:
        raise Refused(notices.stale())
    return Answer(frozenset(data["share"]), shown, "api", came_from())


def _rules_of(contest: Contest) -> Rules:
    found = contests.rules_of(contest)
    if found is None:
        raise Refused(Refusal("early", _("This contest has no rules yet.")))
    return found


def _shown(contest: Contest, card: Card) -> dict[str, Any]:
    found = card.entry
    return {
        "id": found.id,
        "number": found.number,
        "state": found.state,
        "statement": found.statement,
        "look": found.look_id if card.member is not None else None,
        "author": card.member.handle if card.member is not None else None,
        "label": wording.label(contest),
        "photos": [
            {
                "alt": shot.alt,
                "width": shot.photo.width,
                "height": shot.photo.height,
                "address": address(shot.photo.id, shot.photo.public_token, _WIDTH),
            }
            for shot in card.shots
        ],
    }


def _receipt(contest: Contest, found: Entry) -> dict[str, Any]:
    member, snapshot = oneself(gate.viewer()), db.session.get(Snapshot, found.id)
    asked = queries.shared(contest, member.subject_id)
    return {
        **_shown(contest, queries.card(found)),
        "code": found.code.hex(),
        "rules": db.session.get_one(Rules, found.rules_id).sha256,
        "entered_at": found.entered_at,
        "left_at": found.left_at,
        "left_because": found.left_because,
        "snapshot_sha256": snapshot.sha256 if snapshot is not None else None,
        "locked_sha256": found.locked_sha256,
        "shared": [
            {"id": one.sharing.id, "title": one.title, "explanation": one.explanation, "state": one.state}
            for one in asked
        ],
    }
