"""The public archive of a newsletter: its letters as pages and as an Atom feed, with nobody's name in them."""

from flask import Blueprint, Response, render_template, request

from clozette.kernel.paging import read_cursor
from clozette.kernel.web.gate import everyone
from clozette.newsletters.campaigns import access, feed, queries, rendering

archive_blueprint = Blueprint("newsletter_archive", __name__, url_prefix="/newsletters")


@archive_blueprint.get("/<slug>/archive")
@everyone()
def archive(slug: str) -> str:
    """List a newsletter's letters, newest first."""
    newsletter = access.archive_for_all(slug)
    page = queries.archive(newsletter, read_cursor(request.args.get("after")))
    return render_template(
        "newsletters/archive.html",
        newsletter=newsletter,
        page=page,
        subjects={one.id: queries.public_subject(one) for one in page.items},
    )


@archive_blueprint.get("/<slug>/archive.atom")
@everyone()
def archive_feed(slug: str) -> Response:
    """Return the last letters as an Atom feed."""
    newsletter = access.archive_for_all(slug)
    answer = Response(feed.atom(newsletter, queries.archive(newsletter, None).items), mimetype="application/atom+xml")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@archive_blueprint.get("/<slug>/archive/<id:campaign_id>")
@everyone()
def archived(slug: str, campaign_id: int) -> str:
    """Show one letter."""
    newsletter = access.archive_for_all(slug)
    found = access.archived_campaign(newsletter, campaign_id)
    return render_template(
        "newsletters/archived.html",
        newsletter=newsletter,
        campaign=found,
        subject=queries.public_subject(found),
        content=rendering.page_of(rendering.draft_of(found)),
    )
