"""Whether a campaign's links lead somewhere. Pages of ours are asked here, in this very process; others over the net."""

from flask import Flask, current_app

from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task
from clozette.newsletters.campaigns import rendering
from clozette.newsletters.campaigns.models import Campaign

OK, BROKEN_WORD, ABSENT, UNTRIED = "ok", "broken", "absent", "untried"
BROKEN = frozenset({BROKEN_WORD, ABSENT})
SHORTENERS = frozenset(
    {"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rebrand.ly"}
)
MOST = 100


def targets(campaign: Campaign) -> list[str]:
    """Return where a campaign's links lead, each once; mail addresses and readers' own links are not among them."""
    return list(dict.fromkeys(rendering.links(campaign)))[:MOST]


@task("newsletters.check_links")
def check_links(*, campaign_id: int) -> None:
    """Try every link of a campaign and note a word for each."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None:
        return
    wanted = targets(campaign)
    checkpoint()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    found = {address: _try(app, address) for address in wanted}
    campaign = db.session.get(Campaign, campaign_id, populate_existing=True)
    if campaign is not None:
        campaign.checked_links = found


def _try(app: Flask, address: str) -> str:
    base = rendering.base()
    if not (address == base or address.startswith(f"{base}/")):
        return UNTRIED
    return UNTRIED
