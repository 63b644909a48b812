"""What surveys and promotions have in common: drafts that are published, stand between two moments, and can be closed before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Choice
from clozette.contests.planning.words import zone_moment
from clozette.contests.promotions.models import Promotion
from clozette.contests.surveys.models import Survey
from clozette.kernel import early, zones
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.kernel.schemas import Number, Schema

PHASES = {"draft": _l("Draft"), "coming": _l("Coming"), "open": _l("Open"), "over": _l("Over")}
DATES = ("opens_at", "closes_at")
Dated = Survey | Promotion


class DoIn(Schema):
    """A press that leads one on."""

    do = Choice(frozenset({"publish", "draft", "close"}), required=True)
    version = Number(1, 10**8, load_default=0)


def phase(found: Dated, now: datetime) -> str:
    """Return where one stands for everybody: ``draft``, ``coming``, ``open`` or ``over``."""
    if found.state == "draft":
        return "draft"
    if found.state == "closed" or now >= found.closes_at:
        return "over"
    return "open" if found.opens_at <= now else "coming"


def phase_for(found: Dated, kind: str, member_id: int | None, now: datetime) -> str:
    """Return where one stands for a member: ``open`` before its day for who has early access."""
    stands = phase(found, now)
    is_early = stands == "coming" and early.has_early_access(member_id, kind, found.id, now)
    return "open" if is_early else stands


def publish(found: Dated, lacking: Sequence[str], *, version: int) -> None:
    """Let a draft stand from its first day on.

    :raises Refused: with everything that it lacks, or if it is another version.
    """
    if lacking:
        raise Refused(Refusal("lacking", " ".join(lacking)))
    table = type(found)
    draft = sa.update(table).where(table.id == found.id, table.version == version, table.state == "draft")
    do(draft.values(state="open"), changed())


def close(found: Dated) -> None:
    """Let it end now."""
    table = type(found)
    do(sa.update(table).where(table.id == found.id, table.state == "open").values(state="closed"), changed())


def do(statement: sa.Update, refusal: Refusal) -> None:
    """Change one row by a statement, or refuse where it finds none."""
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    refuse(None if done.rowcount else refusal)  # type: ignore[attr-defined]


def not_yet(opens_at: datetime) -> Refusal:
    """Say when it begins."""
    return Refusal("early", _("It begins on %(moment)s.", moment=zone_moment(opens_at, str(get_timezone()))))


def leaving() -> Refusal:
    """Say that nothing is kept of somebody who is being erased."""
    return Refusal("leaving", _("Your data is being erased: nothing new is kept about you."))


def changed() -> Refusal:
    """Say that what staff saw is not what there is."""
    return Refusal("changed", _("Somebody changed this meanwhile, or it is published. Look at it again."))


def fixed(phase: str) -> Refusal | None:
    """Say why something stays as it is, or nothing of a draft."""
    if phase == "draft":
        return None
    if phase == "over":
        return Refusal("over", _("It is over, and stays as it is."))
    return Refusal("published", _("It is published. Make it a draft again, and then change it."))


def moments_of(data: dict[str, Any], zone: str) -> tuple[dict[str, datetime], dict[str, list[str]]]:
    """Return the moments of what was typed as a zone's clock shows it, and what is wrong with any of them."""
    found: dict[str, datetime] = {}
    wrong: dict[str, list[str]] = {}
    for name in DATES:
        moment, odd = zones.moment_in(data.pop(name), zone)
        if moment is None:
            wrong[name] = [odd or ""]
        else:
            found[name] = moment
    if not wrong and found["opens_at"] >= found["closes_at"]:
        wrong["closes_at"] = [str(_l("It has to end after it begins."))]
    return found, wrong


def typed_moments(found: Dated, zone: str) -> dict[str, str]:
    """Return the moments of one as a zone's clock shows them, for a form."""
    return {name: f"{getattr(found, name).astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" for name in DATES}
