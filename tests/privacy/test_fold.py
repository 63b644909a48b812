"""What stands is a fold of the ledger and nothing else, and the bytes that are hashed are pinned and say nothing of people."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.privacy import consents, ledger, models, purposes, subjects
from clozette.privacy.ledger import entries, state
from clozette.privacy.tree import canonical, merkle
from clozette.privacy.tree.models import Waiting

PAIRS = [("our_news", "email"), ("our_news", "sms"), ("partner_offers", "email"), ("research", "site")]
ANSWERS = ("given", "refused", "withdrawn", "expired", "superseded", "served", "acknowledged")
STEPS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(PAIRS), st.sampled_from(ANSWERS)), max_size=14)


def plain_fold(told):
    """The last answer per purpose and channel, in the plainest words."""
    last = {}
    for pair, action in told:
        if action not in {"served", "acknowledged"}:
            last[pair] = action
    return last


@pytest.mark.requirement(20)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, lag=st.lists(st.integers(-5, 5), min_size=14, max_size=14))
def test_the_table_is_the_fold_of_the_ledger(db_session, steps, lag):
    """Two people's answers in any order, from machines whose clocks differ by seconds: rebuilt equals live."""
    people = [subjects.create(clock.now()).id for _ in range(2)]
    told = {person: [] for person in people}
    start = clock.now()
    for number, (who, (purpose, channel), action) in enumerate(steps):
        with clock.frozen(start + timedelta(seconds=lag[number])):
            consents.answer(people[who], purpose, channel, action, now=clock.now(), method="form:test")
        told[people[who]].append(((purpose, channel), action))
    for person in people:
        live = consents.current(person)
        assert live == state.fold(reversed(ledger.entries_of(person)))
        assert {pair: found.action for pair, found in live.items()} == plain_fold(told[person])
        for purpose, channel in PAIRS:
            given_last = live.get((purpose, channel))
            expected = given_last.entry_id if given_last and given_last.action == "given" else None
            assert consents.stands(person, purpose, channel) == expected
    db_session.rollback()


@pytest.mark.requirement(19)
def test_entry_leaf_and_state_are_one_transaction(db_session):
    subject = subjects.create(clock.now()).id
    db_session.commit()
    consents.answer(subject, "our_news", "email", "given", now=clock.now(), method="form:test")
    db_session.rollback()
    for table in (models.LedgerEntry, models.Consent, Waiting):
        assert db_session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_an_answer_to_what_is_not_asked_is_refused(db_session):
    subject = subjects.create(clock.now()).id
    for purpose, channel in (
        ("nonsense", "email"),
        ("our_news", "pigeon"),
        ("sponsor", "site"),
        ("our_news:1", "email"),
        ("sponsor:ABC", "site"),
        ("sponsor:081234567890", "site"),
        ("sponsor:", "site"),
    ):
        with pytest.raises(Refused):
            consents.answer(subject, purpose, channel, "given", now=clock.now(), method="form:test")
    about = consents.about("winner_name", 77)
    consents.answer(subject, about, "site", "given", now=clock.now(), method="form:test")
    assert consents.stands(subject, about, "site")
    assert not consents.stands(subject, consents.about("sponsor", 78), "site")


AT = datetime(2026, 11, 22, 21, 50, 7, 123456, tzinfo=UTC)
GOLDEN = models.LedgerEntry(
    id=912463280318069343,
    subject_id=912463280144689812,
    at=AT,
    received_at=AT + timedelta(milliseconds=2),
    point="CP5",
    action="given",
    purpose="our_news",
    channel="email",
    basis="consent",
    wording="ab" * 32,
    policy_version="2026-11-22",
    policy_sha256=None,
    method="form:consents",
    surface="/privacy/consents",
    actor="subject",
    served_id=912463280318069342,
    sealed=b"sealed",
)
GOLDEN_PAYLOAD = (
    b'{"action":"given","actor":"subject","at":"2026-11-22T21:50:07.123456Z","basis":"consent","channel":"email",'
    b'"method":"form:consents","point":"CP5","policy_sha256":null,"policy_version":"2026-11-22","purpose":"our_news",'
    b'"received_at":"2026-11-22T21:50:07.125456Z",'
    b'"sealed":"' + hashlib.sha256(b"sealed").hexdigest().encode() + b'","served":"sadrgkez4ejy",'
    b'"surface":"/privacy/consents","wording":"' + b"ab" * 32 + b'"}'
)


@pytest.mark.requirement(17)
def test_the_hashed_bytes_are_pinned():
    payload = entries.payload_of(GOLDEN)
    assert payload == GOLDEN_PAYLOAD
    leaf = canonical.leaf("consent", GOLDEN.id, GOLDEN.subject_id, payload)
    assert leaf == b"clozette leaf 1\nconsent\nsadrgkez4ejz\nsadrgk9ssamm\n" + GOLDEN_PAYLOAD
    assert merkle.leaf_hash(leaf).hex() == GOLDEN_HASH
    assert merkle.chain_hash(merkle.START, merkle.leaf_hash(leaf)).hex() == GOLDEN_CHAIN


GOLDEN_HASH = "0b7e904d64e1adb1d4e4745f717f126d55129db693020198ab4c987b463808dc"
GOLDEN_CHAIN = "53b8c2935b06291b0f544012750f98f93764a0405e261cbd0899b4053927879e"

TEXTS = st.one_of(st.none(), st.text(max_size=12))


@given(st.lists(TEXTS, min_size=4, max_size=4), st.text(max_size=12))
def test_the_written_out_payload_is_the_canonical_one(optional, word):
    entry = models.LedgerEntry(
        at=AT,
        received_at=None,
        point=word,
        action=word,
        purpose=optional[0],
        channel=optional[1],
        basis=optional[2],
        wording=word,
        policy_version=word,
        policy_sha256=None,
        method=word,
        surface=optional[3],
        actor=word,
        served_id=None,
        sealed=word.encode(),
    )
    moment = canonical.moment(AT)
    facts = {name: getattr(entry, name) for name in ("point", "action", "purpose", "channel", "basis", "wording")}
    facts |= {name: getattr(entry, name) for name in ("policy_version", "policy_sha256", "method", "surface", "actor")}
    facts |= {"at": moment, "received_at": None, "served": None, "sealed": hashlib.sha256(word.encode()).hexdigest()}
    assert entries.payload_of(entry) == canonical.payload(facts)


def traces(secret: str) -> list[bytes]:
    """What a guess of a secret could be recognised by: itself, its plain hashes, their usual writings."""
    plain = secret.encode()
    found = [plain, base64.b64encode(plain), plain.hex().encode()]
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, plain)
        found += [digest.digest(), digest.hexdigest().encode(), base64.b64encode(digest.digest())]
    return found


@pytest.mark.requirement(18)
def test_no_personal_data_and_no_bare_hash_of_any_is_hashed(db_session):
    facts = {
        "address": "203.0.113.77",
        "agent": "Firefox on Plan9",
        "jurisdiction": "Atlantis",
        "evidence": "ada.lovelace@example.test",
    }
    subject = subjects.create(clock.now())
    consents.answer(
        subject.id,
        "our_news",
        "email",
        "given",
        now=clock.now(),
        method="form:test",
        circumstances=facts,
        guardian="augusta@example.test",
    )
    (data,) = db_session.scalars(sa.select(Waiting.data)).all()
    entry = ledger.entries_of(subject.id)[0]
    assert subjects.unseal(subject, entry.sealed) == {**facts, "guardian": "augusta@example.test"}
    for secret in (*facts.values(), "augusta@example.test"):
        for variant in (secret, secret.lower()):
            assert not [trace for trace in traces(variant) if trace in data or trace in entry.sealed]


@pytest.mark.requirement(18)
def test_text_of_people_has_no_way_into_the_clear_columns(db_session):
    subject = subjects.create(clock.now())
    for column in ("method", "surface", "actor", "channel", "purpose"):
        given = {"method": "form:test", column: "Ada Lovelace <ada@example.test>"}
        with pytest.raises(ValueError, match="words of ours"):
            ledger.record(subject_id=subject.id, point="CP2", action="given", wording="", now=clock.now(), **given)


@pytest.mark.requirement(15)
def test_the_words_that_were_shown_are_kept_by_their_digest(db_session):
    subject = subjects.create(clock.now())
    entry = consents.answer(subject.id, "our_news", "email", "given", now=clock.now(), method="form:test")
    words = purposes.wording("our_news", "email")
    assert entry.wording == hashlib.sha256(words.encode()).hexdigest()
    kept = db_session.get_one(models.Wording, entry.wording)
    assert (kept.text, kept.language) == (words, "en")
    assert words.startswith("[ ] "), "the state of the control when it was shown is part of the words"
