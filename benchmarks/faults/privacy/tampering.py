"""A ledger under somebody who owns the database: every way of changing it is found, and a killed sequencer leaves it whole.

1. Tampering: on a ledger of some thousand entries with heads published along the way, triggers out of the way, rows and
   leaves are edited, deleted, inserted, exchanged and cut off at random places: as they are, and with every hash after them
   made anew; and what the leaves only name, words and states, is edited. Each in a transaction that is rolled back after the verifier has looked. A forger who makes all hashes anew
   must still end with another tree than the heads outside say.
2. Kills: a process that records and sequences is killed for good, again and again; what was committed has its place after
   the next run, once.
"""

import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report
from benchmarks.support import sites
from clozette.kernel import clock, migrations
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.privacy import consents, subjects
from clozette.privacy.ledger import KINDS, audit, named
from clozette.privacy.models import Consent, LedgerEntry
from clozette.privacy.tree import heads, sequencer, verify
from clozette.privacy.tree.models import Leaf
from clozette.settings import ROOT
from tests.support import postgres, processes

SEED = 6962
ENTRIES = 2000
HEADS = 5
TRIES = 8
KILLS = 8
Forger = Callable[[sa.Connection, random.Random], None]


def run(report: Report) -> None:
    """Run both experiments on SQLite and on PostgreSQL."""
    for name, database in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        with processes.scratch("tampering") as folder, database(folder) as url:
            app = sites.site(url, folder)
            migrations.upgrade(app)
            with app.app_context():
                _tampering(report, name)
                _kills(report, name, url, folder)
                for engine in db.engines.values():
                    engine.dispose()


def _tampering(report: Report, name: str) -> None:
    _fill()
    published = list(heads.published())
    if not audit.verify_all().is_whole:
        raise RuntimeError("the ledger should be whole before anybody touches it")
    chance = random.Random(SEED)
    missed: list[str] = []
    tried = 0
    for forgers, look in ((FORGERS, partial(_look_at_tree, published=published)), (FORGERS_BESIDE, _look_beside)):
        for how, forge in forgers.items():
            for _ in range(TRIES):
                tried += 1
                if not _is_found(forge, chance, look):
                    missed.append(how)
    report.figures[f"{name}_tamperings"] = tried
    report.figures[f"{name}_missed"] = missed
    report.claim(f"tampering_missed_{name}", len(missed), 0)
    report.claim(f"plain_sql_let_through_{name}", _let_through(), 0)


def _is_found(forge: Forger, chance: random.Random, look: Callable[[sa.Connection], verify.Report]) -> bool:
    with db.get_engine("write").connect() as connection, connection.begin() as transaction:
        _lift_triggers(connection)
        forge(connection, chance)
        found = look(connection)
        transaction.rollback()
    return not found.is_whole


def _look_at_tree(connection: sa.Connection, published: list[heads.SignedHead]) -> verify.Report:
    return verify.verify(connection, map(audit.rows_of, KINDS.values()), published, heads.key_ring())


def _look_beside(connection: sa.Connection) -> verify.Report:
    """Look only at what the leaves name: the tree is whole, whatever is forged there."""
    report = verify.Report()
    named.check(connection, report)
    return report


def _let_through() -> int:
    """Try what somebody with the application's own rights could; return how much of it the database let through."""
    through = 0
    for table in ("privacy_ledger", "privacy_leaves", "privacy_heads", "privacy_wordings"):
        (key,) = (column.name for column in LedgerEntry.metadata.tables[table].primary_key.columns)
        for statement in (f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"):
            try:
                with db.get_engine("write").begin() as connection:
                    connection.exec_driver_sql(statement)
            except sa.exc.IntegrityError:
                continue
            through += 1
    return through


def _lift_triggers(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        return
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    kept = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'privacy%'"
    for name in connection.scalars(sa.text(kept)).all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def _edit_row(connection: sa.Connection, chance: random.Random) -> None:
    column = chance.choice(("action", "channel", "purpose", "method", "point", "actor", "wording", "sealed"))
    value: Any = secrets.token_bytes(40) if column == "sealed" else "forged"
    if column == "wording":
        value = connection.scalar(sa.text("SELECT max(digest) FROM privacy_wordings"))
    chosen = _any_entry(connection, chance)
    before = connection.scalar(sa.select(LedgerEntry.__table__.c[column]).where(LedgerEntry.id == chosen))
    if before == value:
        column, value = "action", "forged"
    connection.execute(sa.update(LedgerEntry).where(LedgerEntry.id == chosen).values({column: value}))


def _move_row(connection: sa.Connection, chance: random.Random) -> None:
    """Give one person's answer to another."""
    chosen = _any_entry(connection, chance)
    owner = connection.scalar(sa.select(LedgerEntry.subject_id).where(LedgerEntry.id == chosen))
    other = connection.scalar(sa.select(LedgerEntry.subject_id).where(LedgerEntry.subject_id != owner).limit(1))
    connection.execute(sa.update(LedgerEntry).where(LedgerEntry.id == chosen).values(subject_id=other))


def _delete_row(connection: sa.Connection, chance: random.Random) -> None:
    connection.execute(sa.text("DELETE FROM privacy_consents"))
    connection.execute(sa.delete(LedgerEntry).where(LedgerEntry.id == _any_entry(connection, chance)))


def _disown_row(connection: sa.Connection, chance: random.Random) -> None:
    """Delete a row and file its leaf where nobody asks for a row: under a kind that there is not, or another row."""
    chosen = _any_entry(connection, chance)
    connection.execute(sa.text("DELETE FROM privacy_consents"))
    connection.execute(sa.delete(LedgerEntry).where(LedgerEntry.id == chosen))
    filed: dict[str, Any] = chance.choice(({"kind": "gone"}, {"kind": "silence"}, {"row_id": new_id()}))
    connection.execute(sa.update(Leaf).where(Leaf.row_id == chosen).values(filed))


def _insert_row(connection: sa.Connection, chance: random.Random) -> None:
    row = connection.execute(
        sa.select(LedgerEntry.__table__).where(LedgerEntry.id == _any_entry(connection, chance))
    ).first()
    assert row is not None
    connection.execute(sa.insert(LedgerEntry).values({**row._mapping, "id": new_id()}))


def _exchange_rows(connection: sa.Connection, chance: random.Random) -> None:
    """Let two entries change places: each gets the other's id."""
    first, second = chance.sample(_entries(connection), 2)
    for one, other in ((first, -1), (second, first), (-1, second)):
        connection.execute(sa.update(LedgerEntry).where(LedgerEntry.id == one).values(id=other))


def _edit_leaf(connection: sa.Connection, chance: random.Random) -> None:
    position = chance.randrange(ENTRIES)
    connection.execute(sa.update(Leaf).where(Leaf.position == position).values(data=b"forged"))


def _exchange_leaves(connection: sa.Connection, chance: random.Random) -> None:
    first, second = chance.sample(range(ENTRIES), 2)
    for one, other in ((first, -1), (second, first), (-1, second)):
        connection.execute(sa.update(Leaf).where(Leaf.position == one).values(position=other))


def _delete_leaf(connection: sa.Connection, chance: random.Random) -> None:
    connection.execute(sa.delete(Leaf).where(Leaf.position == chance.randrange(ENTRIES)))


def _cut(connection: sa.Connection, chance: random.Random) -> None:
    """Take the end away whole: leaves, rows, noted heads and inner nodes, so that what is left fits."""
    keep = ENTRIES - chance.randrange(1, 40)
    _make_anew(connection, _leaves(connection)[:keep])
    connection.execute(sa.text("DELETE FROM privacy_consents"))
    left = sa.select(Leaf.row_id)
    connection.execute(sa.delete(LedgerEntry).where(LedgerEntry.id.not_in(left)))


def _forge_everything(connection: sa.Connection, chance: random.Random) -> None:
    """Change one leaf and its row, then make every hash, the chain and the nodes anew: whole in itself."""
    leaves = _leaves(connection)
    chosen = chance.randrange(len(leaves))
    row_id, data = leaves[chosen]
    forged = data.replace(b'"action":"given"', b'"action":"refused"')
    if forged == data:
        forged = data.replace(b'"action":"withdrawn"', b'"action":"given"')
    action = "refused" if b'"action":"refused"' in forged else "given"
    leaves[chosen] = (row_id, forged)
    connection.execute(sa.update(LedgerEntry).where(LedgerEntry.id == row_id).values(action=action))
    _make_anew(connection, leaves)


def _reorder_everything(connection: sa.Connection, chance: random.Random) -> None:
    leaves = _leaves(connection)
    first = chance.randrange(len(leaves) - 1)
    leaves[first], leaves[first + 1] = leaves[first + 1], leaves[first]
    _make_anew(connection, leaves)


def _delete_everywhere(connection: sa.Connection, chance: random.Random) -> None:
    """Take one entry out of the middle, row and leaf, and close the gap."""
    leaves = _leaves(connection)
    row_id, _ = leaves.pop(chance.randrange(len(leaves)))
    connection.execute(sa.text("DELETE FROM privacy_consents"))
    connection.execute(sa.delete(LedgerEntry).where(LedgerEntry.id == row_id))
    _make_anew(connection, leaves)


FORGERS: dict[str, Forger] = {
    "a row edited": _edit_row,
    "a row given to another person": _move_row,
    "a row deleted": _delete_row,
    "a row deleted, its leaf filed elsewhere": _disown_row,
    "a row inserted": _insert_row,
    "two rows exchanged": _exchange_rows,
    "a leaf edited": _edit_leaf,
    "two leaves exchanged": _exchange_leaves,
    "a leaf deleted": _delete_leaf,
    "the end cut off, all made anew": _cut,
    "a row edited, all made anew": _forge_everything,
    "two entries exchanged, all made anew": _reorder_everything,
    "an entry deleted, all made anew": _delete_everywhere,
}


def _edit_words(connection: sa.Connection, chance: random.Random) -> None:
    table = chance.choice(("privacy_wordings", "privacy_policies"))
    connection.exec_driver_sql(f"UPDATE {table} SET text = text || '!'")


def _edit_state(connection: sa.Connection, chance: random.Random) -> None:
    change = chance.choice(("action = 'refused'", "purpose = 'research'", "channel = 'sms'", "subject_id = {other}"))
    chosen, other = chance.sample(list(connection.scalars(sa.select(Consent.subject_id))), 2)
    connection.execute(sa.delete(Consent).where(Consent.subject_id == other))
    connection.exec_driver_sql(f"UPDATE privacy_consents SET {change.format(other=other)} WHERE subject_id = {chosen}")


def _put_state_back(connection: sa.Connection, chance: random.Random) -> None:
    """Let what stands be what an older answer of the same person said."""
    owned = sa.select(Consent.subject_id, Consent.entry_id)
    subject_id, newest = chance.choice(connection.execute(owned).all())
    older = sa.select(LedgerEntry.id, LedgerEntry.action, LedgerEntry.at).where(
        LedgerEntry.subject_id == subject_id, LedgerEntry.id < newest
    )
    entry = chance.choice(connection.execute(older).all())
    values = {"entry_id": entry.id, "action": entry.action, "at": entry.at}
    connection.execute(sa.update(Consent).where(Consent.subject_id == subject_id).values(values))


def _delete_state(connection: sa.Connection, chance: random.Random) -> None:
    chosen = chance.choice(list(connection.scalars(sa.select(Consent.id))))
    connection.execute(sa.delete(Consent).where(Consent.id == chosen))


FORGERS_BESIDE: dict[str, Forger] = {
    "words edited": _edit_words,
    "a state edited": _edit_state,
    "a state put back": _put_state_back,
    "a state deleted": _delete_state,
}


def _make_anew(connection: sa.Connection, leaves: list[tuple[int, bytes]]) -> None:
    for table in ("privacy_leaves", "privacy_nodes", "privacy_heads"):
        connection.execute(sa.text(f"DELETE FROM {table}"))
    waiting = [_Waiting(number, "consent", *leaf) for number, leaf in enumerate(leaves)]
    sequencer._place(connection, waiting, clock.now())


class _Waiting:
    def __init__(self, number: int, kind: str, row_id: int, data: bytes) -> None:
        self.id, self.kind, self.row_id, self.data = number, kind, row_id, data


def _leaves(connection: sa.Connection) -> list[tuple[int, bytes]]:
    return [(row.row_id, row.data) for row in connection.execute(sa.select(Leaf.__table__).order_by(Leaf.position))]


def _entries(connection: sa.Connection) -> list[int]:
    return list(connection.scalars(sa.select(LedgerEntry.id)))


def _any_entry(connection: sa.Connection, chance: random.Random) -> int:
    return chance.choice(_entries(connection))


def _fill() -> None:
    people = [subjects.create(clock.now()).id for _ in range(20)]
    chance = random.Random(SEED)
    for number in range(1, ENTRIES + 1):
        action = chance.choice(("given", "withdrawn"))
        consents.answer(chance.choice(people), "our_news", "email", action, now=clock.now(), method="form:test")
        if not number % (ENTRIES // HEADS):
            db.session.commit()
            while sequencer.sequence(clock.now()):
                pass
            heads.publish(clock.now())


CHILD = """
import sys
from pathlib import Path
from benchmarks.support import sites
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import consents, subjects
from clozette.privacy.tree import sequencer
sequencer.BATCH = 7
app = sites.site(sys.argv[1], Path(sys.argv[2]))
with app.app_context():
    subject = subjects.create(clock.now()).id
    db.session.commit()
    number = 0
    while True:
        for _ in range(9):
            number += 1
            action = "given" if number % 2 else "withdrawn"
            entry = consents.answer(subject, "our_news", "email", action, now=clock.now(), method="form:test").id
            db.session.commit()
            print(entry, flush=True)
        sequencer.run(clock.now())
"""


def _kills(report: Report, name: str, url: str, folder: Path) -> None:
    """Kill at random moments; the entries that were told after their commit must be in the tree, each once."""
    chance = random.Random(SEED)
    told: list[int] = []
    for _ in range(KILLS):
        told += _killed(url, folder, chance.uniform(0.05, 0.8))
    while sequencer.sequence(clock.now()):
        pass
    found = audit.verify_all()
    with db.get_engine("default").connect() as connection:
        placed = list(connection.scalars(sa.select(Leaf.row_id)))
    lost = len(set(told) - set(placed))
    report.figures[f"{name}_told_before_kills"] = len(told)
    report.claim(f"lost_after_kills_{name}", lost + (len(placed) - len(set(placed))) + (not told), 0)
    report.claim(f"faults_after_kills_{name}", len(found.faults) + found.waiting, 0)


def _killed(url: str, folder: Path, after: float) -> list[int]:
    command = [sys.executable, "-c", CHILD, url, str(folder)]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, text=True, preexec_fn=processes.dying_with_parent()
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().splitlines(keepends=True)
    child.wait()
    return [int(line) for line in (first, *rest) if line.endswith("\n")]


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'clozette.db'}"


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    with postgres.server() as server:
        yield server.url(server.create_database())
