"""``/p/<partner>``: what we host for a partner. The pages themselves are those of surveys and promotions."""

from flask import Blueprint, render_template

from clozette.contests import dated
from clozette.contests.hosting import places
from clozette.contests.planning import words
from clozette.contests.promotions import queries as promotions
from clozette.contests.promotions.models import Promotion
from clozette.contests.surveys import queries as surveys
from clozette.contests.surveys.models import Survey
from clozette.kernel import clock
from clozette.kernel.web import gate

blueprint = Blueprint("hosting", __name__)


@blueprint.get(f"{places.ROOT}/<partner>")
@gate.everyone()
def front(partner: str) -> str:
    """List what is theirs."""
    channel, sponsor = places.channel_for(partner)
    root, now = places.address_of(channel), clock.now()
    things: list[tuple[Promotion | Survey, str, str]] = []
    things += [(one, "promotions", dated.phase(one, now)) for one in promotions.public(now, sponsor.id)]
    things += [(one, "surveys", dated.phase(one, now)) for one in surveys.public(now, sponsor.id)]
    return render_template(
        "contests/hosting/front.html",
        place=places.Place(root, root, channel, sponsor),
        things=things,
        phase_names=dated.PHASES,
        zone=words.zone_moment,
    )
