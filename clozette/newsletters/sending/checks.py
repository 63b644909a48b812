"""What the doctor looks at of the newsletters' sending."""

from email.utils import parseaddr

import sqlalchemy as sa
from flask import Flask

from clozette.kernel.database import db
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import dkim, keyring, throttles
from clozette.newsletters.sending.preflight import is_aligned
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
