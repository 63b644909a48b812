"""How winners' notifications, badges and states read."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.community.models import Badge
from clozette.community.notifications import Group, Line, Renderer
from clozette.contests.planning.models import Contest
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

STATE_NAMES: dict[str, LazyString] = {
    "alternate": _l("stands behind"),
    "chosen": _l("not told yet"),
    "notified": _l("told, has not answered"),
    "accepted": _l("said yes"),
    "addressed": _l("gave the address"),
    "shipped": _l("on its way"),
    "received": _l("arrived"),
    "declined": _l("said no"),
    "expired": _l("did not answer in time"),
    "disqualified": _l("passed over"),
}
OWN_NAMES: dict[str, LazyString] = {
    "notified": _l("waits for your answer"),
    "accepted": _l("yours"),
    "addressed": _l("will be sent"),
    "shipped": _l("on its way"),
    "received": _l("arrived"),
    "declined": _l("you said no"),
    "expired": _l("went to somebody else"),
    "disqualified": _l("went to somebody else"),
}
"""How a winner's own page names the state."""
BECAUSE_NAMES: dict[str, LazyString] = {
    "not-eligible": _l("could not enter by the rules"),
    "against-rules": _l("broke the rules"),
    "no-proof": _l("could not show what the rules ask for"),
    "declined": _l("said no to the prize"),
    "late": _l("did not answer in time"),
    "gone": _l("is no longer a member, or took the entry back"),
}
TOLD: dict[str, LazyString] = {
    "prize_won": _l("You have won in “%(contest)s”. Say yes to the prize in time."),
    "prize_due_notified": _l("Your prize of “%(contest)s” waits for your answer; soon it goes to somebody else."),
    "prize_due_accepted": _l("Say where your prize of “%(contest)s” shall go; soon it goes to somebody else."),
    "prize_shipped": _l("Your prize of “%(contest)s” is on its way"),
    "prize_gone": _l("Your prize of “%(contest)s” has gone to somebody else"),
}
"""What members are told, by the kind of the notification."""


def teller(kind: str) -> Renderer:
    """Return what words the notifications of one kind."""

    def render(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        known = _contests([group.object_id for group in groups])
        return {
            contest.id: Line(str(TOLD[kind]) % {"contest": contest.title}, f"/contests/{contest.slug}/prize")
            for contest in known
        }

    return render


def badge(badges: Sequence[Badge]) -> Mapping[int, Line]:
    """Word the badges of winners; the evidence is the contest's result."""
    known = {contest.id: contest for contest in _contests([one.evidence_id for one in badges])}
    return {
        one.id: Line(
            _("Won in “%(contest)s”", contest=known[one.evidence_id].title),
            f"/contests/{known[one.evidence_id].slug}/results",
        )
        for one in badges
        if one.evidence_id in known
    }


def _contests(contest_ids: Sequence[int]) -> Sequence[Contest]:
    return db.session.scalars(sa.select(Contest).where(Contest.id.in_(contest_ids))).all()
