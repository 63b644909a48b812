"""Writing campaigns, saying when they go, and taking that back. Every change of state is one conditional statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.newsletters.campaigns import checks, rendering, rules, segments
from clozette.newsletters.campaigns.blocks import Fault
from clozette.newsletters.campaigns.changing import change
from clozette.newsletters.campaigns.events import CampaignLate
from clozette.newsletters.campaigns.models import Arm, Campaign, Segment
from clozette.newsletters.campaigns.pictures import services as pictures
from clozette.newsletters.campaigns.pictures.models import Picture
from clozette.newsletters.campaigns.rendering import BadCampaign
from clozette.newsletters.sending import services as sending
from clozette.newsletters.subscriptions.models import Newsletter

ASKS = ("late", "scheduled")
SENT = ("queueing", "running", "finished")


@dataclass(frozen=True)
class Content:
    """What an editor says of a campaign."""

    title: str
    subject_line: str
    preview_text: str
    blocks: Sequence[Mapping[str, Any]]
    tracks: bool = False
    second_subject: str = ""
    second_preview: str = ""
    test_percent: int = 0
    rules: Sequence[Mapping[str, Any]] | None = field(default=None)


def create(newsletter: Newsletter, *, title: str, kind: str, by_id: int | None, now: datetime) -> Campaign:
    """Begin a draft."""
    if newsletter.closed_at is not None:
        raise Refused(Refusal("closed", _("This newsletter is closed."), "newsletter"))
    made = Campaign(
        newsletter_id=newsletter.id, title=title, kind=kind, subject_line="", blocks=[], made_at=now, made_by_id=by_id
    )
    db.session.add(made)
    db.session.flush()
    return made


def copy(campaign: Campaign, *, by_id: int | None, now: datetime) -> Campaign:
    """Begin a draft with another campaign's content and choice of readers."""
    made = create(campaign.newsletter, title=campaign.title, kind=campaign.kind, by_id=by_id, now=now)
    _take_over(made, campaign)
    return made


def save(campaign: Campaign, content: Content, *, version: int) -> None:
    """Keep what was written, if nobody saved since the writer's page was made and it can go out as it is.

    :raises BadCampaign: with everything that is wrong; nothing is kept then.
    :raises Refused: if it was saved from elsewhere, or is no draft.
    """
    check(campaign.newsletter, content, campaign.kind)
    values = {
        "title": content.title,
        "subject_line": content.subject_line,
        "preview_text": content.preview_text,
        "blocks": [dict(block) for block in content.blocks],
        "tracks": content.tracks,
        "test_percent": content.test_percent if content.second_subject else 0,
        "version": version + 1,
    }
    if content.rules is not None:
        values["rules"] = [dict(rule) for rule in content.rules]
    with db.session.begin_nested():  # pictures that came with a refused form stay; of the form itself nothing may
        _write(campaign, content, values, version)
    db.session.refresh(campaign)


def _write(campaign: Campaign, content: Content, values: Mapping[str, Any], version: int) -> None:
    if not change(campaign, ("draft",), values, version=version):
        raise Refused(_why_not_saved(campaign))
    if not pictures.hold(campaign.id, content.blocks):
        raise BadCampaign([Fault(None, _("A picture is not there any more. Upload it again."))])
    db.session.execute(sa.delete(Arm).where(Arm.campaign_id == campaign.id))
    if content.second_subject:
        for letter, subject, preview in (
            ("a", content.subject_line, content.preview_text),
            ("b", content.second_subject, content.second_preview or content.preview_text),
        ):
            db.session.add(Arm(campaign_id=campaign.id, letter=letter, subject_line=subject, preview_text=preview))
    db.session.flush()


def check(newsletter: Newsletter, content: Content, kind: str) -> None:
    """Refuse what can't go out.

    :raises BadCampaign: with everything that is wrong.
    """
    subjects = [(content.subject_line, content.preview_text)]
    faults: list[Fault] = []
    if content.second_subject:
        subjects.append((content.second_subject, content.second_preview))
        if not content.test_percent:  # everybody would wait for a winner that nobody can find out
            faults.append(Fault(None, _("Say how many percent get the trial: at least 1.")))
    for subject, preview in subjects:
        draft = rendering.Draft(newsletter, subject, preview, content.blocks, kind, content.tracks)
        faults += [fault for fault in rendering.attempt(draft)[1] if fault not in faults]
    if faults:
        raise BadCampaign(faults)


def choose(campaign: Campaign, chosen: Sequence[Mapping[str, Any]]) -> None:
    """Say whom a draft goes to; rules are frozen in it, whatever becomes of the saved segment.

    :raises segments.BadRule: for a rule that we don't know.
    """
    kept = segments.checked(chosen)
    if not change(campaign, ("draft",), {"rules": kept, "version": Campaign.version + 1}):
        raise Refused(_why_not_saved(campaign))


def save_segment(name: str, chosen: Sequence[Mapping[str, Any]], *, by_id: int | None, now: datetime) -> None:
    """Keep a choice of readers under a name; the name is taken once."""
    kept = segments.checked(chosen)
    if not insert_once(Segment, id=new_id(), name=name, rules=kept, made_at=now, made_by_id=by_id):
        raise Refused(Refusal("taken", _("There is a saved choice with this name."), "name"))


def schedule(campaign: Campaign, send_at: datetime, zone: str, *, repeats: str | None, now: datetime) -> None:
    """Let a draft go out at a moment; a digest may repeat.

    :raises BadCampaign: if it can't go out as it is.
    """
    refuse(rules.why_not_schedule(send_at, now))
    if (repeats is not None) != (campaign.kind == "digest"):
        raise Refused(Refusal("repeats", _("A digest repeats, and nothing else does."), "repeats"))
    _check_kept(campaign)
    values = {"state": "scheduled", "send_at": send_at, "time_zone": zone, "repeats": repeats, "paused_because": None}
    values["first_at"] = send_at if repeats else None
    if not change(campaign, ("draft",), values, version=campaign.version):
        raise Refused(_why_not_saved(campaign))


def unschedule(campaign: Campaign) -> None:
    """Make a draft of what waits for its time, or of what missed it."""
    if not change(campaign, ASKS, {"state": "draft", "send_at": None, "paused_because": None}):
        raise Refused(_too_late())


def cancel(campaign: Campaign) -> None:
    """Give a campaign up that was not sent yet; it stays to be looked at."""
    if not change(campaign, ("draft", *ASKS), {"state": "cancelled", "send_at": None}):
        raise Refused(_too_late())


def delete(campaign: Campaign) -> None:
    """Throw a draft away, with the pictures that no other campaign has."""
    held = [one.id for one in pictures.held_by(campaign.id)]
    gone = sa.delete(Campaign).where(Campaign.id == campaign.id, Campaign.state.in_(("draft", "cancelled")))
    gone = gone.where(Campaign.started_at.is_(None))
    if not db.session.execute(gone).rowcount:  # type: ignore[attr-defined]
        raise Refused(_too_late())
    pictures.delete_unheld(Picture.id.in_(held))
    db.session.expire_all()


def check_seen(campaign: Campaign, version: int | None) -> None:
    """Refuse to let go what its sender did not see: somebody saved since their page was made.

    :raises Refused: if this is not the version that they saw.
    """
    if version is not None and version != campaign.version:
        raise Refused(Refusal("changed", _("This was saved from another window in between. Look it over again."), None))


def start_now(campaign: Campaign, now: datetime, *, due: datetime | None = None) -> None:
    """Send a draft, what missed its time, or one time of a series, at once; what was sent already changes nothing.

    :param due: which time of a series that waits for it.
    :raises BadCampaign: if it can't go out as it is.
    """
    if is_sent(campaign, due):
        return
    try:
        with db.session.begin_nested():
            _start_now(campaign, now, due)
    except Refused:
        db.session.refresh(campaign)
        if not is_sent(campaign, due):  # by another press at the same moment
            raise


def is_sent(campaign: Campaign, due: datetime | None) -> bool:
    """Whether a campaign, or that time of a series, was sent, so that nothing is left to do of "send it now"."""
    if campaign.state not in ASKS or not campaign.repeats or not campaign.first_at or due is None:
        return campaign.state in SENT
    children = sa.select(sa.func.max(Campaign.send_at)).where(
        Campaign.parent_id == campaign.id, Campaign.send_at <= due
    )
    latest = db.session.scalar(children)
    if latest is None:
        return False
    return due == rules.time_of(campaign.first_at, campaign.time_zone, campaign.repeats, latest)


def _start_now(campaign: Campaign, now: datetime, due: datetime | None) -> None:
    _check_kept(campaign)
    if campaign.repeats and campaign.state == "draft":
        campaign.since = _last_sent(campaign)  # it was a series: nobody gets what they had
    elif campaign.repeats:
        if due != campaign.send_at:
            raise Refused(_too_late())
        _spawn(campaign, now)
        return
    # The engine starts what is due; of two who press at once one finds it taken.
    if campaign.state == "late" and not change(campaign, ("late",), {"state": "scheduled", "send_at": now}):
        raise Refused(_too_late())
    _send(campaign, now)


def answer_late(campaign: Campaign, answer: str, now: datetime, *, due: datetime | None = None) -> None:
    """Do what staff say about a campaign that missed its time: ``send``, ``draft``, ``skip`` (one time) or ``cancel``.

    :param due: which time of a series they were asked about.
    """
    if answer == "send" and is_sent(campaign, due):
        return
    if campaign.state != "late":
        raise Refused(_too_late())
    if answer == "send":
        start_now(campaign, now, due=due or campaign.send_at)
    elif answer == "skip" and campaign.repeats:
        _move_on(campaign, now)
    elif answer == "cancel":
        cancel(campaign)
    else:
        unschedule(campaign)


def come_due(campaign: Campaign, now: datetime) -> None:
    """Start a scheduled campaign whose time has come; one that missed it by more than the grace asks (requirement 38).

    What can't go out as it is asks too, and says so.
    """
    assert campaign.send_at is not None
    if rules.is_late(campaign.send_at, now):
        _ask(campaign, None)
        return
    try:
        with db.session.begin_nested():  # what was begun goes with it, and is written anew
            _check_kept(campaign)
            if campaign.repeats:
                _spawn(campaign, now)
            else:
                _send(campaign, now)
    except (BadCampaign, Refused):
        db.session.refresh(campaign)
        _ask(campaign, "preflight")


def could_not_start(campaign_id: int, now: datetime) -> None:
    """Let a campaign ask that failed at its time by a fault of ours; a series that went on meanwhile has nothing to ask."""
    campaign = db.session.get(Campaign, campaign_id, populate_existing=True)
    if campaign is not None and campaign.send_at is not None and campaign.send_at <= now:
        _ask(campaign, "fault")


def pick_winner(campaign: Campaign, letter: str) -> None:
    """Choose the arm that the others get, once."""
    if letter not in {arm.letter for arm in campaign.arms}:
        raise Refused(Refusal("unknown", _("There is no such arm."), "letter"))
    once = sa.update(Campaign).where(Campaign.id == campaign.id, Campaign.winner.is_(None), Campaign.test_percent > 0)
    once = once.where(Campaign.state.in_(("queueing", "running", "paused")))
    if not db.session.execute(once.values(winner=letter)).rowcount:  # type: ignore[attr-defined]
        raise Refused(Refusal("chosen", _("The winner was chosen already."), "letter"))
    db.session.refresh(campaign)


def archive(campaign: Campaign, at: datetime | None) -> None:
    """Put a sent letter into the public archive, or take it out (nothing for ``at``)."""
    sent = ("queueing", "running", "paused", "finished")
    fits = campaign.kind == "letter" and campaign.newsletter.has_archive
    if not fits or not change(campaign, sent, {"archived_at": at}):
        raise Refused(Refusal("no_archive", _("Only a letter that was sent can be in an archive."), None))


def _ask(campaign: Campaign, because: str | None) -> None:
    """Let a campaign wait for what staff say, and tell them."""
    if change(campaign, ("scheduled",), {"state": "late", "paused_because": because}):
        events.publish(CampaignLate(campaign.id))


def _spawn(parent: Campaign, now: datetime) -> None:
    """Send a repeating digest this one time: a child of it goes out, and it waits for the next."""
    due = min(parent.send_at or now, now)  # sent early by hand, it has what is new until now, and the next one the rest
    since = _last_sent(parent)
    if not _move_on(parent, now):
        return
    child = Campaign(
        newsletter_id=parent.newsletter_id,
        title=parent.title,
        kind="digest",
        subject_line="",
        blocks=[],
        state="scheduled",
        send_at=due,
        time_zone=parent.time_zone,
        since=since or due - digest_span(parent.repeats or "week"),
        parent_id=parent.id,
        made_at=now,
        made_by_id=parent.made_by_id,
    )
    db.session.add(child)
    db.session.flush()
    _take_over(child, parent)
    sending.start(child, now)


def _last_sent(parent: Campaign) -> datetime | None:
    return db.session.scalar(sa.select(sa.func.max(Campaign.send_at)).where(Campaign.parent_id == parent.id))


def digest_span(repeats: str) -> timedelta:
    """Return how far back the first of a series of digests looks."""
    return {"day": timedelta(days=1), "week": timedelta(weeks=1)}.get(repeats, timedelta(days=30))


def _send(campaign: Campaign, now: datetime) -> None:
    """Give a campaign to the engine; a letter is in the public archive from then on, as its link says."""
    sending.start(campaign, now)
    if campaign.kind == "letter" and campaign.newsletter.has_archive:
        campaign.archived_at = now
        db.session.flush()


def _move_on(parent: Campaign, now: datetime) -> bool:
    """Let a repeating digest wait for its next time; of two workers one does."""
    assert parent.send_at is not None and parent.repeats is not None
    first = parent.first_at or parent.send_at
    after = rules.next_time(first, parent.time_zone, parent.repeats, max(now, parent.send_at))
    same = sa.update(Campaign).where(Campaign.id == parent.id, Campaign.send_at == parent.send_at)
    step = same.where(Campaign.state.in_(ASKS)).values(state="scheduled", send_at=after, paused_because=None)
    moved = bool(db.session.execute(step).rowcount)  # type: ignore[attr-defined]
    db.session.refresh(parent)
    return moved


def _take_over(made: Campaign, campaign: Campaign) -> None:
    for name in ("subject_line", "preview_text", "blocks", "rules", "tracks", "test_percent"):
        setattr(made, name, getattr(campaign, name))
    pictures.hold(made.id, made.blocks)
    for arm in campaign.arms:
        db.session.add(
            Arm(
                campaign_id=made.id,
                letter=arm.letter,
                subject_line=arm.subject_line,
                preview_text=arm.preview_text,
            )
        )
    db.session.flush()
    db.session.refresh(made)


def _check_kept(campaign: Campaign) -> None:
    rendering.render(campaign)
    for arm in campaign.arms:
        rendering.render(campaign, arm.letter)
    try:
        segments.conditions(campaign.rules)
    except segments.BadRule as error:
        raise BadCampaign([Fault(None, str(error))]) from error
    stops = [Fault(None, one.what) for one in checks.findings(campaign, weighs=False) if one.level == "red"]
    if stops:
        raise BadCampaign(stops)


def _why_not_saved(campaign: Campaign) -> Refusal:
    if campaign.state != "draft":
        return Refusal("no_draft", _("Only a draft can be changed: take it off the schedule first."), None)
    return Refusal(
        "changed",
        _("This was saved from another window in between. What you typed is still here; compare, then save again."),
        None,
    )


def _too_late() -> Refusal:
    return Refusal("too_late", _("This can't be done any more: the campaign went on meanwhile."), None)
