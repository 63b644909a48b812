"""Pages that list campaigns and write them. Everything works without a script: blocks are fields, buttons move them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import format_datetime
from flask_babel import gettext as _

from clozette.kernel import clock, ids
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import headers
from clozette.kernel.web.edge import let_go
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.newsletters.campaigns import access, checks, queries, recipients, schemas, segments, services
from clozette.newsletters.campaigns.blocks import Fault, kinds
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.rendering import BadCampaign
from clozette.newsletters.campaigns.views import uploads
from clozette.newsletters.campaigns.views.blueprint import ROLE, blueprint
from clozette.newsletters.sending import authentication, published

RECENT = 8
ASKS = ("scheduled", "late")


@blueprint.get("")
@staff(ROLE)
def index() -> str:
    """Show the newsletters, what asks for an answer, and the last campaigns."""
    return render_template(
        "marketing/index.html",
        newsletters=queries.newsletters(),
        late=queries.late(),
        page=queries.campaigns(None, size=RECENT),
    )


@blueprint.get("/campaigns")
@staff(ROLE)
def campaigns() -> str:
    """List campaigns."""
    return render_template("marketing/campaigns.html", page=queries.campaigns(read_cursor(request.args.get("after"))))


@blueprint.get("/campaigns/new")
@staff(ROLE)
def new_campaign() -> str:
    """Ask for which newsletter, and what kind."""
    return _new_page(Form(schemas.NewCampaignIn, {"kind": "letter", "newsletter": request.args.get("newsletter", "")}))


@blueprint.post("/campaigns/new")
@staff(ROLE, collects="CP2")
def begin_campaign() -> Any:
    """Begin a draft."""
    form = Form(schemas.NewCampaignIn)
    if not form.load():
        return _new_page(form), 422
    newsletter = access.newsletter_for_staff(form.data["newsletter"])
    if newsletter is None:
        form.refuse(Refusal("closed", _("There is no such newsletter, or it is closed."), "newsletter"))
        return _new_page(form), 409
    made = services.create(
        newsletter, title=form.data["title"], kind=form.data["kind"], by_id=viewer().member_id, now=clock.now()
    )
    return _to(made)


@blueprint.get("/campaigns/<id:campaign_id>")
@staff(ROLE)
def campaign(campaign_id: int) -> str:
    """Show a draft's editor, or what became of a campaign."""
    found = access.campaign_for_staff(campaign_id)
    if found.state in ASKS:
        found = dns_asked(campaign_id)
    return _page(found, _filled(found)) if found.state == "draft" else _shown(found)


@blueprint.post("/campaigns/<id:campaign_id>")
@staff(ROLE, collects="CP2")
def change_campaign(campaign_id: int) -> Any:
    """Save a draft, or add, move and remove blocks on the page, which saves nothing yet."""
    if request.form.get("_method") == "DELETE":
        return delete_campaign(campaign_id)
    form, shown = typed(complete=request.form.get("do", "save") == "save")
    uploads.prepare(shown)
    found = access.campaign_for_staff(campaign_id)
    taken, wrong = uploads.take_in(shown, clock.now())
    is_good = form.load()
    form.values.update(taken)
    form.errors.update(wrong)
    if not is_good or wrong:
        return _page(found, form, shown), 422
    form.data.update(taken)
    blocks = schemas.blocks_of(form.data, shown, kinds())
    if form.data["do"] != "save":
        return _rearranged(found, form, blocks)
    try:
        services.save(found, content_of(form, blocks), version=form.data["version"])
    except BadCampaign as bad:
        _show_faults(form, bad.faults, shown)
        return _page(found, form, shown), 422
    except Refused as refused:
        form.refuse(refused.refusal)
        return _conflict(found, form, shown), 409
    flash(_("The campaign is saved."), "success")
    return _to(found)


@blueprint.delete("/campaigns/<id:campaign_id>")
@staff(ROLE)
def delete_campaign(campaign_id: int) -> Any:
    """Throw a draft away."""
    found = access.campaign_for_staff(campaign_id)
    try:
        services.delete(found)
    except Refused as refused:
        return _shown(found, refused.refusal), 409
    flash(_("The draft is gone."), "success")
    return redirect(url_for(".campaigns"), 303)


@blueprint.post("/campaigns/<id:campaign_id>/copy")
@staff(ROLE, collects="CP2")
def copy_campaign(campaign_id: int) -> Any:
    """Begin a draft with the same content."""
    found = access.campaign_for_staff(campaign_id)
    try:
        made = services.copy(found, by_id=viewer().member_id, now=clock.now())
    except Refused as refused:
        return _shown(found, refused.refusal), 409
    return _to(made)


def typed(*, complete: bool) -> tuple[Form, list[str]]:
    """Return the editor's form as it was sent, not loaded yet, and the kinds of its blocks."""
    shown = schemas.blocks_in(request.form, kinds())
    return Form(schemas.editor(shown, kinds(), complete=complete)), shown


def content_of(form: Form, blocks: Sequence[dict[str, Any]]) -> services.Content:
    """Return what a loaded form says."""
    names = ("title", "subject_line", "preview_text", "tracks", "second_subject", "second_preview", "test_percent")
    return services.Content(blocks=blocks, **{name: form.data[name] for name in names})


def show_campaign(found: Campaign, refusal: Refusal | None = None) -> str:
    """Return a campaign's page, with why something was not done."""
    return _page(found, _filled(found, refusal)) if found.state == "draft" else _shown(found, refusal)


def dns_asked(campaign_id: int, *, anew: bool = False) -> Campaign:
    """Return a campaign whose domains the DNS was asked about lately, or just now, with no transaction open meanwhile."""
    found = access.campaign_for_staff(campaign_id)
    what = authentication.wanted_of(found.newsletter, current_app.extensions["clozette.settings"])
    if anew or not published.is_recent(what):
        let_go()
        published.ask(what)
    return access.campaign_for_staff(campaign_id)


def _rearranged(found: Campaign, form: Form, blocks: list[dict[str, Any]]) -> Any:
    """Do what a button of the editor says, on the page alone."""
    deed, _colon, number = form.data["do"].partition(":")
    place = int(number) if number.isdecimal() else -1
    if deed == "add" and len(blocks) < schemas.MAX_BLOCKS and form.data["add_kind"] in kinds():
        blocks.append({"kind": form.data["add_kind"]})
        place = len(blocks) - 1
    elif deed == "remove" and 0 <= place < len(blocks):
        blocks.pop(place)
    elif deed in {"up", "down"} and 0 <= place < len(blocks):
        other = max(0, min(len(blocks) - 1, place + (1 if deed == "down" else -1)))
        blocks[place], blocks[other] = blocks[other], blocks[place]
        place = other
    shown = [str(block["kind"]) for block in blocks]
    kept = {name: value for name, value in form.values.items() if not name.startswith("b")}
    again = Form(schemas.editor(shown, kinds(), complete=False), {**kept, **schemas.values_of(blocks)})
    return _page(found, again, shown, at=place, is_unsaved=True)


def _filled(found: Campaign, refusal: Refusal | None = None) -> Form:
    second = next((arm for arm in found.arms if arm.letter == "b"), None)
    shown = [str(block["kind"]) for block in found.blocks if block.get("kind") in kinds()]
    values = {
        **{name: getattr(found, name) for name in ("title", "subject_line", "preview_text", "tracks", "version")},
        "second_subject": second.subject_line if second else "",
        "second_preview": second.preview_text if second else "",
        "test_percent": found.test_percent or 20,
        **schemas.values_of([block for block in found.blocks if block.get("kind") in kinds()]),
    }
    form = Form(schemas.editor(shown, kinds(), complete=False), values)
    if refusal is not None:
        form.refuse(refusal)
    return form


def _show_faults(form: Form, faults: Sequence[Fault], shown: Sequence[str]) -> None:
    """Put each fault beside its block, or above the form."""
    for fault in faults:
        field = None
        if fault.block is not None and fault.block < len(shown):
            inputs = kinds()[shown[fault.block]].inputs
            field = f"b{fault.block}_{inputs[0].name}" if inputs else None
        form.refuse(Refusal("fault", fault.words, field))
    form.status = 422


def _page(
    found: Campaign, form: Form, shown: Sequence[str] | None = None, *, at: int | None = None, is_unsaved: bool = False
) -> str:
    if shown is None:
        shown = [str(block["kind"]) for block in found.blocks if block.get("kind") in kinds()]
    headers.frame_own_pages()
    offered = [(kind.id, kind.title) for kind in kinds().values() if found.kind == "digest" or not kind.digests_only]
    return render_template(
        "marketing/editor.html",
        campaign=found,
        form=form,
        blocks=[kinds()[one] for one in shown],
        thumbnails=uploads.thumbnails(form, shown),
        offered=offered,
        at=at,
        is_unsaved=is_unsaved,
        spoken=segments.spoken(found.rules),
    )


def _conflict(found: Campaign, form: Form, shown: Sequence[str]) -> str:
    """Show what was typed, ready to be saved over what came in between."""
    if found.state != "draft":
        return _shown(found, Refusal("no_draft", " ".join(form.summary)))
    form.values["version"] = found.version
    return _page(found, form, shown, is_unsaved=True)


def _shown(found: Campaign, refusal: Refusal | None = None) -> str:
    asks = found.state in {"draft", "scheduled", "late"}
    return render_template(
        "marketing/campaign.html",
        campaign=found,
        refusal=refusal,
        counts=recipients.counts(found) if asks else None,
        findings=checks.findings(found) if asks else [],
        spoken=segments.spoken(found.rules),
        goes_at=_local(found),
    )


def _local(found: Campaign) -> str | None:
    """Return when it goes, as the wall clock shows it where it was said."""
    if found.send_at is None:
        return None
    there = found.send_at.astimezone(ZoneInfo(found.time_zone)).replace(tzinfo=None)
    said: str = format_datetime(there, "medium", rebase=False)
    return said


def _new_page(form: Form) -> str:
    choices = [(ids.encode(one.id), f"{one.title} ({one.edition})") for one in queries.open_newsletters()]
    return render_template("marketing/new.html", form=form, newsletters=choices)


def _to(found: Campaign) -> Any:
    return redirect(url_for(".campaign", campaign_id=found.id), 303)
