"""Exports for marketing leave out who is suppressed, asked when the file is made."""

import csv
import hashlib
import hmac
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock, digests
from clozette.newsletters import keys
from clozette.newsletters.returns import services as returns
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions import staff, suppressions
from clozette.newsletters.texts import services as texts
from clozette.newsletters.texts.models import Phone
from clozette.privacy import consents
from clozette.rights.bulk import services, stream
from clozette.rights.bulk.uses import USES, Use
from tests.factories.accounts import make_member
from tests.factories.bulk import make_export
from tests.factories.newsletters import make_contact


@pytest.fixture
def texting(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let there be a use that is for texts."""
    ours = USES["our_news"]
    facts = {name: getattr(ours, name) for name in ("title", "explanation", "purposes", "columns")}
    monkeypatch.setitem(USES, "texts", Use(id="texts", consent=("our_news", "sms"), **facts))
    return "texts"


def _agree(handle: str, channel: str = "email") -> Member:
    member = make_member(handle)
    facts = {"now": clock.now(), "method": "form:test"}
    consents.answer(member.subject_id, "our_news", channel, "given", **facts)
    return member


def _exported(use: str, session: orm.Session) -> set[str]:
    keeper = session.scalar(sa.select(Member).filter_by(handle="keeper")) or make_member("keeper", roles=("admin",))
    export = make_export(keeper, use=use, columns=["email"], counted=9)
    order = services.download(export, by_id=keeper.subject_id, now=clock.now())
    session.commit()
    text = b"".join(stream.pieces(order)).decode()
    return {row["email"].partition("@")[0] for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.requirement(45, 89)
def test_who_is_suppressed_is_in_no_export_for_marketing(app: Flask, db_session: orm.Session) -> None:
    people = {name: _agree(name) for name in ("ada", "left", "staff", "Bounced", "erased", "back", "lower")}
    now = clock.now()
    for name in ("ada", "left"):
        make_contact(people[name].email)
    left = subscriptions.contact_for(people["left"].email, now)
    subscriptions.suppress(left, "left", source="page", now=now)
    staff.suppress(people["staff"].email, because="A letter came.", by_id=None, now=now)
    returns.refused(people["Bounced"].email, "5.1.1", now)  # mail of the site: no contact was ever there
    people["lower"].email = people["lower"].email.upper()
    for name in ("erased", "back", "lower"):
        suppressions.suppress(keys.address_key(people[name].email_canonical), "erased", source="erasure", now=now)
    suppressions.lift(keys.address_key(people["back"].email_canonical), ["erased"], now)
    db_session.flush()
    assert _exported("our_news", db_session) == {"ada", "back"}


@pytest.mark.requirement(45, 89)
def test_what_is_no_marketing_reaches_the_suppressed_too(app: Flask, db_session: orm.Session) -> None:
    subscriptions.suppress(make_contact(_agree("left").email), "left", source="page", now=clock.now())
    assert _exported("service", db_session) == {"left", "keeper"}


@pytest.mark.requirement(45, 89)
def test_who_leaves_between_the_download_and_its_bytes_is_not_sent(app: Flask, db_session: orm.Session) -> None:
    keeper, ada = make_member("keeper", roles=("admin",)), _agree("ada")
    export = make_export(keeper, use="our_news", columns=["email"], counted=9)
    order = services.download(export, by_id=keeper.subject_id, now=clock.now())
    subscriptions.suppress(make_contact(ada.email), "left", source="page", now=clock.now())
    db_session.commit()
    assert b"ada" not in b"".join(stream.pieces(order))


@pytest.mark.requirement(68, 89)
def test_a_number_that_said_stop_is_in_no_export_for_texts(app: Flask, db_session: orm.Session, texting: str) -> None:
    """Who wants no texts may want mail, and the other way round."""
    numbers = {"ada": "+6581230001", "stopped": "+6581230002", "unmailed": "+6581230003"}
    for name, number in numbers.items():
        member = _agree(name, "sms")
        consents.answer(member.subject_id, "our_news", "email", "given", now=clock.now(), method="form:test")
        known = {"number": number, "number_key": texts.key_of(number), "country": "SG", "zone": "+65"}
        db_session.add(Phone(subject_id=member.subject_id, verified_at=clock.now(), **known))
    suppressions.suppress(texts.key_of(numbers["stopped"]), "left", source="sms:stop", now=clock.now())
    staff.suppress("unmailed@example.test", because="A letter came.", by_id=None, now=clock.now())
    db_session.flush()
    assert _exported(texting, db_session) == {"ada", "unmailed"}
    assert "stopped" in _exported("our_news", db_session)


@pytest.mark.parametrize("key", [b"", bytes(range(32)), b"k" * 64], ids=len)
@pytest.mark.parametrize("text", ["", "ada@example.test", "zoë@例え.test"])
def test_the_database_makes_the_digest_that_we_make(db_session: orm.Session, key: bytes, text: str) -> None:
    made = db_session.scalar(sa.select(digests.hmac_of(key, sa.literal(text, sa.Text))))
    assert made == hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    assert db_session.scalar(sa.select(digests.hmac_of(key, sa.cast(sa.null(), sa.Text)))) is None
