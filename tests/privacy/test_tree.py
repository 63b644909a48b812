"""The tree in the database: sequenced, proved, and every way to tamper with it found."""

import pytest
import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import ledger, models, subjects
from clozette.privacy.ledger import adopt, audit
from clozette.privacy.tree import heads, merkle, nodes, sequencer, verify
from clozette.privacy.tree.models import Leaf, Waiting
from tests.privacy.conftest import tamper


def found() -> set[str]:
    return {fault.what for fault in audit.verify_all().faults}


@pytest.mark.requirement(17)
def test_what_was_committed_gets_its_place_and_the_tree_is_whole(tree, db_session):
    entries = tree(7)
    report = audit.verify_all()
    assert (report.size, report.waiting, report.heads, report.faults) == (7, 0, 1, [])
    rows = db_session.execute(sa.select(Leaf.position, Leaf.row_id).order_by(Leaf.position)).all()
    assert [tuple(row) for row in rows] == [(number, entry.id) for number, entry in enumerate(entries)]


def test_a_rollback_leaves_nothing_to_sequence(answers, db_session):
    subject = subjects.create(clock.now())
    ledger.record(subject_id=subject.id, point="CP1", action="acknowledged", wording="", method="x", now=clock.now())
    db_session.rollback()
    assert sequencer.sequence(clock.now()) == 0


def test_the_tree_is_whole_while_entries_wait(tree, answers):
    tree(3)
    answers(2)
    report = audit.verify_all()
    assert (report.size, report.waiting, report.faults) == (3, 2, [])


def test_a_larger_tree_keeps_inner_nodes_and_proves_by_them(tree, monkeypatch):
    monkeypatch.setattr(nodes, "WIDTH", 2)
    monkeypatch.setattr(verify, "_MASK", 3)
    entries = tree(90)
    with db.get_engine("default").connect() as connection:
        stored = nodes.Stored(connection)
        hashes = list(connection.scalars(sa.select(Leaf.hash).order_by(Leaf.position)))
        assert stored.root() == merkle.root_of(hashes)
        for size in (1, 3, 4, 5, 16, 17, 63, 64, 65, 90):
            assert stored.root(size) == merkle.root_of(hashes[:size])
            assert merkle.is_included(hashes[size - 1], size - 1, 90, stored.inclusion(size - 1, 90), stored.root())
            proof = stored.consistency(size, 90)
            assert merkle.is_consistent(size, stored.root(size), 90, stored.root(), proof)
    assert audit.prove("consent", entries[40].id)
    assert not found()
    tamper("UPDATE privacy_nodes SET hash = :hash WHERE id = (SELECT min(id) FROM privacy_nodes)", hash=bytes(32))
    assert "inner node edited" in found()


TAMPERINGS = {
    "an entry's action": (["UPDATE privacy_ledger SET action = 'given' WHERE id = :third"], "row edited"),
    "an entry's person": (["UPDATE privacy_ledger SET subject_id = :other WHERE id = :third"], "row edited"),
    "an entry's time": (
        ["UPDATE privacy_ledger SET at = (SELECT at FROM privacy_ledger WHERE id = :first) WHERE id = :third"],
        "row edited",
    ),
    "what is sealed": (["UPDATE privacy_ledger SET sealed = :bytes WHERE id = :third"], "row edited"),
    "an entry deleted": (
        ["DELETE FROM privacy_consents", "DELETE FROM privacy_ledger WHERE id = :third"],
        "row deleted",
    ),
    "an entry deleted, its leaf filed under an unknown kind": (
        [
            "DELETE FROM privacy_consents",
            "DELETE FROM privacy_ledger WHERE id = :third",
            "UPDATE privacy_leaves SET kind = 'gone' WHERE row_id = :third",
        ],
        "leaf of an unknown kind",
    ),
    "a leaf filed under another row": (
        ["UPDATE privacy_leaves SET row_id = row_id + 1 WHERE row_id = :third"],
        "leaf filed under another row",
    ),
    "a leaf filed under another kind": (
        ["UPDATE privacy_leaves SET kind = 'silence' WHERE row_id = :third"],
        "leaf filed under another row",
    ),
    "a leaf edited": (["UPDATE privacy_leaves SET data = :bytes WHERE position = 2"], "leaf edited"),
    "a leaf deleted": (["DELETE FROM privacy_leaves WHERE position = 2"], "leaf missing"),
    "an entry inserted": (
        [
            "INSERT INTO privacy_ledger (id, subject_id, at, point, action, wording, policy_version, method, actor, sealed)"
            " SELECT id + 1, subject_id, at, point, action, wording, policy_version, method, actor, sealed"
            " FROM privacy_ledger WHERE id = :third"
        ],
        "row inserted past the ledger",
    ),
    "the words that were shown": (["UPDATE privacy_wordings SET text = text || '!'"], "words edited"),
    "a state's action": (
        ["UPDATE privacy_consents SET action = 'given' WHERE entry_id = :sixth"],
        "state edited",
    ),
    "a state put back to an older answer": (
        [
            "UPDATE privacy_consents SET entry_id = :first, action = 'given',"
            " at = (SELECT at FROM privacy_ledger WHERE id = :first) WHERE subject_id = :other"
        ],
        "state behind the ledger",
    ),
    "a state given to another purpose": (
        ["UPDATE privacy_consents SET purpose = 'partner_offers' WHERE entry_id = :sixth"],
        "state edited",
    ),
    "a state deleted": (["DELETE FROM privacy_consents WHERE entry_id = :sixth"], "state deleted"),
    "two leaves exchanged": (
        [
            "UPDATE privacy_leaves SET position = 99 WHERE position = 2",
            "UPDATE privacy_leaves SET position = 2 WHERE position = 3",
            "UPDATE privacy_leaves SET position = 3 WHERE position = 99",
        ],
        "chain broken",
    ),
    "the end cut off": (
        [
            "DELETE FROM privacy_leaves WHERE position >= 5",
            "DELETE FROM privacy_consents",
            "DELETE FROM privacy_ledger WHERE id NOT IN (SELECT row_id FROM privacy_leaves)",
        ],
        "end cut off",
    ),
}


@pytest.mark.requirement(17)
@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_is_found(tree, db_session, how):
    entries = tree(7)
    values = {"first": entries[0].id, "third": entries[2].id, "sixth": entries[5].id, "other": entries[0].subject_id}
    db_session.rollback()
    assert not found()
    statements, what = TAMPERINGS[how]
    tamper(*statements, **values, bytes=b"forged")
    assert what in found()


@pytest.mark.requirement(17, 26)
def test_a_policy_of_which_a_letter_was_changed_is_found(tree):
    tree(2)
    tamper("UPDATE privacy_policies SET text = text || '!'")
    told = found()
    tamper("UPDATE privacy_policies SET text = substr(text, 1, length(text) - 1)")  # the policies outlive this test
    assert told == {"policy edited"}
    assert not found()


@pytest.mark.requirement(17)
@pytest.mark.engines("postgresql")  # SQLite's foreign keys can't be lifted within a transaction
def test_words_that_are_gone_are_missed(tree):
    tree(2)
    tamper("DELETE FROM privacy_wordings")
    assert found() == {"words deleted"}


@pytest.mark.requirement(17)
@pytest.mark.parametrize("how", ["inserted", "edited", "reordered", "deleted", "cut"])
def test_a_tree_that_was_made_anew_is_another_than_was_published(tree, db_session, how):
    """Whoever owns the database and knows the code can make all of it fit; the published head does not."""
    tree(7)
    rows = [tuple(row) for row in db_session.execute(sa.select(Leaf.row_id, Leaf.data).order_by(Leaf.position))]
    db_session.rollback()
    if how == "inserted":
        rows.insert(3, (12345, b"a leaf that never was"))
    elif how == "edited":
        rows[3] = (rows[3][0], rows[3][1] + b" ")
    elif how == "reordered":
        rows[3], rows[4] = rows[4], rows[3]
    else:
        del rows[3 if how == "deleted" else 6]
    tamper("DELETE FROM privacy_leaves", "DELETE FROM privacy_heads")
    with db.get_engine("write").begin() as connection:
        sequencer._place(connection, [_Row(number, "consent", *row) for number, row in enumerate(rows)], clock.now())
    told = found()
    assert "leaf edited" not in told and "chain broken" not in told
    assert told & {"another tree than was published", "end cut off"}


class _Row:
    def __init__(self, number, kind, row_id, data):
        self.id, self.kind, self.row_id, self.data = number, kind, row_id, data


@pytest.mark.requirement(18)
def test_erasing_the_key_leaves_the_tree_whole(tree, db_session):
    entries = tree(5)
    subject = db_session.get_one(models.Subject, entries[0].subject_id)
    subject.key = None
    subject.erased_at = clock.now()
    db_session.execute(sa.delete(models.Consent).where(models.Consent.subject_id == subject.id))
    db_session.commit()
    assert not found()
    with pytest.raises(subjects.Erased):
        subjects.unseal(subject, entries[0].sealed)


@pytest.mark.requirement(17)
def test_a_head_is_ours_only_with_our_signature(tree):
    tree(2)
    head = heads.latest()
    assert head.is_signed_by(heads.public_keys())
    for change in ({"size": 3}, {"root": "00" * 32}, {"at": "2020"}, {"chain": "00" * 32}, {"key": "x"}):
        assert not heads.SignedHead(**{**head.__dict__, **change}).is_signed_by(heads.public_keys())
    report = audit.verify_all([heads.SignedHead(**{**head.__dict__, "size": 1})])
    assert {fault.what for fault in report.faults} == {"head not signed by us"}


def test_a_head_comes_out_each_minute_while_the_tree_grows(answers, stopped_clock, app):
    answers(1)
    sequencer.run(clock.now())
    assert heads.latest().size == 1
    answers(1)
    sequencer.run(clock.now())
    assert heads.latest().size == 1
    sequencer.run(stopped_clock.forward(seconds=61))
    assert heads.latest().size == 2
    sequencer.run(stopped_clock.forward(seconds=61))
    assert [head.size for head in heads.published()] == [1, 2]


@pytest.mark.engines("postgresql")
def test_one_sequencer_at_a_time_and_nobody_waits(answers, app):
    answers(3)
    with db.get_engine("write").connect() as other:
        other.execute(sa.select(sa.func.pg_advisory_xact_lock(sequencer._LOCK)))
        assert sequencer.sequence(clock.now()) == 0
        answers(1)  # a deed is not held up
        other.rollback()
    assert sequencer.sequence(clock.now()) == 4


def test_entries_from_before_the_tree_are_adopted(answers, db_session):
    answers(3)
    tamper("DELETE FROM privacy_waiting")
    assert found() == {"row inserted past the ledger"}
    db_session.rollback()
    assert adopt.step(clock.now()) == 3
    db_session.rollback()
    assert not found()
    assert adopt.adopt_older() == 0
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Waiting)) == 0


@pytest.mark.requirement(14)
@pytest.mark.parametrize("table", ["privacy_leaves", "privacy_heads"])
@pytest.mark.parametrize("statement", ["UPDATE {t} SET chain = chain", "DELETE FROM {t}"])
def test_the_tree_itself_is_append_only(tree, table, statement):
    tree(2)
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), db.get_engine("write").begin() as connection:
        connection.exec_driver_sql(statement.format(t=table))


@pytest.mark.requirement(14)
@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("position", [0, 77])
def test_a_leaf_can_not_be_replaced_by_either_of_its_keys(tree, position):
    tree(2)
    replace = (
        f"INSERT OR REPLACE INTO privacy_leaves SELECT {position}, kind, row_id, data, hash, chain, sequenced_at"
        " FROM privacy_leaves WHERE position = 0"
    )
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), db.get_engine("write").begin() as connection:
        connection.exec_driver_sql(replace)
