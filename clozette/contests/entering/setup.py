"""What other pages show of entries: templates of the contest's page ask by these functions."""

from dataclasses import dataclass

from flask import Flask

from clozette.contests.entering import queries, wording
from clozette.contests.entering.models import Entry
from clozette.contests.entering.queries import Card
from clozette.contests.planning import words
from clozette.contests.planning.models import Contest
from clozette.kernel.paging import Page
from clozette.kernel.web import gate, slots


@dataclass(frozen=True)
class Gallery:
    """The last entries of a contest, and how many there are."""

    page: Page[Card]
    count: int
    label: str


def init_app(app: Flask) -> None:
    """Fill the places of a contest's page."""
    app.jinja_env.globals.update(entry_of_viewer=_own, entries_of_contest=_gallery, zone=words.zone_moment)
    slots.fill(app, "contest.ways", "contests/_ways.html")
    slots.fill(app, "contest.entries", "contests/_gallery.html")
    slots.fill(app, "contests.ways", "contests/_own_entries.html")


def _own(contest: Contest) -> Entry | None:
    return queries.own_in(gate.viewer(), contest)


def _gallery(contest: Contest) -> Gallery:
    page = queries.cards(gate.viewer(), contest, size=queries.PREVIEWED)
    return Gallery(page, queries.counted(contest), wording.label(contest))
