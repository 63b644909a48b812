"""The bytes: headers literal and signed, bodies whole, and each reader's own values in the right dress."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import orm

from clozette.development import keys as development
from clozette.kernel import clock
from clozette.newsletters import keys
from clozette.newsletters.campaigns.slots import slot
from clozette.newsletters.sending import dkim, keyring, message, names
from clozette.newsletters.sending.message import NothingNew, Press, Stamp, Template, compile_mail
from clozette.newsletters.sending.values import Recipient
from clozette.settings import Settings
from tests.newsletters.sending.conftest import rendered

STAMP = Stamp(12, "Clozette Weekly", "weekly", "Clozette", None, "hello@clozette.test")
READER = Recipient(345, 678, 9, "ada@example.test", "Ada", "Mode", "en")
KEY = dkim.read_key(dkim.new_key())
SIGNER = dkim.Signer("news.clozette.test", "s1", KEY)
Make = Callable[..., bytes]


@pytest.fixture
def make(app: Flask, db_session: orm.Session) -> Make:
    """Give ``make(reader, values, signer, **what is written)``: the bytes of one letter."""
    site = app.extensions["clozette.settings"]

    def made(
        reader: Recipient = READER, values: Any = None, signer: Any = SIGNER, stamp: Stamp = STAMP, **written: str
    ) -> bytes:
        template = Template.from_json(compile_mail(rendered(**written), stamp, site).to_json())
        return Press(template, stamp.campaign_id, site, signer).letter(reader, values or {}, clock.now()).data

    return made


def _parsed(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=policy.default))


def _content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _values(raw: bytes, name: str) -> list[bytes]:
    head = raw.partition(b"\r\n\r\n")[0]
    return re.findall(rb"(?mi)^" + name.encode() + rb": (.*?)\r?$(?!\r?\n[ \t])", head)


@pytest.mark.requirement(54, 56)
def test_headers_are_literal(make: Make) -> None:
    raw = make()
    token = keys.token("leave", keys.Link(678, 12))
    (ways,) = _values(raw, "List-Unsubscribe")
    assert ways == (
        f"<https://localhost/u/{token}>, <mailto:unsub+{token}@news.clozette.test?subject=unsubscribe>".encode()
    )
    assert _values(raw, "List-Unsubscribe-Post") == [b"List-Unsubscribe=One-Click"]
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0]


@pytest.mark.requirement(52)
def test_each_mail_says_whose_it_is(make: Make) -> None:
    raw = make()
    assert _values(raw, "List-Id") == [b"Clozette Weekly <weekly.news.clozette.test>"]
    assert _values(raw, "Feedback-ID") == [b"cc:weekly:news:clozette1"]
    (name,) = _values(raw, "Message-ID")
    assert re.fullmatch(rb"<cc\.sas\.[0-9a-f]{24}@news\.clozette\.test>", name)
    assert _values(make(), "Message-ID") == [name]
    assert _values(make(READER._replace(contact_id=346)), "Message-ID") != [name]
    assert not _values(raw, "Precedence") and not _values(raw, "Auto-Submitted")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.requirement(55)
@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_the_signature_covers_both_list_headers(make: Make, kind: str) -> None:
    signer = SIGNER if kind == "rsa" else dkim.Signer("news.clozette.test", "s1", ed25519.Ed25519PrivateKey.generate())
    raw = make(signer=signer, subject="Grüße für alle, die es gerne bunt und etwas länger haben 👗")
    if kind == "rsa":
        assert _verifies(raw, signer)
        for name in (b"List-Unsubscribe: <", b"Subject: ", b"From: ", b"List-Id: "):
            assert not _verifies(raw.replace(name, name + b"x", 1), signer)
            assert not _verifies(name + b"another\r\n" + raw, signer) or name == b"List-Id: "
        assert not _verifies(raw[:-20] + b"x" + raw[-19:], signer)
    tags = dkim.parts_of(_parsed(raw)["DKIM-Signature"])
    listed = tags["h"].split(":")
    assert {"list-unsubscribe", "list-unsubscribe-post", "list-id", "feedback-id", "message-id", "to"} <= set(listed)
    assert [listed.count(name) for name in ("from", "subject", "list-unsubscribe")] == [2, 2, 2]
    assert (tags["a"], tags["c"], tags["d"]) == (f"{kind}-sha256", "relaxed/simple", "news.clozette.test")


def _verifies(raw: bytes, signer: dkim.Signer) -> bool:
    def record(name: bytes, **_: Any) -> bytes:
        assert name == b"s1._domainkey.news.clozette.test."
        return signer.record().encode()

    return bool(dkimpy.verify(raw, dnsfunc=record))


def test_an_ed25519_signature_is_good(make: Make) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    raw = make(signer=dkim.Signer("news.clozette.test", "s1", key))
    lines, _, body = raw.partition(b"\r\n\r\n")
    fields = dict(re.findall(rb"(?ms)^([\w-]+): (.*?)\r\n(?=\S|\Z)", lines + b"\r\n"))
    tags = dkim.parts_of(fields[b"DKIM-Signature"].decode())
    names = list(dict.fromkeys(tags["h"].split(":")))
    found = {name.lower(): value for name, value in fields.items()}
    hashed = b"".join(dkim.relaxed(name.encode(), found[name.encode()]) + b"\r\n" for name in names)
    bare = re.sub(rb"(?s) b=.*", b" b=", fields[b"DKIM-Signature"])
    digest = hashlib.sha256(hashed + dkim.relaxed(b"dkim-signature", bare)).digest()
    key.public_key().verify(base64.b64decode(tags["b"]), digest)
    assert base64.b64decode(tags["bh"]) == hashlib.sha256(body).digest()


@pytest.mark.requirement(37)
def test_values_are_escaped_by_where_they_stand(make: Make) -> None:
    nasty = READER._replace(first_name='<b>"Ada" & Co</b>', last_name="A\r\nBcc: all@example.test")
    raw = make(nasty, subject=f"Hi {slot('first_name')} {slot('last_name')}")
    mail = _parsed(raw)
    assert mail["Bcc"] is None and mail["Subject"] == 'Hi <b>"Ada" & Co</b> A Bcc: all@example.test'
    assert "Hello &lt;b&gt;&#34;Ada&#34; &amp; Co&lt;/b&gt;," in _content(mail, "html").replace("&quot;", "&#34;")
    assert 'Hello <b>"Ada" & Co</b>,' in _content(mail, "plain")


def test_a_personal_part_is_trusted_and_differs(make: Make) -> None:
    html, text = f"<div>{slot('personal:0')}</div>", f"New: {slot('personal:0')}"
    values = {"personal:0": ("<p>new &amp; nice</p>\n", "new & nice\nand more\n")}
    mail = _parsed(make(values=values, html=html, text=text))
    assert "<div><p>new &amp; nice</p>\n</div>" in _content(mail, "html")
    assert "New: new & nice\nand more" in _content(mail, "plain")
    with pytest.raises(NothingNew):
        make(html=html, text=text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=st.text(max_size=300), name=st.text(max_size=200), after=st.text(max_size=300))
def test_bodies_survive_whatever_is_in_them(make: Make, before: str, name: str, after: str) -> None:
    clean = str.maketrans("", "", "\ue000\ue001\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    before, after = before.translate(clean), after.translate(clean)
    if not (before + after).isprintable():
        before, after = (re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", "", one) for one in (before, after))
    raw = make(READER._replace(first_name=name), text=f"{before}{slot('first_name')}{after}.")
    wanted = f"{before}{message._line(name)}{after}."
    body = _parsed(raw).get_body(("plain",))
    assert body is not None
    got = cast(bytes, body.get_payload(decode=True)).decode().replace("\r\n", "\n")
    assert got == wanted
    assert max(len(line) for line in raw.partition(b"\r\n\r\n")[2].split(b"\r\n")) <= 78


@pytest.mark.requirement(52)
@pytest.mark.parametrize("title", ["Mode & mehr", "Größe", "日本のクロゼット", 'A "quoted" one', "x" * 80])
def test_any_title_gives_literal_headers(make: Make, title: str) -> None:
    raw = make(stamp=replace(STAMP, title=title, sender_name=title))
    (listed,) = _values(raw, "List-Id")
    assert listed.isascii() and b"=?" not in listed and listed.endswith(b"<weekly.news.clozette.test>")
    mail = _parsed(raw)
    assert mail["From"].addresses[0].display_name == title
    assert mail["From"].addresses[0].addr_spec == "news@news.clozette.test"


@pytest.mark.requirement(43)
def test_the_way_back_is_ours_alone(db_session: orm.Session) -> None:
    address = names.verp(2**62, 2**62 + 5, "news.clozette.test")
    assert len(address.partition("@")[0]) <= 64
    assert names.read_verp(address) == names.read_verp(f"<{address.upper()}>") == (2**62, 2**62 + 5)
    local = address.partition("@")[0]
    forged = (
        local[:-1] + ("a" if local[-1] != "a" else "b"),
        local.replace(".s", ".s1"),
        "bounce+",
        "bounce+x.y.z",
        "hello",
    )
    assert [names.read_verp(f"{one}@news.clozette.test") for one in forged] == [None] * 5
    name = names.name_of(1, 2, "messages")
    assert names.read_name(name, "messages") == (1, 2) and names.read_name(name, "returns") is None


def test_a_development_site_signs_with_a_key_of_its_own(tmp_path: Path) -> None:
    given = development.settings_for(8443, tmp_path)
    path = Path(given["CLOZETTE_DKIM_KEY"])
    development.make_signing_key(path)
    made = path.read_bytes()
    development.make_signing_key(path)
    assert path.read_bytes() == made and path.stat().st_mode & 0o777 == 0o600
    signer = keyring.signer(Settings(dkim_domain=given["CLOZETTE_DKIM_DOMAIN"], dkim_key=str(path)))
    assert signer is not None and signer.record().startswith("v=DKIM1; k=rsa; p=")
    weak = rsa.generate_private_key(65537, 1024).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for bad in (weak, b"", b"-----BEGIN PRIVATE KEY-----\n"):
        with pytest.raises(dkim.BadKey):
            dkim.read_key(bad)
