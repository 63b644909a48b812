"""``clozette newsletter send …``: campaigns under way, on the command line."""

import sys
from email.utils import parseaddr

import click
import sqlalchemy as sa
from flask import Flask, current_app

from clozette.kernel import clock, ids
from clozette.kernel.database import committed, db
from clozette.kernel.ports.dns import dns_of
from clozette.kernel.refusal import Refused
from clozette.kernel.web.edge import let_go
from clozette.newsletters.campaigns import services as campaigns
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.rendering import BadCampaign
from clozette.newsletters.sending import authentication, published, services
from clozette.settings import Settings

_DEEDS = {
    "now": lambda campaign: campaigns.start_now(campaign, clock.now(), due=campaign.send_at),
    "pause": lambda campaign: services.pause(campaign, "staff", clock.now()),
    "resume": lambda campaign: services.resume(campaign, clock.now()),
    "stop": lambda campaign: services.stop(campaign, clock.now()),
}


@click.command()
@click.argument("deed", type=click.Choice(["status", *_DEEDS]))
@click.argument("campaign", required=False)
def send(deed: str, campaign: str | None) -> None:
    """Send a CAMPAIGN now, pause it, resume it, or stop it for good; ``status`` lists what is under way."""
    app: Flask = click.get_current_context().find_root().obj()
    with committed(app):
        if deed == "status":
            _list()
            return
        found = _campaign(campaign or "")
        if deed == "now":
            found = _asked(found)
        try:
            _DEEDS[deed](found)
        except Refused as refused:
            sys.exit(refused.refusal.message)
        except BadCampaign as bad:
            sys.exit("\n".join(fault.words for fault in bad.faults))
        click.echo(_line(found))


@click.command()
def dns() -> None:
    """Say what the DNS must hold, so that newsletters arrive, and what is wrong with what it holds."""
    app: Flask = click.get_current_context().find_root().obj()
    settings: Settings = app.extensions["clozette.settings"]
    what = authentication.wanted_from(parseaddr(settings.news_from)[1], settings)
    name, record = what.key
    if name:
        click.echo(authentication.line(name, "TXT", record))
    click.echo(authentication.line(what.envelope, "TXT", authentication.spf_record(what)) + "  (the servers that send)")
    click.echo(f"{what.envelope}. MX  (the machine that takes what comes back)")
    click.echo(authentication.line(f"_dmarc.{what.sender}", "TXT", "v=DMARC1; p=none") + "  (at least)")
    with app.app_context():
        for one in authentication.findings(what, published.look(dns_of(app), what) if what.is_real else None):
            click.echo(f"{one.level}: {one.words}")


def _asked(found: Campaign) -> Campaign:
    """Ask the DNS before a start, with no transaction open."""
    what = authentication.wanted_of(found.newsletter, current_app.extensions["clozette.settings"])
    let_go()
    published.ask(what)
    return found


def _list() -> None:
    shown = sa.select(Campaign).where(Campaign.state.in_(("queueing", "running", "paused", "late")))
    found = list(db.session.scalars(shown.order_by(Campaign.id)))
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("Nothing is under way.")


def _line(campaign: Campaign) -> str:
    counts = (
        f"{campaign.sent} sent, {campaign.skipped} skipped, {campaign.failed} failed, {campaign.uncertain} uncertain"
    )
    because = f" ({campaign.paused_because})" if campaign.paused_because else ""
    return f"{ids.encode(campaign.id)}  {campaign.state}{because}  {counts} of {campaign.recipients}  {campaign.title}"


def _campaign(text: str) -> Campaign:
    try:
        found = db.session.get(Campaign, ids.decode(text))
    except ValueError:
        found = None
    if found is None:
        sys.exit(f"There is no campaign {text}; clozette newsletter send status names those under way.")
    return found
