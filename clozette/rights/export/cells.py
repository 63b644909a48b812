"""How values are written: in JSON exactly, in CSV so that no spreadsheet takes them for a formula."""

import base64
import json
import math
import re
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import formulas, ids

SAFE_INTEGER = 2**53 - 1
"""What every reader of JSON takes without rounding (RFC 7493); larger numbers are written as strings of digits."""
_DIGITS = re.compile(r"-?[0-9]{1,19}")


def is_id(column: sa.Column[Any]) -> bool:
    """Whether a column holds row ids, which are written as addresses write them."""
    return isinstance(column.type, sa.Integer) and bool(column.primary_key or column.foreign_keys)


def to_json(column: sa.Column[Any], value: Any) -> Any:
    """Return a value as JSON has it: ISO 8601 in UTC, base 32 for ids, base 64 for bytes."""
    if value is None:
        return None
    if is_id(column):
        return ids.encode(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE_INTEGER:
        return str(value)
    return value


def from_json(column: sa.Column[Any], value: Any) -> Any:
    """Return what ``to_json`` was given.

    :raises ValueError: if it is nothing that belongs into the column.
    """
    try:
        _refuse_unkept(value)
        return value if value is None or isinstance(column.type, sa.JSON) else _from_json(column, value)
    except (TypeError, AttributeError, OverflowError, ValueError) as error:
        raise ValueError(f"{column.name}: not a value of this column") from error


def to_csv(value: Any) -> str:
    """Return one cell of what ``to_json`` made; text that a spreadsheet would take for a formula gets a quote before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return formulas.neutral(value) if isinstance(value, str) else str(value)


def line(row: dict[str, Any]) -> bytes:
    """Return one row of JSON on one line."""
    return json.dumps(row, ensure_ascii=False, separators=(", ", ": ")).encode()


def _from_json(column: sa.Column[Any], value: Any) -> Any:
    kind = column.type
    if is_id(column):
        return ids.decode(value)
    if isinstance(kind, sa.Boolean):
        return _of_type(bool, value)
    if isinstance(kind, sa.Integer):
        return _number(kind, value)
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, sa.String):
        return _of_type(str, value)
    return _moment(value)


def _refuse_unkept(value: Any) -> None:
    """Refuse what no database keeps in a text or in JSON: the character 0, halves of characters, numbers without an end."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and ("\0" in one or one.encode() is None):  # encoding half a character raises
            raise ValueError("the character 0")
        elif isinstance(one, float) and not math.isfinite(one):
            raise ValueError("no number")


def _number(kind: sa.Integer, value: Any) -> int:
    """Read a number that fits into its column."""
    if isinstance(value, str):
        if not _DIGITS.fullmatch(value):
            raise ValueError("no number")
        value = int(value)
    number: int = _of_type(int, value)
    bits = 63 if isinstance(kind, sa.BigInteger) else 15 if isinstance(kind, sa.SmallInteger) else 31
    if not -(2**bits) <= number < 2**bits:
        raise ValueError("a number out of range")
    return number


def _moment(value: Any) -> datetime:
    """Read a moment with its zone; one that has none would be another one elsewhere."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(UTC)


def _of_type(wanted: type, value: Any) -> Any:
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise TypeError
    return value
