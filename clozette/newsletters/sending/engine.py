"""The engine: claims, prints, hands over, writes down; as many letters on their way as there are connections.

One transaction holds the outcomes of the last letters and the claim of the next ones. What is in doubt after a crash is
therefore one letter a connection, and the rows say which.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
import structlog
from flask import Flask, current_app
from sqlalchemy import exc

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import bulk_mail, dns
from clozette.kernel.ports.bulk_mail import Done, Pool
from clozette.newsletters.campaigns.models import Campaign, Compiled
from clozette.newsletters.sending import claims, keyring, rules, senders, snapshot, throttles, values
from clozette.newsletters.sending.message import NothingNew, Press, Template
from clozette.newsletters.sending.models import Run, Sending
from clozette.newsletters.sending.values import Recipient
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions.models import Contact
from clozette.settings import Settings

_KEY = "clozette.newsletters.pool"
_GATHER = 0.25
_PATIENCE = 1.0
_PAUSE = 0.2
_MOST_AT_ONCE = 200
_GOOD_FOR = 10.0
log = structlog.get_logger()


@dataclass
class _Job:
    """A campaign in this worker's hands, and what it has to remember between two transactions.

    :ivar claim: the claiming statement, and until when it is good: consents lapse by the clock.
    :ivar domains: of the letters on their way; ``slow``, those that said "later" lately.
    :ivar after: behind which contact it goes on.
    :ivar unwritten: outcomes that no commit holds yet; ``is_unsure`` after a commit that was not answered.
    """

    campaign: Campaign
    presses: Mapping[str, Press]
    pool: Pool
    mark: str
    size: int
    limits: throttles.Limits
    claim: claims.Claim
    good_until: float = 0.0
    domains: dict[int, str] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    after: int = 0
    unwritten: Done = field(default_factory=list)
    is_unsure: bool = False

    @property
    def id(self) -> int:
        return self.campaign.id


def step(now: datetime) -> None:
    """Do what there is to do, until there is nothing or the worker ends; for the workers' loop."""
    if not senders.is_ready():
        return
    for campaign_id in _waiting("queueing"):
        while snapshot.fill(campaign_id, clock.now()):
            db.session.commit()
        db.session.commit()
    for campaign_id in _waiting("running"):
        run(campaign_id)
        if tasks.is_ending():
            return


def run(campaign_id: int) -> None:
    """Send a campaign as long as something of it can be claimed."""
    with _objects_kept():
        job = _job(campaign_id)
        if job is None:
            return
        try:
            while _turn(job):
                pass
        except Exception as error:
            log.error("sending_failed", campaign=campaign_id, error=type(error).__name__)
            _rescue(job)
            raise
        finally:
            job.pool.close()


@contextmanager
def _objects_kept() -> Iterator[None]:
    """Let what was read stay readable after each of the many commits."""
    session = db.session
    before, session.expire_on_commit = session.expire_on_commit, False
    try:
        yield
    finally:
        session.expire_on_commit = before


def _turn(job: _Job) -> bool:
    """Collect, write down, claim, hand over; say whether to go on."""
    _collect(job)
    try:
        batch, may_go_on = _write_and_claim(job)
        _hand_over(job, batch)
    except exc.DBAPIError as error:
        log.warning("sending_waits_for_database", error=type(error).__name__)
        db.session.rollback()
        job.is_unsure = True
        time.sleep(_PAUSE)
        return bool(job.unwritten or job.pool.busy() or not tasks.is_ending())
    return may_go_on or bool(job.pool.busy() or job.unwritten)


def _rescue(job: _Job) -> None:
    """After a fault of ours: wait for what is on its way, write that down, and let staff look at the campaign."""
    db.session.rollback()
    until = time.monotonic() + bulk_mail.PATIENCE
    while job.pool.busy() and time.monotonic() < until:
        job.unwritten += job.pool.collect(_PATIENCE)
    now, known = clock.now(), {contact_id for contact_id, _ in job.unwritten}
    claims.release_all_but(job.id, job.mark, known | job.pool.busy())
    for contact_id in claims.record(job.id, job.mark, job.unwritten, now):
        _bury(job.id, contact_id, now)
    _pause(job.id, "errors", now)
    db.session.commit()


def _pause(campaign_id: int, because: str, now: datetime) -> None:
    stop = sa.update(Campaign).where(Campaign.id == campaign_id, Campaign.state == "running")
    db.session.execute(stop.values(state="paused", paused_at=now, paused_because=because))


def _collect(job: _Job) -> None:
    """Wait for the first outcome, and for the others as long as that is worth it: a turn costs the same for one or fifty."""
    waiting = len(job.pool.busy())
    if not waiting:
        return
    done = job.pool.collect(_PATIENCE)
    until = time.monotonic() + _GATHER
    while len(done) < waiting and (left := until - time.monotonic()) > 0:
        done += job.pool.collect(left)
    job.unwritten += done


def _write_and_claim(job: _Job) -> tuple[list[Recipient], bool]:
    """One transaction: the outcomes so far, and the next claim; say whether there may be more to claim."""
    now = clock.now()
    busy = job.pool.busy()
    if job.is_unsure:
        claims.release_all_but(job.id, job.mark, {*busy, *(contact_id for contact_id, _ in job.unwritten)})
    counted: Counter[str] = Counter()
    dead = claims.record(job.id, job.mark, job.unwritten, now, counted=counted)
    for contact_id in dead:
        _bury(job.id, contact_id, now)
    _thank(job)
    stops = tasks.is_ending() or not _is_within_budget(job, counted, now)
    batch, may_go_on = ([], False) if stops else _claim(job, counted, now)
    # Last, as all workers wait for this row: not while the next ones are looked up.
    claims.count(job.id, **counted)
    if not batch and not may_go_on and not busy:
        _finish(job.id, now)
    db.session.commit()
    for contact_id, _ in job.unwritten:
        job.domains.pop(contact_id, None)
    job.unwritten, job.is_unsure = [], False
    return batch, may_go_on


def _claim(job: _Job, counted: Counter[str], now: datetime) -> tuple[list[Recipient], bool]:
    """Claim the next ones; say whether to ask again when these are gone."""
    sender = job.campaign.newsletter.sender_address or ""
    wanted = throttles.room(min(job.pool.ready(job.size), _MOST_AT_ONCE), job.limits, sender, now)
    if not wanted:
        return [], False
    if time.monotonic() > job.good_until:
        _look_again(job)
    claimed = job.claim.take(mark=job.mark, wanted=wanted, after=job.after, now=now)
    counted["skipped"] += claimed.skipped
    batch = claimed.recipients
    if batch:
        job.after = batch[-1].contact_id
        throttles.took((_domain(one) for one in batch), job.limits, sender, now)
        return batch, True
    if claimed.skipped:
        return [], True
    started_over, job.after = job.after > 0, 0
    return [], started_over


def _thank(job: _Job) -> None:
    """Forget that a domain was slow once it takes mail again."""
    took = {job.domains.pop(contact_id, "") for contact_id, outcome in job.unwritten if outcome.is_accepted}
    if well := took & job.slow:
        throttles.went_well(well)
        job.slow -= well


def _look_again(job: _Job) -> None:
    """See what became of the campaign and its newsletter meanwhile, and of the rules by which consents lapse."""
    db.session.refresh(job.campaign)
    db.session.refresh(job.campaign.newsletter)
    job.slow = throttles.slow()
    job.claim, job.good_until = claims.Claim(job.campaign), time.monotonic() + _GOOD_FOR


def _hand_over(job: _Job, batch: list[Recipient]) -> None:
    if not batch:
        return
    asks = any(press.asks for press in job.presses.values())
    given = values.gather(job.campaign, batch) if asks else {}
    now = clock.now()
    for reader in batch:
        press = _press(job, reader)
        try:
            letter = press.letter(reader, given.get(reader.contact_id, {}), now)
        except NothingNew:
            claims.settle(job.id, [reader.contact_id], "skipped", mark=job.mark, reason=rules.NOTHING_NEW, now=now)
            continue
        job.domains[reader.contact_id] = _domain(reader)
        job.pool.submit(reader.contact_id, letter)
    db.session.commit()


def _press(job: _Job, reader: Recipient) -> Press:
    letter = reader.letter or job.campaign.winner or ""
    if letter not in job.presses:  # the winner was chosen since we looked
        db.session.refresh(job.campaign)
        letter = job.campaign.winner or ""
    return job.presses[letter]


def _bury(campaign_id: int, contact_id: int, now: datetime) -> None:
    """A server said that an address is dead: it gets nothing more, from any newsletter (requirement 43)."""
    mine = (Sending.campaign_id == campaign_id, Sending.contact_id == contact_id)
    db.session.execute(sa.update(Sending).where(*mine).values(bounced_at=now))
    contact = db.session.get(Contact, contact_id)
    if contact is not None:
        subscriptions.come_back_wrong(contact, "bounce", source="smtp", now=now)


def _is_within_budget(job: _Job, counted: Counter[str], now: datetime) -> bool:
    """Pause a campaign of which too much fails (requirement 42).

    :param counted: what the campaign's counts don't hold yet.
    """
    if all(outcome.code < 500 for _, outcome in job.unwritten):
        return True
    counts = (Campaign.sent, Campaign.failed, Run.sent_then, Run.forgiven)
    row = db.session.execute(sa.select(*counts).join(Run, Run.campaign_id == Campaign.id).where(Campaign.id == job.id))
    sent, failed, sent_then, forgiven = row.one()
    if not rules.is_too_much(sent + counted["sent"] - sent_then, failed + counted["failed"] - forgiven):
        return True
    _pause(job.id, "errors", now)
    return False


def _finish(campaign_id: int, now: datetime) -> None:
    """End a campaign that has nothing left to do."""
    left = sa.exists().where(Sending.campaign_id == campaign_id, Sending.state.in_(("queued", "submitting")))
    end = sa.update(Campaign).where(Campaign.id == campaign_id, Campaign.state == "running", sa.not_(left))
    db.session.execute(end.values(state="finished", finished_at=now))


def _job(campaign_id: int) -> _Job | None:
    campaign = db.session.get(Campaign, campaign_id, populate_existing=True)
    if campaign is None:
        return None
    settings: Settings = current_app.extensions["clozette.settings"]
    signer = keyring.signer(settings)
    kept = db.session.scalars(sa.select(Compiled).where(Compiled.campaign_id == campaign_id))
    presses = {one.letter: Press(Template.from_json(one.template), campaign_id, settings, signer) for one in kept}
    limits = _limits()
    size = max(1, limits.connections // senders.alive(clock.now()))
    db.session.commit()
    return _Job(campaign, presses, _pool(size), senders.me().mark, size, limits, claims.Claim(campaign))


def _pool(size: int) -> Pool:
    """Return this worker's connections, which stay open from one campaign to the next."""
    kept: tuple[int, Pool] | None = current_app.extensions.get(_KEY)
    if kept is not None and kept[0] == size:
        return kept[1]
    if kept is not None:
        kept[1].close()
    made = bulk_mail.post(current_app).pool(size)
    current_app.extensions[_KEY] = (size, made)
    return made


def _limits() -> throttles.Limits:
    settings: Settings = current_app.extensions["clozette.settings"]
    return throttles.read(settings.news_limits)


def _waiting(state: str) -> list[int]:
    chosen = sa.select(Campaign.id).where(Campaign.state == state).order_by(Campaign.started_at, Campaign.id)
    found = list(db.session.scalars(chosen))
    db.session.commit()
    return found


def _domain(reader: Recipient) -> str:
    return reader.address.rpartition("@")[2].lower()


def init_app(app: Flask) -> None:
    """Let workers send."""
    bulk_mail.init_app(app)
    dns.init_app(app)
    tasks.keep_doing(app, "newsletters.beat", senders.beat, every=senders.EVERY)
    tasks.keep_doing(app, "newsletters.send", step, every=0.25)
