"""What is kept about one person and why, in plain words, counted from what the rooms declare (requirement 2, issue 4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from clozette.kernel.database import db
from clozette.kernel.personal import Personal
from clozette.privacy.points import PURPOSE_NAMES
from clozette.rights import declared
from clozette.rights.declared import DeclaredTable
from clozette.rights.desk import words
from clozette.rights.export import contents

CATEGORY_NAMES = {
    "identity": _l("Who you are"),
    "contact": _l("How to reach you"),
    "profile": _l("Your profile"),
    "content": _l("What you made"),
    "activity": _l("What you did"),
    "relations": _l("You and others"),
    "credentials": _l("How you sign in"),
    "technical": _l("Devices and networks"),
    "consent": _l("What you were shown and agreed to"),
    "preferences": _l("How you like things"),
}
ERASURE_NAMES = {
    "delete-row": _l("deleted"),
    "clear": _l("emptied"),
    "pseudonymise": _l("replaced by a made-up name"),
    "keep": _l("stays"),
}


@dataclass(frozen=True)
class Facts:
    """What a table keeps of one category about the person: how many rows, which details, and what is said of them."""

    name: str
    rows: int
    details: tuple[str, ...]
    hidden: tuple[str, ...]
    purposes: tuple[str, ...]
    retention: tuple[str, ...]
    erasure: tuple[str, ...]


@dataclass
class Category:
    """One category of data, with every table that keeps some of it about the person."""

    id: str
    title: str
    tables: list[Facts] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Return how many entries there are."""
        return sum(one.rows for one in self.tables)

    @property
    def purposes(self) -> list[str]:
        """Return what they are for, each purpose once."""
        return _each_once(purpose for one in self.tables for purpose in one.purposes)


def about(subject_id: int) -> list[Category]:
    """Return what is kept about a person, category by category; a category with nothing is left out."""
    found = {name: Category(name, str(title)) for name, title in CATEGORY_NAMES.items()}
    for one in declared.personal_tables():
        rows = _count(one, subject_id)
        for category, columns in _by_category(one).items() if rows else ():
            found[category].tables.append(_facts(one, rows, columns))
    return [category for category in found.values() if category.tables]


def anything_but(subject_id: int, tables: frozenset[str]) -> bool:
    """Whether any table but these keeps something about a person."""
    return any(_count(one, subject_id) for one in declared.personal_tables() if one.name not in tables)


def plain_name(one: DeclaredTable) -> str:
    """Return what a table is called in plain words."""
    return str(one.said.title) or one.name.replace("_", " ").capitalize()


def _count(one: DeclaredTable, subject_id: int) -> int:
    """Count the rows that are the person's, and those of others that their room gives to them too (requirement 84).

    What the law forbids to tell is not counted: a number would tell it.
    """
    paths = [one.said.subject, *(path for path, given in one.said.second.items() if not isinstance(given, str))]
    theirs = sa.or_(*(declared.belongs_to(one, subject_id, path) for path in paths))
    counted = sa.select(sa.func.count()).select_from(one.table).where(theirs, contents.may_be_told(one.name))
    return db.session.scalar(counted) or 0


def _personal(one: DeclaredTable) -> dict[str, Personal]:
    return {name: said for name, said in one.said.columns.items() if isinstance(said, Personal)}


def _by_category(one: DeclaredTable) -> dict[str, dict[str, Personal]]:
    parts: dict[str, dict[str, Personal]] = {}
    for name, said in _personal(one).items():
        parts.setdefault(said.category, {})[name] = said
    return parts


def _facts(one: DeclaredTable, rows: int, columns: dict[str, Personal]) -> Facts:
    said = list(columns.values())
    return Facts(
        name=plain_name(one),
        rows=rows,
        details=tuple(words.detail(name) for name, entry in columns.items() if entry.export),
        hidden=tuple(_each_once(gettext(entry.hidden_because) for entry in said if not entry.export)),
        purposes=tuple(_each_once(str(PURPOSE_NAMES[purpose]) for entry in said for purpose in entry.purposes)),
        retention=tuple(_each_once(gettext(entry.retention) for entry in said)),
        erasure=tuple(_each_once(_erasure(entry) for entry in said)),
    )


def _erasure(entry: Personal) -> str:
    what = str(ERASURE_NAMES[entry.erasure])
    return f"{what}: {gettext(entry.kept_because)}" if entry.kept_because else what


def _each_once(texts: Any) -> list[str]:
    found: Iterator[str] = iter(texts)
    return list(dict.fromkeys(found))
