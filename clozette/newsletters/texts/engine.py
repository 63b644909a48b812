"""What workers do all the time: send texts, one after the other, each claimed and committed before it goes."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from flask import Flask, current_app

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import sms
from clozette.newsletters import keys
from clozette.newsletters.sending import senders
from clozette.newsletters.texts import campaigns, claims, wording
from clozette.newsletters.texts.claims import Claimed
from clozette.newsletters.texts.models import TextCampaign, TextSending
from clozette.settings import Settings

AT_ONCE = 50
FEWEST_FAILURES, WORST_SHARE = 10, 0.2
LONGEST_WAIT = timedelta(minutes=15)
_INSTANCE = secrets.token_hex(4)
log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Choose the provider, and let workers send."""
    sms.init_app(app)
    tasks.keep_doing(app, "newsletters.texts", step)


def step(now: datetime) -> int:
    """Send some of every running campaign; return how many were handed over.

    None before this process knows that the database is not an older one (``senders``).
    """
    if not senders.is_ready():
        return 0
    if claims.give_up_lost(now):
        log.warning("texts_uncertain")
    db.session.commit()
    due = sa.or_(TextCampaign.not_before.is_(None), TextCampaign.not_before <= now)
    running = sa.select(TextCampaign.id).where(TextCampaign.state == "running", due).order_by(TextCampaign.started_at)
    sent = 0
    for text_id in db.session.scalars(running).all():
        sent += _send_some(text_id)
    db.session.rollback()
    return sent


def _send_some(text_id: int) -> int:
    sent = 0
    for _ in range(AT_ONCE):
        now = clock.now()
        text = db.session.get(TextCampaign, text_id, populate_existing=True)
        if text is None or text.state != "running" or tasks.is_ending():
            break
        one = claims.claim(text, f"{_worker()}/{_INSTANCE}/{secrets.token_hex(4)}", now)
        db.session.commit()
        if isinstance(one, Claimed):
            went_well = send(one)
            sent += 1
            if not went_well:
                break
        elif not one:
            campaigns.finish(text_id, now)
            break
    db.session.commit()
    return sent


def send(one: Claimed) -> bool:
    """Hand a claimed text over and write down what became of it; say whether to go on with others now."""
    words = wording.campaign(one.body, one.locale, is_unasked=one.is_unasked)
    goes_on = True
    try:
        ref = sms.texter().send(sms.Text(name_of(one.text_id, one.phone_id), one.number, words))
    except sms.Refused as error:
        claims.refused(one, error.why)
        _watch_failures(one.text_id)
    except sms.TryLater:
        claims.later(one, clock.now())
        _wait(one.text_id)
        goes_on = False
    except sms.NoAnswer:
        claims.unknown(one)
        _wait(one.text_id)
        goes_on = False
    else:
        claims.accepted(one, ref, clock.now())
        db.session.execute(sa.update(TextCampaign).where(TextCampaign.id == one.text_id).values(failures=0))
    db.session.commit()
    return goes_on


def name_of(text_id: int, phone_id: int) -> str:
    """Return the name that a text goes out under, the same at every try, and telling nobody whose it is."""
    return keys.address_key(f"text:{text_id}:{phone_id}")[:32]


def _watch_failures(text_id: int) -> None:
    """Stop a campaign of which too much is refused."""
    counted = sa.select(TextSending.state, sa.func.count()).where(TextSending.text_id == text_id)
    found = {row[0]: row[1] for row in db.session.execute(counted.group_by(TextSending.state))}
    failed, tried = found.get("failed", 0), found.get("failed", 0) + found.get("sent", 0)
    if failed >= FEWEST_FAILURES and failed > WORST_SHARE * tried:
        campaigns.move(db.session.get_one(TextCampaign, text_id), "pause", clock.now(), because="failures")


def _wait(text_id: int) -> None:
    """Let a campaign rest while its provider takes nothing: longer each time."""
    text = db.session.get_one(TextCampaign, text_id, populate_existing=True)
    wait = min(timedelta(seconds=10) * 2 ** min(text.failures, 10), LONGEST_WAIT)
    values = {"not_before": clock.now() + wait, "failures": TextCampaign.failures + 1}
    db.session.execute(sa.update(TextCampaign).where(TextCampaign.id == text_id).values(**values))


def _worker() -> str:
    settings: Settings = current_app.extensions["clozette.settings"]
    return settings.worker_id[:32]
