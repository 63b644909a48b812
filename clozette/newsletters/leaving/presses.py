"""What a press on a page of choices does. Ending counts at once; what begins needs more than a link that can be forwarded."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import abort
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters.leaving import choices, services
from clozette.newsletters.subscriptions import evidence, throttle
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions.models import Contact, Newsletter
from clozette.privacy import notices

METHOD = "page:preferences"


@dataclass(frozen=True)
class Chooser:
    """Whose choices a page shows.

    :ivar subjects: whose consents count; ``proven``: whether they are known for certain in this browser, and not by the
        link in a mail alone.
    """

    contact: Contact | None
    subjects: list[int]
    proven: bool
    campaign_id: int = 0


@dataclass(frozen=True)
class Done:
    """What a press led to, in words, and the stamp to take it back with."""

    said: str
    undo: str = field(default="")


def press(who: Chooser, data: dict[str, object], now: datetime) -> Done:
    """Do what a button says.

    :raises Refused: if it can't be done.
    """
    match data["do"]:
        case "stop":
            return _stop(who, _newsletter(data), now)
        case "start":
            return _start(who, _newsletter(data), now)
        case "stop_offer":
            return _stop_offer(who, str(data["purpose"]), str(data["channel"]), now)
        case "all_off":
            return _all_off(who, now)
        case _:
            services.undo(str(data["undo"]), now)
            return Done(_("Taken back. You get it again."))


def _stop(who: Chooser, newsletter: Newsletter, now: datetime) -> Done:
    every = who.contact.subscriptions if who.contact else []
    mine = [one for one in every if one.newsletter_id == newsletter.id]
    left = services.leave(mine, METHOD, now, who.campaign_id)
    return Done(_("We send you no more of “%(title)s”.", title=newsletter.title), left.undo)


def _start(who: Chooser, newsletter: Newsletter, now: datetime) -> Done:
    if newsletter.closed_at is not None:
        abort(404)
    if who.contact is None or who.contact.confirmed_at is None:
        raise Refused(Refusal("no_name", _("For a newsletter we need your name: please use its own page.")))
    if who.proven:
        return _subscribe(who.contact, newsletter, now)
    return _ask(who.contact, newsletter, now)


def _subscribe(contact: Contact, newsletter: Newsletter, now: datetime) -> Done:
    """Subscribe somebody who is known for certain."""
    shown = notices.answered(subscriptions.POINT)
    if shown is None:
        raise Refused(notices.stale())
    locale = contact.locale
    subscriptions.know(contact, contact.first_name, contact.last_name, locale=locale, now=now)
    subscriptions.subscribe(contact, newsletter, method=METHOD, source="settings", now=now, shown=shown)
    return Done(_("You get “%(title)s” from now on.", title=newsletter.title))


def _ask(contact: Contact, newsletter: Newsletter, now: datetime) -> Done:
    """Ask by mail: the link that led here may have been forwarded."""
    throttle.ask(contact.canonical)
    subscriptions.sign_up(
        contact,
        [newsletter.id],
        first_name=contact.first_name,
        last_name=contact.last_name,
        locale=str(get_locale() or contact.locale),
        method="form:preferences",
        stamped=evidence.kept(notices.answered(subscriptions.POINT)),
        now=now,
    )
    return Done(_("We sent a mail with a button. “%(title)s” begins when you press it there.", title=newsletter.title))


def _stop_offer(who: Chooser, purpose: str, channel: str, now: datetime) -> Done:
    if (purpose, channel) not in {(one.purpose, one.channel) for one in choices.offers(who.subjects)}:
        abort(404)
    choices.stop_offer(who.subjects, purpose, channel, method=METHOD, now=now)
    return Done(_("Taken back. It counts from now on."))


def _all_off(who: Chooser, now: datetime) -> Done:
    undo = services.leave_all(who.contact, METHOD, now, who.campaign_id).undo if who.contact else ""
    choices.stop_offers(who.subjects, method=METHOD, now=now)
    return Done(_("All is off. We send you no news and no offers any more."), undo)


def _newsletter(data: dict[str, object]) -> Newsletter:
    found = db.session.get(Newsletter, data["newsletter"])
    if found is None:
        abort(404)
    return found
