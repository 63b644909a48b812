"""Answers of the Do Not Call register, kept as evidence: the check's name, the file's digest, and when the answer came.

A number stands in it by its keyed digest alone. The answer counts for 21 days, asked when a text goes out (requirement 67).
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters.texts import regions, services
from clozette.newsletters.texts.models import RegisterCheck, RegisterResult

MOST_ROWS = 100_000
_AT_ONCE = 1000
_MAY = {"N": True, "NO": True, "0": True, "Y": False, "YES": False, "1": False}
"""What a file says of "is it registered against texts?", and whether it may be texted then."""


def read(content: bytes) -> list[tuple[str, bool]]:
    """Read a file of ``number,registered`` lines, the second ``Y`` where the register says no to texts.

    :raises Refused: naming the first line that is none; then nothing of the file counts.
    """
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise Refused(Refusal("file", _("This is no CSV file."), "file")) from None
    found = {}
    for place, line in enumerate(lines[: MOST_ROWS + 2], start=1):
        row = _row(line)
        if row is not None:
            found[row[0]] = row[1]
        elif line and place > 1:  # the first may be a heading
            raise Refused(Refusal("file", _("Line %(line)s is not understood.", line=place), "file"))
    if not found or len(found) > MOST_ROWS:
        message = _("There must be between 1 and %(most)s numbers in the file.", most=MOST_ROWS)
        raise Refused(Refusal("file", message, "file"))
    return list(found.items())


def keep(
    reference: str,
    rows: Iterable[tuple[str, bool]],
    content: bytes,
    *,
    result_at: datetime,
    by_id: int | None,
    now: datetime,
) -> RegisterCheck:
    """Keep an answer, once: the same file under the same name again changes nothing.

    :raises Refused: if it is said to come from the future.
    """
    if result_at > now:
        raise Refused(Refusal("future", _("This is in the future."), "result_at"))
    sha256 = hashlib.sha256(content).hexdigest()
    named = {"reference": reference, "file_sha256": sha256}
    results = [{"number_key": services.key_of(number), "may_text": may} for number, may in rows]
    facts = {"result_at": result_at, "kept_at": now, "by_id": by_id, "numbers": len(results)}
    added = insert_once(RegisterCheck, id=new_id(), **named, **facts)
    check = db.session.scalars(sa.select(RegisterCheck).filter_by(**named)).one()
    if added:
        for start in range(0, len(results), _AT_ONCE):
            some = [{"check_id": check.id, **one} for one in results[start : start + _AT_ONCE]]
            db.session.execute(sa.insert(RegisterResult), some)
    return check


def latest() -> list[RegisterCheck]:
    """Return the checks, newest first."""
    return list(db.session.scalars(sa.select(RegisterCheck).order_by(RegisterCheck.result_at.desc()).limit(50)))


def _row(line: list[str]) -> tuple[str, bool] | None:
    if len(line) < 2:
        return None
    number, may = regions.canonical(line[0].lstrip("'")), _MAY.get(line[1].strip().upper())
    if number is None and line[0].strip().isdigit() and len(line[0].strip()) == 8:
        number = f"+65{line[0].strip()}"  # the register knows Singapore's numbers alone
    return None if number is None or may is None else (number, may)
