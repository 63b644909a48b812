"""Whether what a file says was stated here: by the proofs it brings, and by this site's own rows."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.contests import facts
from clozette.contests.drawing.verifying.findings import Document, Findings
from clozette.contests.planning.models import Contest, Fact
from clozette.contests.planning.queries import UNPUBLISHED
from clozette.kernel.database import db
from clozette.privacy import ledger
from clozette.privacy.ledger.audit import Proof
from clozette.privacy.tree import heads, merkle

_SLUG = re.compile(r"[a-z0-9-]{1,60}")
_LEAF, _INCLUSION = "clozette leaf 1", "clozette inclusion 1"


def check(
    document: Document, found: Findings, wanted: Mapping[str, Mapping[str, Any]], before: datetime | None
) -> None:
    """Hold the contents that a file's facts must have against the file's proofs, and against this site.

    :param before: when the round of a draw was there: what was promised must lie under an older head.
    """
    latest = latest_of(document)
    for kind, content in wanted.items():
        if kind not in latest:
            found.leave(_("The file does not say what was stated as “%(kind)s”.", kind=kind))
        else:
            said = latest[kind]["content"]
            same = all(said[name] == value for name, value in content.items() if name in said)
            found.that(same, _("It was stated so as “%(kind)s”.", kind=kind))
    ring = heads.key_ring()
    for fact in document["facts"]:
        is_promise = fact["kind"] in {"seed", "entries"} or fact is latest.get("beacon_moved")
        _check_proof(fact, found, ring, before if is_promise else None)
    _check_here(document, found, wanted)


def check_turn(document: Document, found: Findings, first: str, then: str) -> None:
    """Check that one fact stands in the ledger before another."""
    latest = latest_of(document)
    before, after = (position_of(latest.get(kind)) for kind in (first, then))
    if before is None or after is None:
        found.leave(_("The file doesn’t prove that “%(first)s” was stated before “%(then)s”.", first=first, then=then))
    else:
        found.that(before < after, _("“%(first)s” was stated before “%(then)s”.", first=first, then=then))


def latest_of(document: Document) -> dict[str, Document]:
    """Return the last fact of each kind that a file brings."""
    return {fact["kind"]: fact for fact in sorted(document["facts"], key=lambda fact: int(fact["number"]))}


def position_of(fact: Document | None) -> int | None:
    """Return where in the ledger a fact stands by its proof."""
    proof = fact.get("proof") if fact is not None else None
    return int(proof["position"]) if proof is not None else None


def was_held(fact: Document | None, before: datetime) -> bool:
    """Whether a fact's proof is under a head from before a moment."""
    proof = fact.get("proof") if fact is not None else None
    return proof is not None and datetime.fromisoformat(proof["head"]["at"]) < before


def _check_proof(fact: Document, found: Findings, ring: heads.KeyRing, before: datetime | None) -> None:
    proof, name = fact.get("proof"), fact["kind"]
    if proof is None:
        found.leave(_("The file brings no proof that “%(kind)s” stands in the ledger.", kind=name))
        return
    head = heads.read(json.dumps(proof["head"]))
    words = _(
        "“%(kind)s” is entry %(number)d of the ledger, under the signed head of %(moment)s.",
        kind=name,
        number=proof["position"] + 1,
        moment=head.at,
    )
    found.that(_is_leaf_of(proof, fact) and _is_under(proof, head, ring), words)
    if before is not None:
        is_older = datetime.fromisoformat(head.at) < before
        found.that(
            is_older, _("That head is older than the round, so “%(kind)s” could not be made to fit it.", kind=name)
        )


def _is_leaf_of(proof: Proof, fact: Document) -> bool:
    header, kind, _row, _subject, payload = base64.b64decode(proof["leaf"], validate=True).decode().split("\n", 4)
    leaf = json.loads(payload)
    told = {"kind": fact["kind"], "number": fact["number"], "at": fact["at"], "contest": leaf["contest"]}
    said = {f"said.{key}": value for key, value in fact["content"].items()}
    return (header, kind, leaf) == (_LEAF, facts.KIND, told | said)


def _is_under(proof: Proof, head: heads.SignedHead, ring: heads.KeyRing) -> bool:
    leaf = merkle.leaf_hash(base64.b64decode(proof["leaf"], validate=True))
    path = [bytes.fromhex(node) for node in proof["path"]]
    is_in = merkle.is_included(leaf, proof["position"], head.size, path, bytes.fromhex(head.root))
    return proof["layout"] == _INCLUSION and is_in and ring.has_signed(head)


def _check_here(document: Document, found: Findings, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Hold the file against what this site itself says of the contest, whether the file brings proofs or not."""
    here = _stated_here(document["contest"])
    if here is None:
        found.leave(_("This site has no contest called %(name)s.", name=document["contest"]))
        return
    latest = {fact.kind: fact for fact in sorted(here.values(), key=lambda fact: fact.number)}
    for kind, content in wanted.items():
        stated = latest[kind].content if kind in latest else dict.fromkeys(content)
        same = all(stated[name] == value for name, value in content.items() if name in stated)
        found.that(same, _("This site stated the same as “%(kind)s”.", kind=kind))
    for fact in document["facts"]:
        stands = here.get((fact["kind"], fact["number"]))
        if stands is None or (stands.content, ledger.moment(stands.at)) != (fact["content"], fact["at"]):
            found.that(False, _("This site never stated “%(kind)s” like that.", kind=fact["kind"]))


def _stated_here(slug: object) -> dict[tuple[str, int], Fact] | None:
    """Return every fact of the contest of that name; nothing if there is no such contest for everybody to see."""
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        return None
    named = sa.select(Contest.id).where(Contest.slug == slug, Contest.state.not_in(UNPUBLISHED))
    contest_id = db.session.scalar(named)
    if contest_id is None:
        return None
    return {(fact.kind, fact.number): fact for fact in facts.all_of(contest_id)}
