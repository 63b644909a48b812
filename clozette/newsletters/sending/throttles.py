"""How fast: all together, each sender, each domain, and how many connections; kept in the database for all workers.

A scope has one moment before which nothing of it goes out. A batch that goes out moves it by as much as the batch may
take, so that over time the rate is kept exactly, whoever sends.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.newsletters.sending.models import Pace, Sending

ALL = "all"
CONNECTIONS = 10
FIRST_BACK_OFF, LONGEST_BACK_OFF = timedelta(seconds=30), timedelta(hours=1)
_FORGET = timedelta(days=1)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_RATE = re.compile(r"(all|sender|domain(?::[a-z0-9.-]+)?)=(\d{1,9})/([smhd])")
_COUNT = re.compile(r"connections=(\d{1,4})")


class BadLimits(ValueError):
    """A setting that says no limits we know."""


@dataclass(frozen=True)
class Limits:
    """Mails a second, where there is a limit.

    :ivar domains: of some domains; ``domain`` of every other one. ``connections``: of all workers together.
    """

    all: float = 0.0
    sender: float = 0.0
    domain: float = 0.0
    domains: Mapping[str, float] = field(default_factory=dict)
    connections: int = CONNECTIONS

    def of(self, domain: str) -> float:
        """Return the limit of a domain; 0 for none."""
        return self.domains.get(domain, self.domain)


def read(text: str) -> Limits:
    """Read a setting such as ``all=100/s sender=20000/h domain=20/s domain:gmail.com=50/s connections=20``.

    :raises BadLimits: naming the word that can't be read.
    """
    rates: dict[str, float] = {}
    connections = CONNECTIONS
    for word in text.split():
        if rate := _RATE.fullmatch(word):
            rates[rate[1]] = int(rate[2]) / _SECONDS[rate[3]]
        elif count := _COUNT.fullmatch(word):
            connections = max(1, int(count[1]))
        else:
            raise BadLimits(word)
    domains = {name.removeprefix("domain:"): rate for name, rate in rates.items() if name.startswith("domain:")}
    return Limits(rates.get("all", 0.0), rates.get("sender", 0.0), rates.get("domain", 0.0), domains, connections)


def room(wanted: int, limits: Limits, sender: str, now: datetime) -> int:
    """Return how many mails may be claimed now, and hold the scopes until the transaction ends."""
    for scope, rate in ((ALL, limits.all), (f"sender:{sender}", limits.sender)):
        if rate:
            wanted = min(wanted, max(1, int(rate))) if _hold(scope, now) <= now else 0
    return wanted


def took(domains: Iterable[str], limits: Limits, sender: str, now: datetime) -> None:
    """Count what was claimed."""
    if not (limits.all or limits.sender or limits.domain or limits.domains):
        return
    counted = Counter(domains)
    total = sum(counted.values())
    for scope, rate in ((ALL, limits.all), (f"sender:{sender}", limits.sender)):
        if rate and total:
            _move(scope, now + timedelta(seconds=total / rate))
    for domain, count in sorted(counted.items()):
        if rate := limits.of(domain):
            _hold(_domain(domain), now)
            _move(_domain(domain), now + timedelta(seconds=count / rate))


def back_off(domain: str, now: datetime) -> None:
    """Leave a domain alone for a while, longer each time in a row."""
    _hold(_domain(domain), now)
    pace = db.session.get_one(Pace, _domain(domain), populate_existing=True, with_for_update=True)
    if pace.free_at > now and pace.failures:
        return  # others of the same moment were told the same
    pace.free_at = now + min(FIRST_BACK_OFF * 2**pace.failures, LONGEST_BACK_OFF)
    pace.failures += 1
    db.session.flush()


def went_well(domains: Iterable[str]) -> None:
    """Forget that some domains were slow."""
    scopes = [_domain(one) for one in set(domains)]
    again = sa.update(Pace).where(Pace.scope.in_(scopes), Pace.failures > 0).values(failures=0)
    db.session.execute(again, execution_options={"synchronize_session": False})


def slow() -> set[str]:
    """Return the domains that said "later" and took nothing since."""
    found = db.session.scalars(sa.select(Pace.scope).where(Pace.failures > 0))
    return {scope.removeprefix("domain:") for scope in found}


def is_free(now: sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    """Whether the domain of a sending may get mail now."""
    busy = sa.exists().where(Pace.scope == sa.literal("domain:") + Sending.domain, Pace.free_at > now)
    return sa.not_(busy.correlate(Sending))


def forget(now: datetime) -> None:
    """Delete what held nothing back for a day."""
    db.session.execute(sa.delete(Pace).where(Pace.free_at < now - _FORGET))


def _hold(scope: str, now: datetime) -> datetime:
    """Lock a scope and return when it is free."""
    held = sa.select(Pace.free_at).where(Pace.scope == scope).with_for_update()
    free_at: datetime | None = db.session.scalar(held)
    if free_at is None:
        insert_once(Pace, scope=scope, free_at=now, failures=0)
        free_at = db.session.scalars(held).one()
    return free_at


def _move(scope: str, free_at: datetime) -> None:
    move = sa.update(Pace).where(Pace.scope == scope).values(free_at=free_at)
    db.session.execute(move, execution_options={"synchronize_session": False})


def _domain(domain: str) -> str:
    return f"domain:{domain}"
