"""Campaigns that go out by Mailchimp instead of by our own engine: laid before it, sent once, counted by it."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.kernel import clock, events, tasks
from clozette.kernel.database import db, insert_once
from clozette.kernel.ports.mailing_list import Declined, Later, Letter, MailingList
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters.campaigns import rendering, rules, tags
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.rendering import Rendered
from clozette.newsletters.campaigns.slots import fill
from clozette.newsletters.mailchimp.events import PostAsked, PostLate
from clozette.newsletters.mailchimp.models import Forgotten, Interest, Posting, Remote
from clozette.newsletters.sending.events import DatabaseRestored

TELLS_UNTIL = timedelta(days=30)
PATIENCE = timedelta(minutes=10)


def lay(campaign: Campaign, now: datetime) -> Posting:
    """Take a draft away from our own engine and let it be laid before Mailchimp.

    :raises Refused: for what can't go that way, and if it is a draft no more.
    """
    if why := why_not(campaign):
        raise Refused(why)
    rendering.render(campaign)
    mine = (Campaign.id == campaign.id, Campaign.state == "draft")
    # "finished" for our engine: whatever happens to us now, nobody gets it twice.
    taken = sa.update(Campaign).where(*mine).values(state="finished", started_at=now, finished_at=now)
    if not db.session.execute(taken).rowcount:  # type: ignore[attr-defined]
        raise Refused(_not_a_draft())
    insert_once(Posting, campaign_id=campaign.id, state="making", asked_at=now)
    again = (Posting.campaign_id == campaign.id, Posting.state == "refused")
    db.session.execute(sa.update(Posting).where(*again).values(state="making", asked_at=now, problem=None, remote=None))
    events.publish(PostAsked(campaign.id))
    return db.session.get_one(Posting, campaign.id, populate_existing=True)


def why_not(campaign: Campaign) -> Refusal | None:
    """Return why a campaign can't go by Mailchimp."""
    if campaign.state != "draft":
        return _not_a_draft()
    if campaign.newsletter.closed_at is not None:
        return _closed()
    if campaign.kind != "letter" or campaign.rules or campaign.arms or campaign.tracks:
        words = _("By Mailchimp goes what is the same for every subscriber: no digest, no choice of readers, no trial")
        return Refusal("not-for-mailchimp", words + ".", "campaign")
    return None


def send(posting: Posting, now: datetime) -> None:
    """Ask for it to be sent.

    :raises Refused: while Mailchimp has not heard of every change: somebody who left could still get it.
    """
    if db.session.get_one(Campaign, posting.campaign_id).newsletter.closed_at is not None:
        raise Refused(_closed())
    if waiting := changes_waiting():
        words = _("%(number)s changes have not reached Mailchimp yet; try again in a minute.", number=waiting)
        raise Refused(Refusal("waiting", words, "campaign"))
    mine = (Posting.campaign_id == posting.campaign_id, Posting.state == "made")
    asked = sa.update(Posting).where(*mine).values(state="sending", asked_at=now, problem=None)
    if not db.session.execute(asked).rowcount:  # type: ignore[attr-defined]
        raise Refused(Refusal("not-ready", _("This is not ready to be sent, or was sent already."), "campaign"))
    events.publish(PostAsked(posting.campaign_id))


def changes_waiting() -> int:
    """Count the contacts, and the erased, of whom Mailchimp has not heard everything."""
    contacts = sa.select(sa.func.count()).select_from(Remote).where(Remote.asked > Remote.done)
    erased = sa.select(sa.func.count()).select_from(Forgotten).where(Forgotten.done_at.is_(None))
    return (db.session.scalar(contacts) or 0) + (db.session.scalar(erased) or 0)


def carry_on(there: MailingList, campaign_id: int) -> None:
    """Do what is next for one. To send is tried once: whoever dies in between leaves it ``uncertain``."""
    posting = db.session.get(Posting, campaign_id, populate_existing=True)
    if posting is None:
        return
    if posting.state == "making":
        _make(there, posting)
    elif posting.state == "sending":
        _send(there, posting)


def doubt(_event: DatabaseRestored) -> None:
    """Send nothing that an older database says is to be sent: Mailchimp is asked whether it went out already."""
    under_way = sa.update(Posting).where(Posting.state == "sending")
    db.session.execute(under_way.values(state="uncertain", problem="restored"))


def count(there: MailingList, campaign_id: int) -> None:
    """Take Mailchimp's counts over; they also say what became of one whose answer was lost."""
    posting = db.session.get_one(Posting, campaign_id, populate_existing=True)
    assert posting.remote is not None
    remote = posting.remote
    tasks.checkpoint()
    report = there.report(remote)
    now = clock.now()
    if report.status in {"sent", "sending", "schedule"}:
        posting.state, posting.sent_at = "sent", posting.sent_at or now
    elif posting.state == "uncertain":
        posting.state, posting.problem = "made", "not-sent"
    posting.counted_at, posting.sent, posting.bounced = now, report.sent, report.bounced
    posting.unsubscribed, posting.complained = report.unsubscribed, report.complained
    campaign = db.session.get_one(Campaign, campaign_id)
    campaign.recipients = campaign.sent = report.sent


def to_count(now: datetime) -> list[int]:
    """Return what is to be counted: uncertain ones soon, sent ones for a month."""
    uncertain = sa.and_(Posting.state == "uncertain", Posting.asked_at < now - PATIENCE)
    sent = sa.and_(Posting.state == "sent", Posting.sent_at > now - TELLS_UNTIL)
    wanted = sa.select(Posting.campaign_id).where(sa.or_(uncertain, sent), Posting.remote.is_not(None))
    return list(db.session.scalars(wanted.order_by(Posting.campaign_id)))


def is_late(campaign_id: int) -> bool:
    """Whether one waits for staff because it missed its time."""
    mine = (Posting.campaign_id == campaign_id, Posting.state == "made", Posting.problem == "late")
    return db.session.scalar(sa.select(Posting.campaign_id).where(*mine)) is not None


def unfinished() -> list[int]:
    """Return what was asked for and not done: a worker died, or Mailchimp rested."""
    return list(db.session.scalars(sa.select(Posting.campaign_id).where(Posting.state.in_(("making", "sending")))))


def _make(there: MailingList, posting: Posting) -> None:
    campaign = db.session.get_one(Campaign, posting.campaign_id)
    interest = db.session.get(Interest, campaign.newsletter_id)
    if interest is None:
        raise Later("no-interest")  # the talk names the newsletters
    letter = _letter(campaign, interest.interest)
    tasks.checkpoint()
    try:
        posting.remote = there.create(letter)
        faults = there.faults(posting.remote)
    except Declined as no:
        _give_back(posting, no.why)
        return
    if faults:
        _give_back(posting, "checklist")
        return
    posting.state = "made"


def _give_back(posting: Posting, why: str) -> None:
    """Mailchimp does not want it: it is a draft of ours again."""
    posting.state, posting.problem = "refused", why
    mine = (Campaign.id == posting.campaign_id, Campaign.state == "finished")
    draft = sa.update(Campaign).where(*mine).values(state="draft", started_at=None, finished_at=None)
    db.session.execute(draft)


def _send(there: MailingList, posting: Posting) -> None:
    now = clock.now()
    mine = (Posting.campaign_id == posting.campaign_id, Posting.state == "sending")
    claimed = sa.update(Posting).where(*mine, Posting.asked_at >= now - rules.GRACE)
    claimed = claimed.values(state="uncertain", asked_at=now)
    if _asks(posting, now):
        return
    if changes_waiting():
        return  # somebody left since it was asked for: first they are told of, and ``count_by_mailchimp`` comes again
    if not db.session.execute(claimed).rowcount:  # type: ignore[attr-defined]
        return
    tasks.checkpoint()
    assert posting.remote is not None
    try:
        there.send(posting.remote)
    except Declined as no:
        posting.state, posting.problem = "made", no.why
    except Later as lost:
        posting.state, posting.problem = "uncertain", str(lost)[:32]
    else:
        posting.state, posting.sent_at = "sent", clock.now()


def _asks(posting: Posting, now: datetime) -> bool:
    """Ask the staff instead of sending what was to go longer ago than the grace (requirement 38); say whether it asks."""
    mine = (Posting.campaign_id == posting.campaign_id, Posting.state == "sending")
    late = sa.update(Posting).where(*mine, Posting.asked_at < now - rules.GRACE)
    asks = bool(db.session.execute(late.values(state="made", problem="late")).rowcount)  # type: ignore[attr-defined]
    if asks:
        events.publish(PostLate(posting.campaign_id))
    return asks


def _letter(campaign: Campaign, interest: str) -> Letter:
    """Return it with Mailchimp's own tags where ours have each reader's values."""
    made = _without_their_tags(rendering.render(campaign))
    newsletter = campaign.newsletter
    merge = {"first_name": "*|FNAME|*", "last_name": "*|LNAME|*"}
    known = tags.defaults_in([campaign.subject_line, campaign.preview_text, *tags.texts_of(campaign.blocks)])
    theirs = {
        **merge,
        **{place: merge[name] for place, (name, _word) in known.items()},
        "unsubscribe_url": "*|UNSUB|*",
        "preferences_url": "*|UPDATE_PROFILE|*",
        "view_url": "*|ARCHIVE|*",
        "why_url": f"{rendering.base()}/newsletters/{newsletter.slug}",
    }
    return Letter(
        title=campaign.title,
        subject=fill(made.subject, theirs),
        preview=fill(made.preview, theirs),
        from_name=newsletter.sender_name,
        reply_to=newsletter.reply_to,
        html=fill(made.html, theirs, escape=str),
        text=fill(made.text, theirs),
        interest=interest,
    )


def _without_their_tags(made: Rendered) -> Rendered:
    """Return a mail in which no words, a member's say, are tags to Mailchimp."""
    return Rendered(*(part.replace("*|", "*\u2060|") for part in (made.subject, made.preview, made.html, made.text)))


def _closed() -> Refusal:
    return Refusal("closed", _("This newsletter is closed."), "campaign")


def _not_a_draft() -> Refusal:
    return Refusal("not-a-draft", _("Only a draft can be given to Mailchimp."), "campaign")
