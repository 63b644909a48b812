"""The append-only tables refuse change in the database itself, whoever asks."""

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.privacy import disclosures, ledger, models, staff_reads, subjects
from clozette.privacy.disclosures import models as door

TABLES = (*models.APPEND_ONLY, *door.APPEND_ONLY)


@pytest.fixture
def written(db_session: orm.Session) -> orm.Session:
    """Give a session with a row in every append-only table."""
    now = clock.now()
    subject, reader = subjects.create(now), subjects.create(now)
    ledger.record(
        subject_id=subject.id, point="CP1", action="given", purpose="promote", wording="Yes?", method="form:t", now=now
    )
    staff_reads.note(subject_id=subject.id, reader_id=reader.id, what="record", reason="asked", now=now)
    sponsor = disclosures.recipient(
        legal_name="Sponsor Ltd", address="1 High Street", country="GB", contact="data@sponsor.test", now=now
    )
    agreement = disclosures.Agreement(purpose="promote", trigger="test")
    release = disclosures.disclose(
        recipient=sponsor, agreement=agreement, people={subject.id: {}}, fields=["accounts_members.email"], now=now
    )
    disclosures.silence(handover_id=release.handover_id, until=now, because="an order", now=now)
    db_session.add(door.Departure(at=now, port="test", sha256="0" * 64, bytes=1))
    db_session.flush()
    return db_session


@pytest.mark.requirement(14)
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {t} SET {k} = {k}", "DELETE FROM {t}"])
def test_a_written_row_can_not_be_changed(written: orm.Session, table: str, statement: str) -> None:
    key = "digest" if table == "privacy_wordings" else "id"
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), written.begin_nested():
        written.execute(sa.text(statement.format(t=table, k=key)))


@pytest.mark.requirement(14)
@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("table", TABLES)
def test_truncate_is_refused(written: orm.Session, table: str) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), written.begin_nested():
        written.execute(sa.text(f"TRUNCATE {table} CASCADE"))


@pytest.mark.requirement(14)
@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("table", TABLES)
def test_insert_or_replace_is_refused(written: orm.Session, table: str) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), written.begin_nested():
        written.execute(sa.text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"))
