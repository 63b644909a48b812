"""What the doctor asks about texts."""

import sqlalchemy as sa
from flask import Flask

from clozette.kernel.database import db
from clozette.newsletters.texts import eligibility, rules
from clozette.newsletters.texts.models import Phone, TextCampaign, TextSending
from clozette.settings import Settings


def texts(app: Flask, settings: Settings) -> str:
    """Say what keeps texts from going out, or from being ended."""
    with app.app_context():
        unregistered = rules.REGISTERED_SENDERS - eligibility.registered()
        known = set(db.session.scalars(sa.select(Phone.country).distinct()))
        paused = db.session.scalar(sa.select(sa.func.count()).where(TextCampaign.state == "paused"))
        waits = (TextCampaign.state == "draft", TextCampaign.send_at.is_not(None), TextCampaign.because.is_not(None))
        asking = db.session.scalar(sa.select(sa.func.count()).where(*waits))
        uncertain = db.session.scalar(sa.select(sa.func.count()).where(TextSending.state == "uncertain"))
    if known and not settings.sms_url:
        return "People agreed to texts and there is no provider: set CLOZETTE_SMS_URL (docs/text-messages.md)."
    if settings.sms_url and not settings.sms_secret:
        return "CLOZETTE_SMS_SECRET is missing: nobody's STOP can be believed."
    if barred := sorted(unregistered & known):
        return f"The sender's name is not registered in {', '.join(barred)}: register it, then name them in CLOZETTE_SMS_REGISTERED."
    if paused:
        return f"{paused} campaigns of texts are paused: /marketing/texts says why."
    if asking:
        return f"{asking} campaigns of texts missed their time: /marketing/texts asks what becomes of them."
    if uncertain:
        return f"{uncertain} texts are uncertain: decide on them at /marketing/texts."
    return ""
