"""The notice at a collection point: what is shown before submit, its exact words, and the stamp that comes back with
the answer (requirements 2 and 16). Showing writes nothing: the form itself carries what was shown, signed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import current_app, request
from flask_babel import force_locale
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import locale
from clozette.privacy import policies, purposes
from clozette.privacy.models import Wording
from clozette.privacy.points import POINTS, purpose_names

FIELD = "_notice"
GOOD_FOR = timedelta(days=7)
_SALT = "clozette.privacy.notice"
Offer = tuple[str, str]
"""A purpose (by name) and a channel that a form offers a control for."""


@dataclass(frozen=True)
class Shown:
    """What a form showed before it was sent."""

    point: str
    language: str
    version: str
    wording: str
    at: datetime
    offers: tuple[Offer, ...] = field(default=())
    version_sha256: str | None = None
    controls: tuple[str, ...] = field(default=())
    """The digests of the controls' words, in the order of ``offers``."""


def policy_in_force() -> tuple[str, str | None]:
    """Return the version of the policy in force for this reader, and the digest of its bytes."""
    version = policies.here()
    return version.id, version.sha256


def notice(point_id: str) -> list[tuple[str, str]]:
    """Return the lines (heading, text) of a point's notice in the reader's language."""
    point = POINTS[point_id]
    lines = [
        (_("What it is for"), ", ".join(purpose_names(point))),
        (_("Who gets it"), ", ".join(map(str, point.recipients))),
        (_("How long it is kept"), str(point.retention)),
    ]
    return lines


def wording(point_id: str, offers: Sequence[Offer] = ()) -> str:
    """Return the notice as one text, with the controls beside it: the bytes whose digest the ledger keeps."""
    words = _without_controls(point_id, _language(), policy_in_force()[0])
    return "\n".join([words, *(purposes.wording(*offer) for offer in offers)])


@lru_cache(maxsize=256)
def _without_controls(point_id: str, _spoken: str, version: str) -> str:
    lines = [str(POINTS[point_id].title), *(f"{heading}: {text}" for heading, text in notice(point_id))]
    return "\n".join([*lines, _("Privacy policy, version %(version)s", version=version)])


def stamp(point_id: str, offers: Sequence[Offer] = ()) -> str:
    """Return the signed note of what a form shows now, for the field ``_notice``."""
    version, sha256 = policy_in_force()
    note = {
        "p": point_id,
        "l": _language(),
        "v": version,
        "s": sha256,
        "w": _digest(wording(point_id, offers)),
        "t": int(clock.now().timestamp() * 1000),
        "o": [list(offer) for offer in offers],
        "c": _controls(offers),
    }
    return signer().dumps(note)


def stamp_field(point_id: str, offers: Sequence[Offer] = ()) -> Markup:
    """Return the stamp as a hidden field; ``privacy/_notice.html`` includes it."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, stamp(point_id, offers))


def answered(point_id: str) -> Shown | None:
    """Return what the form in this request showed; nothing if it carries no stamp (a script's, say).

    :raises Refused: if the stamp is not ours, is of another point, too old, or of words nobody can know any more.
    """
    return read(point_id, request.form.get(FIELD))


def read(point_id: str, stamped: str | None) -> Shown | None:
    """Do the same with a stamp from elsewhere, such as the API's."""
    if not stamped:
        return None
    try:
        note = signer().loads(stamped)
    except BadSignature:
        raise Refused(stale()) from None
    at = datetime.fromtimestamp(note["t"] / 1000, UTC)
    if note["p"] != point_id or not at <= clock.now() <= at + GOOD_FOR:
        raise Refused(stale())
    offers = tuple((str(purpose), str(channel)) for purpose, channel in note["o"])
    controls = tuple(note.get("c", ()))
    return Shown(note["p"], note["l"], note["v"], _words(note, offers), at, offers, note["s"], controls)


def control_words(shown: Shown, offer: Offer) -> str:
    """Return what a control on a form said, in the language that the form was in.

    :raises Refused: if it said something else than it would say today: then it has to be shown again.
    """
    said = dict(zip(shown.offers, shown.controls, strict=False)).get(offer)
    with force_locale(shown.language):
        words = purposes.wording(*offer)
    if said != _digest(words) or words not in shown.wording:
        raise Refused(stale())
    return words


def _controls(offers: Sequence[Offer]) -> list[str]:
    return [_digest(purposes.wording(*offer)) for offer in offers]


def _words(note: dict[str, Any], offers: Sequence[Offer]) -> str:
    """Find the words by their digest: those of today, or those that were kept with an answer before."""
    with force_locale(note["l"]):
        today = wording(note["p"], offers)
    if _digest(today) == note["w"]:
        return today
    kept = db.session.scalar(sa.select(Wording.text).where(Wording.digest == note["w"]))
    if kept is None:
        raise Refused(stale())
    return kept


def stale() -> Refusal:
    """Return the reason to show a form again: what it showed is not what is asked now."""
    return Refusal("notice_changed", _("The notice on this form has changed meanwhile. Please read it and send again."))


def _language() -> str:
    return locale.code()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def signer(salt: str = _SALT) -> URLSafeSerializer:
    """Return what signs stamps; stamps under another ``salt`` are no stamps here."""
    # The first key signs, all verify; itsdangerous signs with the last.
    keys = [*reversed(current_app.config["SECRET_KEY_FALLBACKS"] or []), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=salt, signer_kwargs={"digest_method": hashlib.sha256})
