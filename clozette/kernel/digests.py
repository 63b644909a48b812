"""Keyed digests that the database computes itself, so that rows are found by a digest that no column of theirs keeps."""

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

NAME = "keyed_digest"
_BLOCK = 64
_INNER, _OUTER = bytes(byte ^ 0x36 for byte in range(256)), bytes(byte ^ 0x5C for byte in range(256))


class _KeyedDigest(FunctionElement[str]):
    name = NAME
    type = sa.Text()
    inherit_cache = True


@compiles(_KeyedDigest, "sqlite")
def _by_sqlite(element: _KeyedDigest, compiler: Any, **how: Any) -> str:
    return f"{NAME}{compiler.process(element.clause_expr, **how)}"


@compiles(_KeyedDigest, "postgresql")
def _by_postgresql(element: _KeyedDigest, compiler: Any, **how: Any) -> str:
    inner, outer, text = (compiler.process(part, **how) for part in element.clauses)
    return f"encode(sha256({outer} || sha256({inner} || convert_to({text}, 'UTF8'))), 'hex')"


def hmac_of(key: bytes, text: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return the HMAC-SHA256 of a text, in hexadecimal, as an expression.

    :param key: of at most 64 bytes.
    """
    padded = key.ljust(_BLOCK, b"\0")
    inner, outer = (sa.literal(padded.translate(table), sa.LargeBinary) for table in (_INNER, _OUTER))
    return _KeyedDigest(inner, outer, text)


def teach_sqlite(connection: Any) -> None:
    """Let a new connection to SQLite know the function."""
    connection.create_function(NAME, 3, _of, deterministic=True)


def _of(inner: bytes, outer: bytes, text: str | None) -> str | None:
    if text is None:
        return None
    return hashlib.sha256(outer + hashlib.sha256(inner + text.encode()).digest()).hexdigest()
