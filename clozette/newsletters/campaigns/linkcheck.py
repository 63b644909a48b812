"""Whether a campaign's links lead somewhere. Pages of ours are looked up here, others asked for over the net."""

import re
from urllib.parse import urlsplit

from flask import current_app

from clozette.kernel.database import db
from clozette.kernel.ports import links
from clozette.kernel.tasks import checkpoint, task
from clozette.newsletters.campaigns import kinds, rendering
from clozette.newsletters.campaigns.models import Campaign

BROKEN = links.GONE
DOUBTFUL = frozenset({links.ODD, links.UNREACHABLE, links.REFUSED})
SHORTENERS = frozenset(
    {"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rebrand.ly"}
)
MOST = 60
_SHOWN = re.compile(r"/(looks|items)/([0-9a-z]+)")


def targets(campaign: Campaign) -> list[str]:
    """Return where a campaign's links lead, each once; mail addresses and readers' own links are not among them."""
    return list(dict.fromkeys(rendering.links(campaign)))[:MOST]


@task("newsletters.check_links")
def check_links(*, campaign_id: int) -> None:
    """Try every link of a campaign and note a word for each."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None:
        return
    found = {address: _ours(address) for address in targets(campaign)}
    checkpoint()
    port = links.links()
    tried = {address: state or port.ask(address) for address, state in found.items()}
    campaign = db.session.get(Campaign, campaign_id, populate_existing=True)
    if campaign is not None:
        campaign.checked_links = tried


def _ours(address: str) -> str | None:
    """Return a word for an address of this site, nothing for others."""
    base = rendering.base()
    if not address.startswith(f"{base}/"):
        return None
    path = urlsplit(address).path
    shown = _SHOWN.fullmatch(path)
    there = (
        _is_shown(shown.group(1), kinds.id_in(path, shown.group(1)))
        if shown
        else current_app.url_map.bind("localhost").test(path, "GET")
    )
    return links.OK if there else links.GONE


def _is_shown(room: str, row_id: int | None) -> bool:
    if row_id is None:
        return False
    return bool(kinds.look_cards("", [row_id]) if room == "looks" else kinds.item_cards("", [row_id]))
