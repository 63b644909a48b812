"""What of every table belongs into a person's archive, read from the declarations alone (requirement 80).

Rows that are the person's own come whole, but for the columns that the room keeps back with a reason. Rows of others that
are about the person too (who loves their look) come with the columns that the room gives to this second person (84).
Nothing is left out because it was deleted: what is still kept is in the archive (81).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.personal import Personal
from clozette.privacy.disclosures import silences
from clozette.privacy.disclosures.models import Case, Disclosure, Handover, Silence, Telling
from clozette.privacy.models import StaffRead
from clozette.rights import declared
from clozette.rights.declared import DeclaredTable

OTHERS = "others"


@dataclass(frozen=True)
class Section:
    """Rows of one table that go into one archive, as ``data/<name>.json`` and the like."""

    one: DeclaredTable
    name: str
    columns: tuple[sa.Column[Any], ...]
    condition: sa.ColumnElement[bool]

    @property
    def is_own(self) -> bool:
        """Whether the rows are the person's own."""
        return self.name == self.one.name

    @cached_property
    def select(self) -> sa.Select[*tuple[Any, ...]]:
        """The rows, in the order of their keys."""
        keys = self.one.table.primary_key.columns
        return sa.select(*self.columns).where(self.condition).order_by(*keys)

    @property
    def count(self) -> sa.Select[int]:
        """How many there are."""
        return sa.select(sa.func.count()).select_from(self.one.table).where(self.condition)


def sections(subject_id: int) -> list[Section]:
    """Return what belongs into the archive of a person."""
    return [section for one in declared.personal_tables() for section in of_table(one, subject_id)]


def kept_back(one: DeclaredTable) -> dict[str, str]:
    """Return the columns of a table that are not given out, with the reasons."""
    said = one.said.columns
    return {name: what.hidden_because for name, what in said.items() if isinstance(what, Personal) and not what.export}


def of_table(one: DeclaredTable, subject_id: int) -> Iterator[Section]:
    """Yield the sections of one table: the person's own rows, and others' that are about them."""
    own = declared.belongs_to(one, subject_id) & may_be_told(one.name)
    hidden = kept_back(one)
    yield Section(one, one.name, tuple(column for column in one.table.columns if column.name not in hidden), own)
    given: dict[tuple[str, ...], sa.ColumnElement[bool]] = {}
    for path in one.said.also:
        names = one.said.second.get(path, "")
        if isinstance(names, str):
            continue
        about = declared.belongs_to(one, subject_id, path) & may_be_told(one.name)
        others = sa.and_(about, own.is_not(sa.true()), *(seen.is_not(sa.true()) for seen in given.values()))
        given[path] = about
        columns = tuple(one.table.c[name] for name in names)
        yield Section(one, f"{one.name}.{OTHERS}{'' if len(given) == 1 else len(given)}", columns, others)


def may_be_told(table: str) -> sa.ColumnElement[bool]:
    """Return the condition that no law forbids to tell the person of a row (77); it is for the tables of ``privacy``."""
    now = clock.now()
    if table == Handover.__tablename__:
        return silences.may_tell_handover(Handover.id, now)
    if table == Disclosure.__tablename__:
        return silences.may_tell_handover(Disclosure.handover_id, now)
    if table == Case.__tablename__:
        return silences.may_tell_case(Case.id, now)
    if table == StaffRead.__tablename__:
        return silences.may_tell_case(StaffRead.case_id, now)
    if table == Silence.__tablename__:
        return Silence.until <= now
    if table == Telling.__tablename__:
        return ~_got_it_in_silence(now)
    return sa.true()


def _got_it_in_silence(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a recipient who is to be told got the person's data by an order that is to stay secret."""
    silent = (
        sa.select(Disclosure.id)
        .join(Handover, Handover.id == Disclosure.handover_id)
        .where(
            Disclosure.subject_id == Telling.subject_id,
            Handover.recipient_id == Telling.recipient_id,
            ~silences.may_tell_handover(Handover.id, now),
        )
    )
    return silent.exists()
