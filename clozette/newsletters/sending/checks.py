"""What the doctor looks at of the newsletters' sending."""

from email.utils import parseaddr

import sqlalchemy as sa
from flask import Flask, g

from clozette.kernel.database import db
from clozette.kernel.ports import dns
from clozette.kernel.web.edge import let_go
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import authentication, dkim, keyring, published, throttles
from clozette.newsletters.sending.dmarc import is_aligned
from clozette.newsletters.sending.findings import Finding
from clozette.newsletters.sending.published import Wanted
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.settings import Settings


def sending(app: Flask, settings: Settings) -> str:
    """Settings that would spoil every newsletter, and campaigns that wait for somebody."""
    faults = [*_of_settings(settings)]
    with app.app_context():
        stuck = sa.select(Campaign.paused_because).where(Campaign.state == "paused")
        for because in db.session.scalars(stuck):
            if because in {"errors", "restored"}:
                faults.append(f"a campaign is paused ({because}): look at it at /marketing/campaigns")
    return "; ".join(faults)


def domains(app: Flask, settings: Settings) -> str:
    """What the DNS lacks of all domains that newsletters come from, asked now: SPF, DKIM, DMARC, names of servers."""
    with app.app_context():
        g.reading_only = True
        own = sa.select(Newsletter.sender_address).where(Newsletter.closed_at.is_(None)).distinct()
        senders = {settings.news_from, *filter(None, db.session.scalars(own))}
        let_go()
        wanted = dict.fromkeys(authentication.wanted_from(parseaddr(one)[1], settings) for one in sorted(senders))
        found = [one for what in wanted for one in _asked(app, what)]
    return "; ".join(one.words for one in dict.fromkeys(found) if one.level != "green")


def _asked(app: Flask, what: Wanted) -> list[Finding]:
    return authentication.findings(what, published.look(dns.dns_of(app), what) if what.is_real else None)


def _of_settings(settings: Settings) -> list[str]:
    faults = []
    domain = parseaddr(settings.news_from)[1].rpartition("@")[2]
    try:
        throttles.read(settings.news_limits)
    except throttles.BadLimits as error:
        faults.append(
            f"CLOZETTE_NEWS_LIMITS: {error} is no limit; say for example all=100/s domain=20/s connections=20"
        )
    try:
        if keyring.signer(settings) is None and settings.is_production:
            faults.append("newsletters are not signed: set CLOZETTE_DKIM_DOMAIN, _SELECTOR and _KEY")
    except dkim.BadKey as error:
        faults.append(f"CLOZETTE_DKIM_KEY: {error}")
    if settings.dkim_domain and not is_aligned(domain, settings.dkim_domain):
        faults.append(f"CLOZETTE_NEWS_FROM is of {domain}, but {settings.dkim_domain} signs: DMARC would fail")
    if settings.is_production and domain.endswith(".test"):
        faults.append("CLOZETTE_NEWS_FROM: nobody can answer to a domain under .test")
    return faults
