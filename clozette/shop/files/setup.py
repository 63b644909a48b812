"""Plugs files of digital goods in: where they are fetched, what pages show of them, and how they go."""

from flask import Flask

from clozette.kernel import tasks
from clozette.kernel.web import slots
from clozette.rights.erasure import executor as erasure
from clozette.shop.files import kinds, listeners, queries, views
from clozette.shop.files import tasks as ours


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    slots.fill(app, "listing.facts", "shop/_file.html")
    slots.fill(app, "order.deeds", "shop/_order_files.html", when=lambda order: any(one.file_id for one in order.lines))
    erasure.register(app, erasure.Step("goods", listeners.forget))
    tasks.schedule(app, "50 4 * * *", ours.sweep_files)
    app.jinja_env.globals.update(file_of=queries.current_of, files_of=queries.of_order, file_kinds=kinds.KINDS)
