"""The port: the same promises from the twin in memory and from a resolver that speaks with a real server."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import dns.resolver
import pytest

from clozette.kernel.ports.dns import UNKNOWN, Answer, Dns, MemoryDns, ServerDns
from clozette.settings import BadSettings, Settings
from tests.support import dns as servers

LONG = "v=DKIM1; k=rsa; p=" + "A" * 390
MANY = tuple(f"v=some{number}; " + "x" * 60 for number in range(40))
RECORDS: servers.Records = {
    ("brand.internal", "TXT"): ("v=spf1 -all", "other words"),
    ("brand.internal", "MX"): ("20 b.brand.internal", "10 a.brand.internal"),
    ("nomail.internal", "MX"): ("0 .",),
    ("host.brand.internal", "A"): ("203.0.113.9", "203.0.113.7"),
    ("host.brand.internal", "AAAA"): ("2001:db8::7",),
    ("7.113.0.203.in-addr.arpa", "PTR"): ("host.brand.internal",),
    ("key.brand.internal", "TXT"): (LONG,),
    ("many.brand.internal", "TXT"): MANY,
    ("www.brand.internal", "CNAME"): ("cdn.brand.internal",),
    ("cdn.brand.internal", "CNAME"): ("host.brand.internal",),
    ("dangling.brand.internal", "CNAME"): ("nowhere.internal",),
    ("round.internal", "CNAME"): ("round.internal",),
}
BROKEN, SILENT = {"broken.internal"}, {"silent.internal"}


@pytest.fixture(scope="module")
def zone() -> Iterator[servers.Zone]:
    with servers.serving(servers.Zone(dict(RECORDS), BROKEN, SILENT)) as served:
        yield served


@pytest.fixture(params=["memory", "server"])
def there(request: pytest.FixtureRequest, zone: servers.Zone) -> Dns:
    if request.param == "server":
        return ServerDns((("127.0.0.1", zone.port),))
    twin = MemoryDns(RECORDS)
    twin.silent = BROKEN | SILENT
    return twin


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("brand.internal", "TXT", ("other words", "v=spf1 -all")),
        ("brand.internal", "MX", ("10 a.brand.internal", "20 b.brand.internal")),
        ("nomail.internal", "MX", ("0 .",)),
        ("host.brand.internal", "A", ("203.0.113.7", "203.0.113.9")),
        ("host.brand.internal", "AAAA", ("2001:db8::7",)),
        ("7.113.0.203.in-addr.arpa", "PTR", ("host.brand.internal",)),
        ("key.brand.internal", "TXT", (LONG,)),
        ("many.brand.internal", "TXT", tuple(sorted(MANY))),
        ("www.brand.internal", "A", ("203.0.113.7", "203.0.113.9")),
        ("BRAND.internal.", "TXT", ("other words", "v=spf1 -all")),
        ("host.brand.internal", "MX", ()),
        ("absent.brand.internal", "TXT", ()),
        ("dangling.brand.internal", "A", ()),
        ("two..dots.internal", "TXT", ()),
        (f"{'x' * 64}.internal", "A", ()),
    ],
)
def test_what_is_published_is_read(there: Dns, name: str, kind: str, values: tuple[str, ...]) -> None:
    assert there.look()(name, kind) == Answer(values)


@pytest.mark.parametrize("name", ["broken.internal", "silent.internal", "round.internal"])
def test_no_answer_is_an_answer_in_time(there: Dns, name: str) -> None:
    began = time.monotonic()
    assert there.look(0.3)(name, "TXT") == UNKNOWN
    assert time.monotonic() - began < 1


def test_all_questions_of_a_look_share_its_time(there: Dns) -> None:
    ask, began = there.look(0.3), time.monotonic()
    kinds = ("TXT", "A", "MX", "AAAA", "PTR")
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(lambda kind: ask("silent.internal", kind), kinds)) == {UNKNOWN}
    assert time.monotonic() - began < 1


def test_what_does_not_fit_comes_by_tcp(zone: servers.Zone) -> None:
    zone.by_tcp.clear()
    ask = ServerDns((("127.0.0.1", zone.port),)).look()
    ask("brand.internal", "TXT")
    assert zone.by_tcp == []
    assert len(ask("many.brand.internal", "TXT").values) == len(MANY)
    assert zone.by_tcp == ["many.brand.internal"]


def test_a_look_asks_once() -> None:
    twin = MemoryDns(RECORDS)
    ask = twin.look()
    assert ask("brand.internal", "TXT") == ask("brand.internal.", "TXT")
    assert twin.asked == [("brand.internal", "TXT")]


def test_nobody_at_home_is_unknown() -> None:
    assert ServerDns((("127.0.0.1", 9),)).look(0.3)("brand.internal", "TXT") == UNKNOWN


def test_a_list_of_resolvers_that_is_none_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(resolver: dns.resolver.Resolver, _path: str) -> None:
        resolver.nameservers = ["nonsense"]

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", read)
    assert ServerDns().look(0.3)("brand.internal", "TXT") == UNKNOWN


def test_the_settings_name_resolvers_and_senders() -> None:
    def read(**given: str) -> Settings:
        return Settings.from_environment({"CLOZETTE_SECRET_KEYS": "x" * 40, **given})

    said = read(CLOZETTE_DNS="127.0.0.1:5353, 2001:db8::1 [2001:db8::2]:54").resolvers
    assert said == (("127.0.0.1", 5353), ("2001:db8::1", 53), ("2001:db8::2", 54))
    assert [str(one) for one in read(CLOZETTE_NEWS_SENDS_FROM="203.0.113.7 203.0.113.9/24").sends_from] == [
        "203.0.113.7/32",
        "203.0.113.0/24",
    ]
    for bad in ({"CLOZETTE_DNS": "dns.example"}, {"CLOZETTE_DNS": "127.0.0.1:x"}, {"CLOZETTE_NEWS_SENDS_FROM": "all"}):
        with pytest.raises(BadSettings):
            read(**bad)
