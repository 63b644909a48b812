"""The append-only tables refuse change in the database itself, whoever asks."""

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.privacy import ledger, models, staff_reads, subjects


@pytest.fixture
def written(db_session: orm.Session) -> orm.Session:
    """Give a session with a row in every append-only table."""
    now = clock.now()
    subject, reader = subjects.create(now), subjects.create(now)
    entry = ledger.record(
        subject_id=subject.id, point="CP1", action="given", purpose="promote", wording="Yes?", method="form:t", now=now
    )
    staff_reads.note(subject_id=subject.id, reader_id=reader.id, what="record", reason="asked", now=now)
    db_session.add(
        models.Disclosure(
            subject_id=subject.id,
            at=now,
            recipient="Sponsor Ltd",
            purpose="promote",
            fields=["email"],
            consent_id=entry.id,
            payload_sha256="0" * 64,
        )
    )
    db_session.flush()
    return db_session


@pytest.mark.requirement(14)
@pytest.mark.parametrize("table", models.APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {t} SET {k} = {k}", "DELETE FROM {t}"])
def test_a_written_row_can_not_be_changed(written: orm.Session, table: str, statement: str) -> None:
    key = "digest" if table == "privacy_wordings" else "id"
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), written.begin_nested():
        written.execute(sa.text(statement.format(t=table, k=key)))


@pytest.mark.requirement(14)
@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("table", models.APPEND_ONLY)
def test_truncate_is_refused(written: orm.Session, table: str) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), written.begin_nested():
        written.execute(sa.text(f"TRUNCATE {table} CASCADE"))


@pytest.mark.requirement(14)
@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("table", models.APPEND_ONLY)
def test_insert_or_replace_is_refused(written: orm.Session, table: str) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), written.begin_nested():
        written.execute(sa.text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"))
