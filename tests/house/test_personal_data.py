"""Nothing is kept about people that no declaration speaks of: every table, every column, and the way to its subject."""

import importlib

import pytest
import sqlalchemy as sa

from clozette import wiring
from clozette.kernel.database import Model
from clozette.kernel.personal import Personal, Purpose
from clozette.settings import ROOT

# A room that wiring forgot would bring no tables; its file is found all the same.
for _path in sorted((ROOT / "clozette").rglob("models.py")):
    importlib.import_module(".".join(_path.relative_to(ROOT).with_suffix("").parts))

SUBJECTS = "privacy_subjects"
DECLARED = {name: table for tables in wiring.PERSONAL_DATA.values() for name, table in tables.items()}
TABLES = sorted(Model.metadata.tables)


def faults_of(table: sa.Table, declared) -> list[str]:
    """Return what a table's declaration leaves out or gets wrong."""
    if declared is None:
        return ["no declaration in personal_data.py"]
    columns, said = {column.name for column in table.columns}, set(declared.columns)
    faults = [f"column {name} says nothing" for name in sorted(columns - said)]
    faults += [f"declares {name}, which is no column" for name in sorted(said - columns)]
    for path in (declared.subject, *declared.also):
        faults += path_faults(table, path) if path else []
    personal = {name: entry for name, entry in declared.columns.items() if isinstance(entry, Personal)}
    if personal and not declared.subject:
        faults.append(f"personal columns ({', '.join(sorted(personal))}) but no way to their subject")
    for name, entry in personal.items():
        faults += column_faults(table, name, entry)
    return faults


def path_faults(table: sa.Table, path: tuple[str, ...]) -> list[str]:
    """Return why a path of foreign-key columns does not end at the subjects."""
    if table.name == SUBJECTS:
        return [] if path == ("id",) else ["the subject is the row itself: path ('id',)"]
    here = table
    for step in path:
        column = here.columns.get(step)
        if column is None:
            return [f"path {path}: {here.name} has no column {step}"]
        keys = list(column.foreign_keys)
        if not keys:
            return [f"path {path}: {here.name}.{step} is no foreign key"]
        here = keys[0].column.table
    return [] if here.name == SUBJECTS else [f"path {path} ends at {here.name}"]


def column_faults(table: sa.Table, name: str, entry: Personal) -> list[str]:
    """Return what is missing in a personal column's declaration."""
    faults = []
    if not all(isinstance(purpose, Purpose) for purpose in entry.purposes):
        faults.append(f"{name}: purposes are the nine of the policy")
    if not entry.retention.strip():
        faults.append(f"{name}: no retention")
    column = table.columns.get(name)
    if (
        entry.erasure == "clear"
        and column is not None
        and not column.nullable
        and not isinstance(column.type, sa.String | sa.JSON)
    ):
        faults.append(f"{name}: erasure can't clear a column that must have a value")
    return faults


@pytest.mark.parametrize("name", TABLES)
def test_table_is_declared(name):
    assert not faults_of(Model.metadata.tables[name], DECLARED.get(name))


def test_no_declaration_without_a_table():
    assert not set(DECLARED) - set(TABLES)


def test_each_room_declares_its_own_tables():
    wrong = [
        f"{room} declares {name}"
        for room, tables in wiring.PERSONAL_DATA.items()
        for name in tables
        if not name.startswith(f"{room}_")
    ]
    assert not wrong


def test_there_are_tables():
    """A run that found no tables would prove nothing."""
    assert SUBJECTS in TABLES
    assert len(TABLES) > 10


def test_every_text_column_has_a_limit():
    """CVE-2026-23963: a name without a maximum length."""
    ours = {
        "contests_rules.text": "made of fields that have one",
        "privacy_wordings.text": "our own notices",
        "closets_items.search_text": "put together from columns that have one",
        "shop_listings.search_text": "put together from columns that have one",
        "newsletters_compiled.template": "a mail of ours, made of blocks that have one",
        "newsletters_signups.stamped": "what our own form showed, signed by us",
    }
    found = [
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.String) and column.type.length is None
    ]
    assert not set(found) - set(ours)


class TestPlantedFaults:
    """The check sees what it should see."""

    @pytest.fixture
    def table(self):
        metadata = sa.MetaData()
        sa.Table(SUBJECTS, metadata, sa.Column("id", sa.Integer, primary_key=True))
        return sa.Table(
            "rooms_things",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("subject_id", sa.ForeignKey(f"{SUBJECTS}.id")),
            sa.Column("name", sa.String(10)),
        )

    def test_missing_parts(self, table):
        whole = DECLARED["privacy_ledger"] if "privacy_ledger" in DECLARED else next(iter(DECLARED.values()))
        assert faults_of(table, None)
        assert any("says nothing" in fault for fault in faults_of(table, whole))
        assert any("is no column" in fault for fault in faults_of(table, whole))

    def test_paths(self, table):
        assert not path_faults(table, ("subject_id",))
        assert path_faults(table, ("name",))
        assert path_faults(table, ("nothing",))
        assert path_faults(table, ("subject_id", "id"))
