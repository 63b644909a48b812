"""Starting campaigns, pausing them and going on, and what becomes of single sendings."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import orm

from clozette.accounts import addresses
from clozette.accounts.models import Member
from clozette.kernel import events, tasks
from clozette.kernel.database import db, insert_once
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters import keys
from clozette.newsletters.campaigns import rendering
from clozette.newsletters.campaigns.changing import change
from clozette.newsletters.campaigns.models import Campaign, Compiled
from clozette.newsletters.sending import claims, preflight
from clozette.newsletters.sending.events import CampaignStarted
from clozette.newsletters.sending.message import Stamp, Template, compile_mail, digest
from clozette.newsletters.sending.models import Run, Sending
from clozette.newsletters.sending.tasks import send_test_mail
from clozette.newsletters.subscriptions.events import ContactSuppressed, SubscriptionChanged
from clozette.newsletters.subscriptions.models import Subscription

STARTS = ("draft", "scheduled")
UNDER_WAY = ("queueing", "running")
_QUIETLY = {"synchronize_session": False}


def start(campaign: Campaign, now: datetime) -> None:
    """Compile a campaign for good and let the workers queue it; of two who start it, one does.

    :raises Refused: if it is no draft and not scheduled, was saved meanwhile, or a pre-flight check says stop.
    :raises BadCampaign: if it can't be made into a mail.
    """
    version = campaign.version
    for letter in [arm.letter for arm in campaign.arms] or [""]:
        made = compiled(campaign, letter)
        text = made.to_json()
        insert_once(Compiled, campaign_id=campaign.id, letter=letter, template=text, digest=digest(made), made_at=now)
    red = [one for one in preflight.check(campaign) if one.level == "red"]
    if red:
        raise Refused(Refusal("preflight", " ".join(one.what for one in red), None))
    if not change(campaign, STARTS, {"state": "queueing", "started_at": now}, version=version):
        raise Refused(
            Refusal("not_startable", _("This can't be started: it was sent, cancelled or changed meanwhile."))
        )
    insert_once(Run, campaign_id=campaign.id, forgiven=0, sent_then=0)
    keys.make_ready()
    events.publish(CampaignStarted(campaign.id))


def compiled(campaign: Campaign, letter: str = "") -> Template:
    """Make the mail of one of a campaign's arms.

    :raises BadCampaign: if it can't be made into a mail.
    """
    rendered = rendering.render(campaign, letter)
    return compile_mail(rendered, Stamp.of(campaign), current_app.extensions["clozette.settings"])


def pause(campaign: Campaign, because: str, now: datetime) -> None:
    """Stop claiming; what is on its way arrives.

    :param because: ``staff``, ``errors``, ``preflight`` or ``restored``.
    """
    if not change(campaign, UNDER_WAY, {"state": "paused", "paused_at": now, "paused_because": because}):
        raise Refused(Refusal("not_running", _("This is not being sent now.")))


def resume(campaign: Campaign, now: datetime) -> None:
    """Go on where it stopped, with a fresh error budget."""
    began = sa.exists().where(Sending.campaign_id == campaign.id)
    goes_on = sa.case((sa.and_(began, Campaign.recipients > 0), "running"), else_="queueing")
    if not change(campaign, ("paused",), {"state": goes_on, "paused_at": None, "paused_because": None}):
        raise Refused(Refusal("not_paused", _("This is not paused.")))
    forgive = sa.update(Run).where(Run.campaign_id == campaign.id)
    db.session.execute(forgive.values(forgiven=campaign.failed, sent_then=campaign.sent), execution_options=_QUIETLY)


def stop(campaign: Campaign, now: datetime) -> None:
    """Give up what was not sent yet of a paused campaign."""
    if not change(campaign, ("paused",), {"state": "finished", "finished_at": now}):
        raise Refused(Refusal("not_paused", _("This is not paused.")))
    left = sa.update(Sending).where(Sending.campaign_id == campaign.id, Sending.state == "queued")
    done = db.session.execute(left.values(state="skipped", reason="stopped"), execution_options=_QUIETLY)
    claims.count(campaign.id, skipped=done.rowcount)  # type: ignore[attr-defined]


def send_test(campaign: Campaign, address: str) -> None:
    """Send a campaign as it is now to one of the staff; never to anybody else."""
    mine = sa.select(Member).where(
        Member.email_canonical == addresses.canonical(address), Member.confirmed_at.is_not(None)
    )
    member = db.session.scalar(mine)
    if member is None or not member.roles:
        raise Refused(Refusal("not_staff", _("A test goes to somebody of the staff alone."), "address"))
    compiled(campaign)
    tasks.enqueue(send_test_mail, campaign_id=campaign.id, member_id=member.id)


def settle_by_hand(campaign: Campaign, contact_ids: Sequence[int], outcome: str, now: datetime) -> int:
    """Say what became of sendings that are in doubt: ``sent``, or ``queued`` to send them (perhaps again).

    :return: how many were in doubt still.
    """
    if outcome == "sent":
        return claims.settle(campaign.id, contact_ids, "sent", now=now)
    mine = (Sending.campaign_id == campaign.id, Sending.contact_id.in_(contact_ids), Sending.state == "uncertain")
    again = sa.update(Sending).where(*mine).values(state="queued", claim=None, reason=None)
    changed: int = db.session.execute(again, execution_options=_QUIETLY).rowcount  # type: ignore[attr-defined]
    claims.count(campaign.id, uncertain=-changed)
    if changed:
        change(campaign, ("finished",), {"state": "running", "finished_at": None})
    return changed


def bounced(campaign_id: int, contact_id: int, status: str, now: datetime) -> bool:
    """Note that a mail came back; once. ``status`` is the enhanced status of it."""
    return _note(campaign_id, contact_id, Sending.bounced_at, {"bounced_at": now, "reason": status[:32]})


def complained(campaign_id: int, contact_id: int, now: datetime) -> bool:
    """Note that its reader called a mail a nuisance; once."""
    return _note(campaign_id, contact_id, Sending.complained_at, {"complained_at": now})


def unsubscribed(campaign_id: int, contact_id: int, now: datetime) -> bool:
    """Note that its reader left by a mail's link; once."""
    return _note(campaign_id, contact_id, Sending.unsubscribed_at, {"unsubscribed_at": now})


def skip_left(event: SubscriptionChanged) -> None:
    """Take what waits for a subscription that ended out of the queues, in the same transaction."""
    if event.state == "confirmed":
        return
    contact_id = sa.select(Subscription.contact_id).where(Subscription.id == event.subscription_id).scalar_subquery()
    _skip(Sending.contact_id == contact_id, Sending.subscription_id == event.subscription_id, reason="state")


def skip_suppressed(event: ContactSuppressed) -> None:
    """Take what waits for a suppressed address out of the queues, in the same transaction."""
    reason = "erasure" if event.reason == "erased" else "suppressed"
    _skip(Sending.contact_id == event.contact_id, reason=reason)


def _skip(*which: sa.ColumnElement[bool], reason: str) -> None:
    step = sa.update(Sending).where(*which, Sending.state == "queued").values(state="skipped", reason=reason)
    rows = db.session.execute(step.returning(Sending.campaign_id), execution_options=_QUIETLY).scalars()
    for campaign_id, number in sorted(Counter(rows).items()):
        claims.count(campaign_id, skipped=number)


def _note(
    campaign_id: int, contact_id: int, once: orm.InstrumentedAttribute[datetime | None], values: dict[str, object]
) -> bool:
    mine = (Sending.campaign_id == campaign_id, Sending.contact_id == contact_id, once.is_(None))
    step = sa.update(Sending).where(*mine).values(**values)
    return bool(db.session.execute(step, execution_options=_QUIETLY).rowcount)  # type: ignore[attr-defined]
