"""What the doctor looks at in privacy: whether the ledger is sequenced, and its heads published."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy.tree import heads
from clozette.privacy.tree.models import Head, Waiting
from clozette.privacy.tree.nodes import Stored
from clozette.settings import Settings

WAITS_TOO_LONG = timedelta(minutes=1)
HEAD_TOO_OLD = timedelta(minutes=15)


def ledger(app: Flask, settings: Settings) -> str:
    """Say where entries wait for the tree, where the tree has outgrown its heads, and where a head is not ours."""
    now = clock.now()
    with app.app_context(), db.get_engine("default").connect() as connection:
        waiting = connection.scalar(sa.select(sa.func.min(Waiting.at)))
        size = Stored(connection).size()
        latest = connection.execute(sa.select(Head.size, Head.at).order_by(Head.size.desc()).limit(1)).first()
        published = heads.latest() if latest else None
        keys, current = heads.key_ring(), heads.current_key()
    if waiting and now - waiting > WAITS_TOO_LONG:
        return (
            f"Entries of the ledger have waited since {waiting:%Y-%m-%d %H:%M} for their place: start clozette worker."
        )
    if latest is None:
        return "The ledger has entries and no published head: start clozette worker." if size else ""
    if size > latest.size and now - latest.at > HEAD_TOO_OLD:
        return (
            f"The ledger's latest head is of {latest.at:%Y-%m-%d %H:%M}, and it has grown since: start clozette worker."
        )
    if published is None or published.size < latest.size:
        return (
            "The latest head is not where heads are published: check CLOZETTE_HEADS_URL, then clozette ledger verify."
        )
    if keys.is_stale:
        return (
            "The list of the ledger's older keys (keys.json beside the heads) is not signed by a key of this site: put the"
            " secret that was dropped back behind the new one in CLOZETTE_SECRET_KEYS until a head was published."
        )
    if keys.listed_by not in ("", current):
        return (
            "A new secret stands first in CLOZETTE_SECRET_KEYS, and the ledger's keys were not signed with it yet: start"
            " clozette worker, and keep the former secret behind it until this line is gone."
        )
    if not keys.has_signed(published):
        return "The published head is not signed by a key of this site: run clozette ledger verify, and find out why."
    return ""
