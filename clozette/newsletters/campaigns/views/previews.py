"""A mail as its readers see it: in a frame that may do nothing, as it is saved or as it is being typed."""

from typing import Any

from flask import Response, make_response, render_template, request
from markupsafe import escape

from clozette.kernel.web import headers
from clozette.kernel.web.gate import staff
from clozette.newsletters.campaigns import access, previewing, rendering, schemas
from clozette.newsletters.campaigns.blocks import kinds
from clozette.newsletters.campaigns.rendering import Draft
from clozette.newsletters.campaigns.views.blueprint import ROLE, blueprint
from clozette.newsletters.campaigns.views.editing import content_of, typed

_FRAMED = (
    "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


@blueprint.get("/campaigns/<id:campaign_id>/preview")
@staff(ROLE)
def preview(campaign_id: int) -> str:
    """Show it on a wide screen, on a phone, in the dark, and as plain text."""
    found = access.campaign_for_staff(campaign_id)
    headers.frame_own_pages()
    arms = [arm.letter for arm in found.arms]
    letter = request.args.get("arm", arms[0] if arms else "")
    rendered, faults = rendering.attempt(rendering.draft_of(found, letter))
    sample = previewing.filled(rendered)
    return render_template(
        "marketing/preview.html", campaign=found, letter=letter, arms=found.arms, mail=sample, faults=faults
    )


@blueprint.get("/campaigns/<id:campaign_id>/mail")
@staff(ROLE)
def mail(campaign_id: int) -> Response:
    """Return the saved mail for a frame; ``?as=dark`` or ``?as=light`` says how the reader's screen is."""
    found = access.campaign_for_staff(campaign_id)
    return _framed(rendering.draft_of(found, request.args.get("arm", "")))


@blueprint.post("/campaigns/<id:campaign_id>/mail")
@staff(ROLE, collects="CP2")
def unsaved_mail(campaign_id: int) -> Any:
    """Return the mail as it is being typed, for a frame; nothing is kept."""
    found = access.campaign_for_staff(campaign_id)
    form, shown = typed(complete=False)
    if not form.load():
        return _answer(_listed([message for messages in form.errors.values() for message in messages])), 422
    content = content_of(form, schemas.blocks_of(form.data, shown, kinds()))
    return _framed(Draft(found.newsletter, content.subject_line, content.preview_text, content.blocks, found.kind))


def _framed(draft: Draft) -> Response:
    rendered, faults = rendering.attempt(draft)
    screen = request.args.get("as", "")
    html = previewing.on_screen(previewing.filled(rendered).html, screen)
    return _answer(_listed([fault.words for fault in faults]) + html if faults else html)


def _listed(faults: list[str]) -> str:
    """Return what is wrong, above the mail."""
    items = "".join(f"<li>{escape(words)}</li>" for words in faults)
    return f'<ul style="margin:0;padding:12px 12px 12px 32px;background:#fdeeed;color:#a8181e">{items}</ul>'


def _answer(html: str) -> Response:
    response = make_response(html)
    response.headers["Content-Security-Policy"] = _FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
