"""Accounts, plugged into an application: the engine, the viewer loader, and the slot for other rooms' settings pages."""

from flask import Flask

from clozette.accounts import engine, viewer_loader

SETTINGS_PAGES = "clozette.settings_pages"


def init_app(app: Flask) -> None:
    """Start the engine and tell the gate how to find out who looks."""
    engine.init_app(app)
    viewer_loader.init_app(app)
    pages: list[tuple[str, object]] = app.extensions.setdefault(SETTINGS_PAGES, [])
    app.jinja_env.globals["settings_pages"] = lambda: pages


def add_settings_page(app: Flask, address: str, label: object) -> None:
    """List a page of another room at ``/settings``; for the wiring page. ``label`` is translated late."""
    app.extensions[SETTINGS_PAGES].append((address, label))
