"""Who of a ring is told what: on the site, and by mail."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import force_locale

from clozette.accounts.models import Member
from clozette.community import notifications
from clozette.community.notifications import Group, Line, Renderer
from clozette.kernel.database import db
from clozette.kernel.ports.mail import Message, outbox
from clozette.kernel.viewer import Viewer
from clozette.settings import Settings
from clozette.shop.swaps import words
from clozette.shop.swaps.models import Leg, Swap
from clozette.shop.swaps.queries import WHOLE


def init_app(app: Flask) -> None:
    """Let notifications of swaps be worded here."""
    for kind in words.TOLD:
        notifications.register(app, kind, _teller(kind))


def kinds_of(swap: Swap, leg: Leg) -> Sequence[str]:
    """Return what the one who gets a leg is told of the state that a swap is in; nobody is told of their own deed."""
    if swap.state == "proposed" and leg.receiver_id == swap.proposer_id:
        return ()
    if swap.ended_because == "counter" or (swap.state == "declined" and leg.answer == "no"):
        return ()
    return ("swap_broken",) if swap.ended_because == "broken" else (words.BY_STATE[swap.state],)


def announce(swap_id: int, member_id: int, kind: str, now: datetime) -> bool:
    """Tell it on the site, once; whether it was told now."""
    member = db.session.get(Member, member_id)
    if member is None or not member.active:
        return False
    return notifications.announce(member_id, kind=kind, object_id=swap_id, now=now)


def mail(swap: Swap, member_id: int, kind: str) -> None:
    """Mail a member of a ring what happened."""
    member = db.session.get(Member, member_id)
    leg = _leg(swap, member_id)
    if member is None or not member.active or leg is None:
        return
    with force_locale(member.locale):
        _send(swap, leg, member, kind)


def _send(swap: Swap, leg: Leg, member: Member, kind: str) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    settings: Settings = current_app.extensions["clozette.settings"]
    home, sentence = settings.base_url.rstrip("/"), words.told(leg, kind)
    link = f"{home}/swaps/{swap.ref}"
    context = {"member": member, "home": f"{home}/", "subject": sentence, "sentence": sentence, "link": link}
    text = current_app.jinja_env.get_template("shop/mail/swap.txt").render(context | {"swap": swap, "leg": leg})
    html = current_app.jinja_env.get_template("shop/mail/swap.html").render(context | {"swap": swap, "leg": leg})
    outbox().send(Message(to=member.email, subject=sentence, text=text, html=html))


def _teller(kind: str) -> Renderer:
    """Return what words the notifications of one kind."""

    def render(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        about = sa.select(Swap).where(Swap.id.in_([group.object_id for group in groups])).options(WHOLE)
        mine = ((swap, _leg(swap, viewer.member_id)) for swap in db.session.scalars(about))
        return {swap.id: Line(words.told(leg, kind), f"/swaps/{swap.ref}") for swap, leg in mine if leg is not None}

    return render


def _leg(swap: Swap, member_id: int | None) -> Leg | None:
    return next((leg for leg in swap.legs if leg.receiver_id == member_id), None)
