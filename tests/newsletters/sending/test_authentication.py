"""What the DNS publishes is looked up before a campaign starts: red stops it and names the record, silence does not."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.kept import Kept
from clozette.kernel.ports import dns
from clozette.kernel.ports.dns import MemoryDns, ServerDns
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.tasks import start_due
from clozette.newsletters.sending import authentication, checks, dkim, keyring, published
from clozette.newsletters.sending.findings import Finding
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.settings import Settings
from tests.factories.accounts import make_member, sign_in
from tests.factories.newsletters import make_campaign, make_newsletter, make_subscription
from tests.support import dns as servers
from tests.support import lines
from tests.support.application import Clock
from tests.support.client import Client, location

SENDER, ENVELOPE, OURS = "brand.internal", "news.brand.internal", "203.0.113.7"
KEY = dkim.new_key().decode()
KEY_NAME = f"clozette._domainkey.{SENDER}"
MEANT: dict[str, Any] = {
    "news_from": f"News <news@{SENDER}>",
    "bounce_domain": ENVELOPE,
    "dkim_domain": SENDER,
    "dkim_key": KEY,
    "news_smtp_url": "smtp://relay.internal",
    "news_sends_from": OURS,
    "inbound_secret": "s" * 32,
}


@pytest.fixture
def settings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Settings:
    made: Settings = replace(app.extensions["clozette.settings"], **MEANT)
    monkeypatch.setitem(app.extensions, "clozette.settings", made)
    monkeypatch.setitem(app.extensions, published._KEY, Kept(8))
    return made


def good(settings: Settings) -> servers.Records:
    signer = keyring.signer(settings)
    assert signer is not None
    return {
        (KEY_NAME, "TXT"): (signer.record(),),
        (f"_dmarc.{SENDER}", "TXT"): ("v=DMARC1; p=reject",),
        (ENVELOPE, "TXT"): (f"v=spf1 ip4:{OURS} -all",),
        (ENVELOPE, "MX"): ("10 in.brand.internal",),
        ("7.113.0.203.in-addr.arpa", "PTR"): ("out.brand.internal",),
        ("out.brand.internal", "A"): (OURS,),
    }


Judge = Callable[..., list[Finding]]


@pytest.fixture
def judge(app: Flask, settings: Settings) -> Iterator[Judge]:
    """Give ``judge(**changes)``: findings where these records are other ones, or none; and these settings."""

    def judged(
        records: dict[tuple[str, str], tuple[str, ...]] | None = None, silent: set[str] | None = None, **changes: str
    ) -> list[Finding]:
        twin = MemoryDns({**good(settings), **(records or {})})
        twin.records = {key: values for key, values in twin.records.items() if values}
        twin.silent = silent or set()
        what = authentication.wanted_from(f"news@{SENDER}", replace(settings, **changes))
        return authentication.findings(what, published.look(twin, what))

    with app.app_context():
        yield judged


def one(found: list[Finding]) -> Finding:
    (finding,) = found
    return finding


OTHER = "v=DKIM1; k=rsa; p=AAAA"
SPF, DMARC, DKIM = (ENVELOPE, "TXT"), (f"_dmarc.{SENDER}", "TXT"), (KEY_NAME, "TXT")


@pytest.mark.requirement(53)
@pytest.mark.parametrize(
    ("records", "level", "what", "mend"),
    [
        ({DKIM: ()}, "red", "No key is published", f'{KEY_NAME}. TXT "v=DKIM1; k=rsa; p='),
        ({DKIM: (OTHER,)}, "red", "Another key than ours", f'{KEY_NAME}. TXT "v=DKIM1; k=rsa; p='),
        ({DKIM: (OTHER, "v=DKIM1; p=")}, "red", "Several keys", "all away but this"),
        ({DMARC: ()}, "red", "No DMARC policy", f'_dmarc.{SENDER}. TXT "v=DMARC1; p=none"'),
        ({DMARC: ("v=DMARC1; p=none",) * 1 + ("v=DMARC1; p=reject",)}, "red", "several DMARC", "Leave one"),
        ({DMARC: ("v=DMARC1; p=maybe",)}, "red", "says no p=", f"_dmarc.{SENDER}. TXT"),
        ({SPF: ("v=spf1 wrong -all",)}, "red", "can't be read", f"A term of the record at {ENVELOPE}"),
        ({SPF: ("v=spf1 -all", "v=spf1 ~all")}, "red", "can't be read", "leave one"),
        ({SPF: ()}, "red", "no SPF record", f'{ENVELOPE}. TXT "v=spf1 ip4:{OURS} -all"'),
        ({SPF: ("v=spf1 mx ~all",)}, "red", f"does not let {OURS} send", f'"v=spf1 ip4:{OURS} mx ~all"'),
        ({SPF: ("v=spf1 exists:%{i}.x.internal -all",)}, "amber", "depends on the mail", f'"v=spf1 ip4:{OURS} exists:'),
        ({(ENVELOPE, "MX"): ()}, "amber", "No server takes mail", f"{ENVELOPE}. MX 10 "),
        ({(ENVELOPE, "MX"): ("0 .",)}, "amber", "No server takes mail", f"{ENVELOPE}. MX 10 "),
        ({("out.brand.internal", "A"): ("203.0.113.8",)}, "red", "leads back", "7.113.0.203.in-addr.arpa. PTR"),
        ({("7.113.0.203.in-addr.arpa", "PTR"): ()}, "red", "leads back", "7.113.0.203.in-addr.arpa. PTR"),
    ],
)
def test_what_is_wrong_is_said_with_its_mend(judge: Judge, records: Any, level: str, what: str, mend: str) -> None:
    found = one(judge(records))
    assert found.level == level and what in found.what and mend in found.words


def test_what_is_right_is_green(judge: Judge) -> None:
    assert [found.level for found in judge()] == ["green"]
    assert [found.level for found in judge({SPF: (f"v=spf1 ip4:{OURS} -all", "words of others")})] == ["green"]
    assert [found.level for found in judge({(ENVELOPE, "MX"): (), (ENVELOPE, "A"): (OURS,)})] == ["green"]
    assert [found.level for found in judge({(ENVELOPE, "MX"): ()}, inbound_secret="")] == ["green"]


@pytest.mark.parametrize(
    ("published_key", "holds"),
    [
        ("{key}", True),
        ("p={p}", True),
        ("v=DKIM1; h=sha1:sha256; s=email; k=rsa; t=s; p={spaced}", True),
        ("v=DKIM1; k=ed25519; p={p}", False),
        ("v=DKIM1; h=sha1; p={p}", False),
        ("v=DKIM1; s=other; p={p}", False),
        ("v=DKIM2; p={p}", False),
        ("v=DKIM1; p=", False),
    ],
)
def test_a_key_is_ours_whatever_stands_around_it(
    judge: Judge, settings: Settings, published_key: str, holds: bool
) -> None:
    key = keyring.signer(settings).record()  # type: ignore[union-attr]
    public = key.partition("p=")[2]
    text = published_key.format(key=key, p=public, spaced=f"{public[:50]} {public[50:]}")
    assert one(judge({DKIM: (text,)})).level == ("green" if holds else "red")


@pytest.mark.parametrize("record", ["v=spf1 -all", "v=spf1 ~all", "v=spf1 ?all", "v=spf1"])
def test_no_signature_stands_in_for_spf(judge: Judge, record: str) -> None:
    found = one(judge({SPF: (record,)}))
    assert found.level == "red" and "does not let" in found.what and "beside the signature" in found.what


def test_a_relay_may_need_no_record_of_ours(judge: Judge) -> None:
    none: dict[str, Any] = {"records": {SPF: ()}, "news_sends_from": ""}
    assert one(judge(**none)).level == "amber"
    assert one(judge(**none, dkim_domain="", dkim_key="")).level == "red"
    assert {found.level for found in judge({SPF: (), DKIM: ()}, news_sends_from="")} == {"red"}


def test_a_strict_policy_is_kept_to(judge: Judge, settings: Settings) -> None:
    below = (f"clozette._domainkey.x.{SENDER}", "TXT")
    records = {below: good(settings)[DKIM], DMARC: ("v=DMARC1; p=none; adkim=s",)}
    assert one(judge(records, dkim_domain=f"x.{SENDER}")).level == "green"
    found = one(judge({**records, DMARC: ("v=DMARC1; p=none; adkim=s; aspf=s",)}, dkim_domain=f"x.{SENDER}"))
    assert found.level == "red" and "Neither the signature nor the envelope" in found.what


@pytest.mark.parametrize("name", [KEY_NAME, f"_dmarc.{SENDER}", ENVELOPE, "7.113.0.203.in-addr.arpa"])
def test_silence_stops_nothing(judge: Judge, name: str) -> None:
    found = judge(silent={name})
    assert {one.level for one in found} == {"amber"} and all("did not answer" in one.what for one in found)


def test_a_relays_addresses_are_not_guessed(judge: Judge) -> None:
    there = {("relay.internal", "A"): ("198.51.100.1",)}
    found = one(judge(there, news_sends_from=""))
    assert found.level == "amber" and "relay.internal" in found.what and "not even let" in found.what
    assert "CLOZETTE_NEWS_SENDS_FROM" in found.mend
    found = one(judge({**there, SPF: ("v=spf1 a:relay.internal -all",)}, news_sends_from=""))
    assert found.level == "amber" and "must include them" in found.what
    assert one(judge({SPF: ("v=spf1 wrong",)}, news_sends_from="")).level == "red"
    own = {"news_smtp_url": "smtp://localhost", "news_sends_from": "", "env": "production"}
    found = one(judge(**own))
    assert found.level == "amber" and "must include them" in found.what


def test_a_range_is_tried_at_both_ends(judge: Judge) -> None:
    ends = {SPF: ("v=spf1 ip4:203.0.113.0/25 -all",)}
    assert one(judge(ends, news_sends_from="203.0.113.0/25")).level == "green"
    found = one(judge(ends, news_sends_from="203.0.113.0/24"))
    assert "203.0.113.255" in found.what and '"v=spf1 ip4:203.0.113.0/24 ip4:203.0.113.0/25 -all"' in found.words


def test_where_nothing_is_real_nothing_is_asked(app: Flask, judge: Judge, settings: Settings) -> None:
    for sender, changes in (
        ("news@news.clozette.test", {}),
        ("news@example.com", {}),
        (f"news@{SENDER}", {"news_smtp_url": "", "news_sends_from": ""}),
        (f"news@{SENDER}", {"news_smtp_url": "smtp://localhost:8445", "news_sends_from": ""}),
    ):
        what = authentication.wanted_from(sender, replace(settings, **changes))  # type: ignore[arg-type]
        published.ask(what)
        found = one(authentication.findings(what, published.known(what)))
        assert found.level == "green" and "Nothing is looked up" in found.what
    twin = dns.dns_of(app)
    assert isinstance(twin, MemoryDns) and twin.asked == []


@pytest.fixture
def zone(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[servers.Zone]:
    """Give a real server's zone, and a site that asks that server."""
    with servers.serving(servers.Zone(good(settings))) as served:
        monkeypatch.setitem(app.extensions, dns.KEY, ServerDns((("127.0.0.1", served.port),)))
        yield served


@pytest.fixture
def campaign(db_session: orm.Session, client: Client) -> Campaign:
    sign_in(client, make_member("wanda", roles=("marketing",)), second_factor=True)
    newsletter: Newsletter = make_newsletter()
    make_subscription(newsletter)
    return make_campaign(newsletter)


def path_of(campaign: Campaign, rest: str = "") -> str:
    return f"/marketing/campaigns/{ids.encode(campaign.id)}{rest}"


def start(client: Client, campaign: Campaign) -> Any:
    return client.post(path_of(campaign, "/start"), data={"version": str(campaign.version)})


@pytest.mark.requirement(53)
def test_red_stops_a_start_until_it_is_mended(client: Client, campaign: Campaign, zone: servers.Zone) -> None:
    key = zone.records.pop(DKIM)
    page = client.get(path_of(campaign, "/schedule")).text
    assert "No key is published" in page and "stops" in page
    answer = start(client, campaign)
    assert answer.status_code == 409
    for part in (f"{KEY_NAME}. TXT", key[0][:200]):
        assert answer.text.count(part) == 1, "beside what was found, and in no heap of words"
    assert "Look it over and send it" in answer.text
    db.session.expire_all()
    assert campaign.state == "draft"
    zone.records[DKIM] = key
    assert location(start(client, campaign)) == path_of(campaign)
    db.session.expire_all()
    assert campaign.state == "queueing"


def test_a_record_stands_by_itself_and_red_says_what_it_stops(
    client: Client, campaign: Campaign, zone: servers.Zone
) -> None:
    del zone.records[DMARC]
    page = client.get(path_of(campaign, "/schedule")).text
    assert f"_dmarc.{SENDER}. TXT &#34;v=DMARC1; p=none&#34;</code>" in page
    assert "badge--wrong" in page and "can’t go out before" in page


def test_a_schedule_is_refused_too(client: Client, campaign: Campaign, zone: servers.Zone) -> None:
    mended = zone.records.pop(DMARC)
    form = {
        "send_at": f"{clock.now() + timedelta(days=30):%Y-%m-%dT09:00}",
        "time_zone": "UTC",
        "version": str(campaign.version),
    }
    answer = client.post(path_of(campaign, "/schedule"), data=form)
    assert answer.status_code == 409 and f"_dmarc.{SENDER}. TXT" in answer.text
    zone.records[DMARC] = mended
    assert client.post(path_of(campaign, "/schedule"), data=form).status_code == 303


def test_a_dead_dns_stops_nothing(
    client: Client, campaign: Campaign, zone: servers.Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns, "PATIENCE", 0.2)
    zone.silent = {name for name, _kind in zone.records}
    assert start(client, campaign).status_code == 303


def test_what_is_due_is_asked_about_before_it_starts(
    app: Flask, client: Client, campaign: Campaign, zone: servers.Zone, db_session: orm.Session
) -> None:
    mended = zone.records.pop(DMARC)
    campaign.state, campaign.send_at = "scheduled", clock.now()
    tasks.enqueue(start_due)
    db_session.commit()
    tasks.drain(app)
    db_session.expire_all()
    assert (campaign.state, campaign.paused_because) == ("late", "preflight")
    page = client.get(path_of(campaign)).text
    assert f"_dmarc.{SENDER}. TXT" in page
    zone.records[DMARC] = mended
    assert client.post(path_of(campaign, "/answer"), data={"answer": "send"}).status_code == 303
    db_session.expire_all()
    assert campaign.state == "queueing"


def test_a_look_that_breaks_stops_nothing(
    app: Flask, client: Client, campaign: Campaign, zone: servers.Zone, monkeypatch: pytest.MonkeyPatch, db_session: Any
) -> None:
    def look(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(published, "look", look)
    assert "was not asked yet" in client.get(path_of(campaign, "/schedule")).text
    campaign.state, campaign.send_at = "scheduled", clock.now()
    tasks.enqueue(start_due)
    db_session.commit()
    tasks.drain(app)
    db_session.expire_all()
    assert campaign.state == "queueing"


def test_no_transaction_is_open_while_the_net_is_asked(
    app: Flask, client: Client, campaign: Campaign, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[list[int]] = []

    class Watched(MemoryDns):
        def look(self, seconds: float = 1.0) -> dns.Ask:
            held.append(lines.held(app))
            return super().look(seconds)

    monkeypatch.setitem(app.extensions, dns.KEY, Watched(good(settings)))
    db.session.commit()
    client.get(path_of(campaign, "/schedule"))
    assert start(client, campaign).status_code == 303
    assert held == [[0, 0], [0, 0]]


def test_a_page_asks_again_after_minutes(
    app: Flask,
    client: Client,
    campaign: Campaign,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    stopped_clock: Clock,
) -> None:
    twin = MemoryDns(good(settings))
    monkeypatch.setitem(app.extensions, dns.KEY, twin)
    client.get(path_of(campaign, "/schedule"))
    first = len(twin.asked)
    client.get(path_of(campaign, "/schedule"))
    assert len(twin.asked) == first > 0
    stopped_clock.forward(minutes=3)
    client.get(path_of(campaign, "/schedule"))
    assert len(twin.asked) > first


def test_many_at_once_ask_and_agree(app: Flask, settings: Settings, zone: servers.Zone) -> None:
    found: list[list[Finding]] = []

    def ask() -> None:
        with app.app_context():
            what = authentication.wanted_from(f"news@{SENDER}", settings)
            published.ask(what)
            found.append(authentication.findings(what, published.known(what)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [[one.level for one in each] for each in found] == [["green"]] * 4


def test_the_doctor_says_the_same(app: Flask, settings: Settings, zone: servers.Zone) -> None:
    assert checks.domains(app, settings) == ""
    zone.records.pop(DMARC)
    assert f'_dmarc.{SENDER}. TXT "v=DMARC1; p=none"' in checks.domains(app, settings)
