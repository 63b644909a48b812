"""``/marketing/sponsors/<id>/pages``: the channels of a partner."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from clozette.contests.hosting import places, services, wording
from clozette.contests.hosting.models import Channel
from clozette.contests.hosting.schemas import ChannelIn, NewChannelIn
from clozette.contests.sponsors import access
from clozette.contests.sponsors.models import Sponsor
from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff

blueprint = Blueprint("channels", __name__)
ROLE = "marketing"
HERE = "/marketing/sponsors/<id:sponsor_id>/pages"
_ONE = f"{HERE}/<id:channel_id>"


@blueprint.get(HERE)
@staff(ROLE)
def channels(sponsor_id: int) -> Any:
    """List them."""
    return _page(access.any_sponsor(sponsor_id), None, Form(NewChannelIn, {"colour": "ink"}))


@blueprint.post(HERE)
@staff(ROLE, collects="CP2")
def add(sponsor_id: int) -> Any:
    """Open one."""
    found, form = access.any_sponsor(sponsor_id), Form(NewChannelIn)
    if not form.load():
        return _page(found, None, form)
    try:
        services.open_channel(found, form.data, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, None, form)
    return _to(found)


@blueprint.get(_ONE)
@staff(ROLE)
def channel(sponsor_id: int, channel_id: int) -> Any:
    """Show how one looks."""
    found, one = access.any_sponsor(sponsor_id), places.staff_channel(sponsor_id, channel_id)
    return _page(found, one, Form(ChannelIn, {name: getattr(one, name) for name in ("name", "words", "colour")}))


@blueprint.post(_ONE)
@staff(ROLE, collects="CP2")
def change(sponsor_id: int, channel_id: int) -> Any:
    """Change how it looks."""
    found, one, form = access.any_sponsor(sponsor_id), places.staff_channel(sponsor_id, channel_id), Form(ChannelIn)
    if not form.load():
        return _page(found, one, form)
    services.change_channel(one, form.data)
    flash(_("Saved."), "success")
    return _to(found)


@blueprint.post(f"{_ONE}/closing")
@staff(ROLE, collects="CP2")
def close(sponsor_id: int, channel_id: int) -> Any:
    """Close it for good."""
    found = access.any_sponsor(sponsor_id)
    services.close_channel(places.staff_channel(sponsor_id, channel_id), now=clock.now())
    flash(_("Closed. Its addresses lead nowhere any more."), "success")
    return _to(found)


def _to(found: Sponsor) -> Any:
    return redirect(f"/marketing/sponsors/{ids.encode(found.id)}/pages", 303)


def _page(found: Sponsor, one: Channel | None, form: Form) -> Any:
    page = render_template(
        "marketing/hosting/channels.html",
        sponsor=found,
        channel=one,
        channels=places.channels_of(found.id),
        form=form,
        colour_names=wording.COLOURS,
        root=places.ROOT,
    )
    return page, form.status
