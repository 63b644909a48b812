"""Telling everybody of a version before it can hold, and ending what nobody answered. Arguments are ids."""

from datetime import datetime, timedelta
from functools import partial

from flask import current_app

from clozette.kernel import clock
from clozette.kernel.database import insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports import mail as port
from clozette.kernel.tasks import after_commit, enqueue, task
from clozette.privacy import ledger, notices
from clozette.privacy.policies import publishing, questions, tellings, versions
from clozette.privacy.policies.models import PolicyNotice
from clozette.privacy.policies.versions import PolicyVersion
from clozette.rights.changes import mail, queries
from clozette.rights.changes.queries import Reader

AT_ONCE = 200
PATIENCE = timedelta(hours=1)


@task("rights.announce_policy")
def announce(*, policy_id: int) -> None:
    """Begin to tell everybody of a version."""
    _walk(policy_id, 0)


@task("rights.announce_policy_on")
def announce_on(*, policy_id: int, after: int) -> None:
    """Go on with the members behind ``after``."""
    _walk(policy_id, after)


@task("rights.announce_policy_to_addresses")
def announce_to_addresses(*, policy_id: int, after: int) -> None:
    """Go on with people who are known by an address alone."""
    version = queries.version(policy_id)
    if version is None or version.holds(clock.now()):
        return
    found = queries.untold_addresses(version, after, AT_ONCE, clock.now())
    for address_id, subject_id in found:
        if turn := tellings.claim(policy_id, subject_id, clock.now()):
            enqueue(tell_address, policy_id=policy_id, address_id=address_id, turn=turn)
    if len(found) == AT_ONCE:
        enqueue(announce_to_addresses, policy_id=policy_id, after=found[-1][0])
    else:
        enqueue(conclude, policy_id=policy_id)


@task("rights.tell_of_policy")
def tell(*, policy_id: int, member_id: int, turn: int) -> None:
    """Tell one member, once; a mail that is sent again after a crash is better than none."""
    version = queries.version(policy_id)
    _tell(version, queries.member(member_id) if version else None, turn)


@task("rights.tell_address_of_policy")
def tell_address(*, policy_id: int, address_id: int, turn: int) -> None:
    """Tell one address, once."""
    version = queries.version(policy_id)
    _tell(version, queries.address(address_id, version) if version else None, turn)


@task("rights.conclude_policy")
def conclude(*, policy_id: int) -> None:
    """Write down that everybody knows, if everybody does; otherwise a later sweep does it."""
    version = queries.version(policy_id)
    if version is None or version.announced_at is not None:
        return
    if not queries.is_waited_for(version):
        publishing.conclude(policy_id, clock.now())


@task("rights.sweep_policies")
def sweep() -> None:
    """End consents whose question went unanswered, tell who came late or was missed, and conclude."""
    versions.forget()
    now = clock.now()
    for version in publishing.announcing(now):
        if version.announced_at or now - version.published_at > PATIENCE:
            _walk(version.row_id, 0)
        else:
            enqueue(conclude, policy_id=version.row_id)
    if questions.lapse(now) >= questions.BATCH:
        enqueue(sweep)  # there may be more


def _walk(policy_id: int, after: int) -> None:
    version = queries.version(policy_id)
    if version is None or version.holds(clock.now()):
        return
    members = queries.untold(version, after, AT_ONCE, clock.now())
    for member_id, subject_id in members:
        if turn := tellings.claim(policy_id, subject_id, clock.now()):
            enqueue(tell, policy_id=policy_id, member_id=member_id, turn=turn)
    if len(members) == AT_ONCE:
        enqueue(announce_on, policy_id=policy_id, after=members[-1][0])
    else:
        enqueue(announce_to_addresses, policy_id=policy_id, after=0)


def _tell(version: PolicyVersion | None, reader: Reader | None, turn: int) -> None:
    if version is None or reader is None:
        return
    if tellings.start(version.row_id, reader.subject_id, turn, clock.now()):
        after_commit(partial(_send, reader, version, turn, mail.announcement(reader, version)))


def _send(reader: Reader, version: PolicyVersion, turn: int, message: port.Message) -> None:
    """Send, then note it. Whom no mail reaches is noted as that, or they would hold the version back for ever.

    Only what was said of this address counts against it. While the mail server takes nothing from anybody, the task
    itself is tried again, and the attempt stays open.
    """
    attempt, now = (version.row_id, reader.subject_id, turn), clock.now()
    try:
        current_app.extensions[port.KEY].send(message)
    except port.Undeliverable:
        tellings.missed(*attempt, now)
    except port.Unavailable:
        raise
    except port.TryLater:
        tellings.refused(*attempt, now)
    else:
        _note(reader, version, message, now)


def _note(reader: Reader, version: PolicyVersion, message: port.Message, now: datetime) -> None:
    """Write down what the person was told."""
    tellings.end(version.row_id, reader.subject_id)
    row = {"id": new_id(), "policy_id": version.row_id, "subject_id": reader.subject_id, "at": now}
    if not insert_once(PolicyNotice, **row):
        return
    shown = notices.Shown(
        "CP2", version.language, version.id, f"{message.subject}\n{message.text}", now, (), version.sha256
    )
    ledger.record(
        subject_id=reader.subject_id,
        point="CP2",
        action="served",
        method=f"mail:{version.kind}-change",
        actor="system",
        now=now,
        shown=shown,
        circumstances={"mail": "sent"},
    )
