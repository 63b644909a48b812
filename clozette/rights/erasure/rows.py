"""Erasing one table's rows as its room declares: the row goes, values are emptied, or the law keeps it for a time."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import Model, db
from clozette.kernel.ids import new_id
from clozette.kernel.personal import Personal
from clozette.privacy.disclosures import queries
from clozette.privacy.disclosures.models import Telling
from clozette.rights.declared import DeclaredTable, belongs_to, personal_tables
from clozette.rights.erasure.models import Erasure, Restricted
from clozette.rights.export import contents

PSEUDONYM = "deleted member"
_BATCH = 500
_LAST = frozenset({"privacy_subjects"})


class Last(int):
    """The count of a step's last batch: it is noted together with the step's end, as that batch can't be told from a
    new one when it is done again.
    """


def children_first(tables: Iterable[DeclaredTable]) -> list[DeclaredTable]:
    """Return tables in the order in which rows can go: those that point at others before them."""
    order = {table.name: place for place, table in enumerate(Model.metadata.sorted_tables)}
    return sorted((one for one in tables if one.name not in _LAST), key=lambda one: -order[one.name])


def eraser(one: DeclaredTable, erasure: Erasure) -> Any:
    """Return the run of a table's step."""
    return partial(_erase, one, erasure.id, erasure.asked_at)


def kept(erasure: Erasure, now: datetime) -> dict[str, Any]:
    """Say what stays, why and until when, table by table; without what the law forbids to tell (requirement 77)."""
    found: dict[str, Any] = {}
    for one in personal_tables():
        reasons = sorted({column.kept_because for column in _personal(one).values() if column.kept_because})
        if reasons and (count := _count(one, erasure, now)):
            found[one.name] = {"rows": count, "because": reasons}
    moved = (
        sa.select(Restricted.source, Restricted.because, sa.func.count(), sa.func.max(Restricted.until))
        .where(Restricted.erasure_id == erasure.id)
        .group_by(Restricted.source, Restricted.because)
    )
    for source, because, count, until in db.session.execute(moved):
        found[source] = {"rows": count, "because": [because], "until": until.date().isoformat()}
    return found


def _erase(one: DeclaredTable, erasure_id: int, asked_at: datetime, subject_id: int) -> Iterator[int]:
    if one.said.restricted is not None:
        yield from _restrict(one, erasure_id, asked_at, subject_id)
    for path in one.said.also:
        yield _second_person(one, path, subject_id)
    yield Last(_first_person(one, subject_id))


def _restrict(one: DeclaredTable, erasure_id: int, asked_at: datetime, subject_id: int) -> Iterator[int]:
    """Move rows to the restricted store, in batches that are moved whole or not at all."""
    law, keys = one.said.restricted, list(one.table.primary_key.columns)
    assert law is not None
    mine = sa.select(one.table).where(belongs_to(one, subject_id)).limit(_BATCH)
    while batch := db.session.execute(mine).mappings().all():
        db.session.add_all(
            Restricted(
                id=new_id(),
                erasure_id=erasure_id,
                subject_id=subject_id,
                source=one.name,
                row_key=",".join(str(row[key.name]) for key in keys),
                content={name: _plain(value) for name, value in row.items()},
                because=law.because,
                until=asked_at + timedelta(days=law.days),
                moved_at=asked_at,
            )
            for row in batch
        )
        db.session.flush()
        for row in batch:
            db.session.execute(sa.delete(one.table).where(*(key == row[key.name] for key in keys)))
        yield len(batch)


def _second_person(one: DeclaredTable, path: tuple[str, ...], subject_id: int) -> int:
    """Treat the rows of others that speak of the person, as the column by which they do declares."""
    said = one.said.columns[path[0]]
    if not isinstance(said, Personal) or said.erasure == "keep":
        return 0
    mine = belongs_to(one, subject_id, path)
    if said.erasure == "delete-row":
        return _run(sa.delete(one.table).where(mine))
    return _run(sa.update(one.table).where(mine).values({path[0]: _emptied(one.table.c[path[0]], said)}))


def _first_person(one: DeclaredTable, subject_id: int) -> int:
    """Treat the person's own rows: gone, unless the room declares what of them stays."""
    mine = belongs_to(one, subject_id)
    if _goes_whole(one):
        return _run(sa.delete(one.table).where(mine))
    emptied = {
        name: _emptied(one.table.c[name], said)
        for name, said in _personal(one).items()
        if said.erasure in ("clear", "pseudonymise")
    }
    return _run(sa.update(one.table).where(mine).values(emptied)) if emptied else 0


def _goes_whole(one: DeclaredTable) -> bool:
    """Whether a person's own row is deleted: some column says so, other than those that lead to a second person."""
    others = {path[0] for path in one.said.also}
    own = {name: said for name, said in _personal(one).items() if name not in others}
    return any(said.erasure == "delete-row" for said in own.values()) or not own


def _emptied(column: sa.Column[Any], said: Personal) -> Any:
    if said.erasure == "pseudonymise":
        return PSEUDONYM
    if column.nullable:
        return None
    return "" if isinstance(column.type, sa.String) else []


def _count(one: DeclaredTable, erasure: Erasure, now: datetime) -> int:
    """Count the rows that stay; of those that no longer lead to the person, how many were emptied."""
    if one.name in erasure.counts and not _goes_whole(one):
        return int(erasure.counts[one.name])
    mine = sa.select(sa.func.count()).select_from(one.table)
    mine = mine.where(belongs_to(one, erasure.subject_id), _may_be_told(one, now))
    return db.session.scalar(mine) or 0


def _may_be_told(one: DeclaredTable, now: datetime) -> sa.ColumnElement[bool]:
    # A telling counts with its recipient, as the person's own page shows it: two counts that differ would say something.
    return queries.may_know_of_telling(now) if one.name == Telling.__tablename__ else contents.may_be_told(one.name)


def _personal(one: DeclaredTable) -> dict[str, Personal]:
    return {name: said for name, said in one.said.columns.items() if isinstance(said, Personal)}


def _run(statement: sa.Delete | sa.Update) -> int:
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
