"""Connections that somebody holds at the moment: out of their pool, and not resting until the next reader."""

from flask import Flask

from clozette.kernel.database import db


def held(app: Flask) -> list[int]:
    """Return how many of each engine are held, the reading one first; asked from any thread."""
    resting = len(app.extensions["clozette.idle_readers"])
    with app.app_context():
        pools = [db.get_engine(name).pool for name in ("default", "write")]
    reading, writing = (pool.checkedout() for pool in pools)  # type: ignore[attr-defined]
    return [reading - resting, writing]
