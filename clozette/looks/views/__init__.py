"""HTML pages of looks; ``BLUEPRINTS`` for the wiring page."""

from flask import Blueprint

from clozette.looks.text import linked
from clozette.looks.views import editing, feed, finding, profiles, reading

BLUEPRINTS: tuple[Blueprint, ...] = (
    finding.blueprint,
    feed.blueprint,
    editing.blueprint,
    reading.blueprint,
    profiles.blueprint,
)

reading.blueprint.add_app_template_filter(linked, "linked")
