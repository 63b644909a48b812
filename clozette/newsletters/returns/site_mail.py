"""Mail of the site itself (receipts, passwords): its bounces come back to us, and a dead address gets no more (51).

Registered with the kernel's outbox on the wiring page. It asks and writes in the transaction of the task that sends.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.accounts import addresses
from clozette.kernel import clock
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports import mail
from clozette.newsletters import keys
from clozette.newsletters.returns import naming, services
from clozette.newsletters.returns.models import Mailbox
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.subscriptions.models import Suppression
from clozette.settings import Settings


class Watch:
    """What the outbox asks before it sends, and tells after."""

    def path_for(self, to: str) -> str:
        """Return the envelope's sender for mail to an address; nothing where nobody would read what comes back.

        :raises mail.Dead: if the address is dead.
        """
        canonical = addresses.canonical(to)
        if canonical is None:
            return ""
        address_key = keys.address_key(canonical)
        if _is_dead(address_key):
            raise mail.Dead("the address is dead")
        settings: Settings = current_app.extensions["clozette.settings"]
        if not settings.takes_mail:
            return ""
        return naming.path(_mailbox(address_key, clock.now()), settings.bounce_domain)

    def refused(self, to: str, status: str) -> None:
        """Take in that a server refused an address."""
        services.refused(to, status, clock.now())


def init_app(app: Flask) -> None:
    """Look after the site's own mail."""
    mail.watch(app, Watch())
    app.jinja_env.globals["mail_comes_back"] = comes_back


def comes_back(address: str) -> bool:
    """Whether nothing is sent to a member's address, because mail to it came back; a read alone."""
    anything = sa.exists().where(Suppression.reason == "bounced", suppressions.is_standing())
    canonical = addresses.canonical(address)
    if canonical is None or not db.session.scalar(sa.select(anything)):
        return False  # where there is one, there is the key that addresses are known by
    return _is_dead(keys.address_key(canonical))


def sweep(now: datetime, kept: timedelta) -> None:
    """Forget where mail went long ago."""
    db.session.execute(sa.delete(Mailbox).where(Mailbox.mailed_at < now - kept))


def _is_dead(address_key: str) -> bool:
    """Whether mail came back from an address for good; one that was often full may have room again."""
    dead = (
        Suppression.address_key == address_key,
        Suppression.reason == "bounced",
        Suppression.source != services.SOFT,
        suppressions.is_standing(),
    )
    return db.session.scalar(sa.select(sa.literal(1)).where(sa.exists().where(*dead))) is not None


def _mailbox(address_key: str, now: datetime) -> int:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    insert_once(Mailbox, id=new_id(), address_key=address_key, mailed_at=day)
    same = sa.update(Mailbox).where(Mailbox.address_key == address_key, Mailbox.mailed_at < day)
    db.session.execute(same.values(mailed_at=day))
    return db.session.scalars(sa.select(Mailbox.id).where(Mailbox.address_key == address_key)).one()
