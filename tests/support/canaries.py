"""A word of its own in every personal column of every declared table, to look for in whatever leaves.

Rows are made from what the tables say of themselves, so that a new table is in it without anybody's doing; only what a
constraint wants to be some special word stands in ``WANTED``.
"""

import base64
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.personal import Personal
from clozette.rights import declared
from clozette.rights.declared import SUBJECTS, DeclaredTable

LENGTH = 9
_ALLOWED = re.compile(r"^\s*(\w+) IN \(([^()]*)\)", re.IGNORECASE)
_BETWEEN = re.compile(r"^\s*(\w+) BETWEEN (\d+) AND \d+\s*$", re.IGNORECASE)


@dataclass
class Planted:
    """Which word stands in which column."""

    words: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def word(self, column: str) -> str:
        """Return the word of a column."""
        if column not in self.words:
            self.words[column] = f"cnry{next(self._numbers):05d}"
        return self.words[column]

    def found_in(self, output: bytes) -> set[str]:
        """Return the columns whose words stand in some bytes, in clear, as hexadecimal digits or in base 64."""
        text = output.decode("utf-8", "replace").casefold()
        return {column for column, word in self.words.items() if any(form in text for form in _forms(word))}


def plant(person: Member, other: Member, rows: Mapping[str, Any]) -> Planted:
    """Add a row about a person to every table that leads to one, each with words of its own.

    :param other: who stands at the other end where a row is about two people.
    :param rows: keys of rows that are there already, by table.
    """
    planted = Planted(
        rows={SUBJECTS: person.subject_id, "accounts_members": person.id, **rows},
        others={SUBJECTS: other.subject_id, "accounts_members": other.id},
    )
    for name in ("handle", "display_name", "bio"):
        setattr(person, name, planted.word(f"accounts_members.{name}"))
    person.email = person.email_canonical = f"{planted.word('accounts_members.email')}@example.test"
    db.session.flush()
    for one in declared.personal_tables():
        _row_of(one.name, planted)
    return planted


def _forms(word: str) -> tuple[str, ...]:
    in_base_64 = (base64.b64encode(b"x" * shift + word.encode() + b"xxx").decode()[4:12] for shift in range(3))
    return (word, word.encode().hex(), *(form.casefold() for form in in_base_64))


def _row_of(name: str, planted: Planted) -> Any:
    """Return the key of the person's row in a table, made if there is none yet."""
    if name not in planted.rows:
        one = next((one for one in declared.tables() if one.name == name), None)
        assert one is not None, f"{name} is not declared"
        planted.rows[name] = None  # a table that leads to itself has no row before
        planted.rows[name] = _insert(one, planted)
    return planted.rows[name]


def _insert(one: DeclaredTable, planted: Planted) -> Any:
    values = {column.name: _value(one, column, planted) for column in one.table.columns if not _is_left_out(column)}
    db.session.execute(sa.insert(one.table).values(values))
    key = list(one.table.primary_key.columns)
    return values[key[0].name] if len(key) == 1 else None


def _is_left_out(column: sa.Column[Any]) -> bool:
    return column.computed is not None or column.identity is not None


def _value(one: DeclaredTable, column: sa.Column[Any], planted: Planted) -> Any:
    name = f"{one.name}.{column.name}"
    if name in WANTED:
        wanted = WANTED[name]
        return wanted(planted) if callable(wanted) else wanted
    if column.foreign_keys:
        return _linked(one, column, planted)
    if column.primary_key and isinstance(column.type, sa.Integer):
        return _least(one.table, column.name) or new_id()
    allowed = _allowed(one.table, column.name)
    if allowed:
        return allowed[0]
    word = (
        planted.word(name) if isinstance(one.said.columns[column.name], Personal) else f"other{next(planted._numbers)}"
    )
    least = _least(one.table, column.name)
    made = _of_type(column, word) if least is None else least
    holds_it = isinstance(made, bytes | list) or (isinstance(made, str) and len(made) >= LENGTH)
    return made if holds_it or not column.nullable else None


def _linked(one: DeclaredTable, column: sa.Column[Any], planted: Planted) -> Any:
    """Lead along the path to the person, and by other paths to the other; leave out every link that may be."""
    (key,) = column.foreign_keys
    target = key.column.table.name
    if column.name in one.said.subject[:1]:
        return _row_of(target, planted)
    if column.nullable:
        return None
    return planted.others.get(target) or _row_of(target, planted)


def _allowed(table: sa.Table, column: str) -> list[str]:
    """Return the words that a constraint allows in a column."""
    for check in table.constraints:
        if isinstance(check, sa.CheckConstraint) and (met := _ALLOWED.match(str(check.sqltext))) and met[1] == column:
            return [word.strip().strip("'") for word in met[2].split(",")]
    return []


def _least(table: sa.Table, column: str) -> int | None:
    """Return the least number that a constraint allows in a column."""
    for check in table.constraints:
        if isinstance(check, sa.CheckConstraint) and (met := _BETWEEN.match(str(check.sqltext))) and met[1] == column:
            return int(met[2])
    return None


def _of_type(column: sa.Column[Any], word: str) -> Any:
    """Return a value of a column's type, the word itself where it fits."""
    kind = column.type
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, sa.String):
        return word if kind.length is None or kind.length >= LENGTH else word[-kind.length :]
    if isinstance(kind, sa.LargeBinary):
        return word.encode()[: kind.length or None].ljust(kind.length or LENGTH, b"-")
    if isinstance(kind, sa.JSON):
        return [word]
    if isinstance(kind, sa.DateTime):
        return clock.now()
    if isinstance(kind, sa.Date):
        return clock.today()
    if isinstance(kind, sa.Boolean):
        return False
    return 1


WANTED: dict[str, Any] = {
    "closets_items.archived_reason": None,
    "community_badges.revoked_because": None,
    "community_point_lines.from_account": "house",
    "community_point_lines.to_account": "member",
    "contests_promotions.kind": "code",
    "contests_promotions.cost_points": 0,
    "contests_questions.show_if": None,
    "contests_surveys.min_group": 10,
    "rights_erasures.undone_at": lambda planted: clock.now(),
    "contests_winners.unit": None,
    "shop_listings.variant": 0,
    "shop_moves.from_account": "held",
    "shop_moves.to_account": "available",
    "shop_sellers.tax_bp": 0,
    "shop_swap_legs.topup_minor": 0,
    "privacy_silences.case_id": lambda planted: _row_of("privacy_cases", planted),
}
"""What a constraint wants in a column, by ``table.column``, where it can't be read out of the table."""
