"""SPF and DMARC as receiving servers read them."""

import ipaddress
import time

import pytest

from clozette.kernel.ports.dns import MemoryDns
from clozette.newsletters.sending import dmarc, spf

DOMAIN, OURS, OURS6 = "brand.internal", "203.0.113.7", "2001:db8::7"
RECORDS = {
    ("brand.internal", "A"): (OURS,),
    ("brand.internal", "AAAA"): (OURS6,),
    ("brand.internal", "MX"): ("10 mx.brand.internal", "20 other.brand.internal"),
    ("mx.brand.internal", "A"): ("198.51.100.1",),
    ("other.brand.internal", "A"): (OURS,),
    ("other.brand.internal", "AAAA"): (OURS6,),
    ("nomail.internal", "MX"): ("0 .",),
    ("yes.internal", "TXT"): ("v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/64 -all",),
    ("no.internal", "TXT"): ("v=spf1 ~all",),
    ("two.internal", "TXT"): ("v=spf1 -all", "v=spf1 +all"),
    ("bad.internal", "TXT"): ("v=spf1 ip4:nothing -all",),
    ("loop.internal", "TXT"): ("v=spf1 include:loop.internal -all",),
    ("depends.internal", "TXT"): ("v=spf1 exists:%{i}.list.internal -all",),
    ("many.internal", "MX"): tuple(f"10 m{number}.internal" for number in range(11)),
    **{(f"m{number}.internal", "A"): ("198.51.100.1",) for number in range(11)},
}


def verdict(record: str, address: str = OURS, *more: str) -> spf.Verdict:
    twin = MemoryDns({**RECORDS, (DOMAIN, "TXT"): (record, "other words", *more)})
    twin.silent = {"silent.internal"}
    return spf.check(ipaddress.ip_address(address), DOMAIN, twin.look())


@pytest.mark.requirement(53)
@pytest.mark.parametrize("address", [OURS, OURS6])
@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1", "neutral"),
        ("V=SPF1 -ALL", "fail"),
        ("v=spf1  ~all  ", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 all -all", "pass"),
        ("v=spf1 ip4:203.0.113.7 ip6:2001:db8::7 -all", "pass"),
        ("v=spf1 ip4:203.0.113.9/24 ip6:2001:DB8::/32 -all", "pass"),
        ("v=spf1 -ip4:203.0.113.7 -ip6:2001:db8::7 +all", "fail"),
        ("v=spf1 ip4:203.0.113.8 ip6:2001:db8::8 -all", "fail"),
        ("v=spf1 a -all", "pass"),
        ("v=spf1 a:mx.brand.internal/8//8 -all", "fail"),
        ("v=spf1 a/24//64 -all", "pass"),
        ("v=spf1 mx -all", "pass"),
        ("v=spf1 mx:nomail.internal -all", "fail"),
        ("v=spf1 include:yes.internal -all", "pass"),
        ("v=spf1 include:no.internal -all", "fail"),
        ("v=spf1 ?include:yes.internal -all", "neutral"),
        ("v=spf1 redirect=yes.internal", "pass"),
        ("v=spf1 redirect=no.internal -all", "fail"),
        ("v=spf1 redirect=no.internal", "softfail"),
        ("v=spf1 unknown=words exp=why.internal a -all", "pass"),
        ("v=spf10 +all", "none"),
        ("v=spf1 exists:%{ir}.%{v}.list.internal -all", "unchecked"),
        ("v=spf1 exists:%{i}.list.internal +all", "pass"),
        ("v=spf1 -exists:%{i}.list.internal +all", "unchecked"),
        ("v=spf1 a exists:%{i}.list.internal -all", "pass"),
        ("v=spf1 include:depends.internal -all", "unchecked"),
        ("v=spf1 ptr -all", "unchecked"),
        ("v=spf1 include:silent.internal -all", "temperror"),
    ],
)
def test_a_record_is_read(record: str, result: str, address: str) -> None:
    assert verdict(record, address).result == result


@pytest.mark.parametrize(
    ("record", "because", "at"),
    [
        *[
            (f"v=spf1 {term} +all", "syntax", DOMAIN)
            for term in (
                "ip4:300.0.0.1", "ip4:203.0.113.7/33", "ip4", "ip6:203.0.113.7", "ip6:x", "a/33", "a//129", "a:", "a:x",
                "include", "include:x/24", "all:x.internal", "all/24", "exists", "word", "-", "redirect=", "a\tmx",
                "redirect=a.internal redirect=b.internal", "ptr/24", "ä",
            )
        ],
        ("v=spf1 include:absent.internal -all", "missing", "absent.internal"),
        ("v=spf1 redirect=absent.internal", "missing", "absent.internal"),
        ("v=spf1 include:two.internal -all", "several", "two.internal"),
        ("v=spf1 include:bad.internal -all", "syntax", "bad.internal"),
        ("v=spf1 include:loop.internal -all", "lookups", "loop.internal"),
        ("v=spf1" + " a:mx.brand.internal" * 11 + " -all", "lookups", DOMAIN),
        ("v=spf1 a:a.none.internal a:b.none.internal a:c.none.internal -all", "void", "c.none.internal"),
        ("v=spf1 mx:many.internal -all", "hosts", "many.internal"),
    ],
)  # fmt: skip
def test_a_record_that_is_none_lets_nobody_send(record: str, because: str, at: str) -> None:
    assert verdict(record) == spf.Verdict("permerror", because, at)


def test_no_record_takes_long_to_read() -> None:
    """One of somebody else's, which ours includes: it must not hold the whole process up."""
    many = "%{a}" * 16
    began = time.perf_counter()
    for record in (f"v=spf1 include:{many}/x -all", f"v=spf1 exists:{many}%{{ -all"):
        assert verdict(record) == spf.Verdict("permerror", "syntax", DOMAIN)
    assert time.perf_counter() - began < 0.02
    assert verdict(f"v=spf1 exists:{many}.internal/24 -all").because == "syntax"
    assert verdict("v=spf1 exists:%{d/.}.x%%.internal -all").result == "unchecked"


def test_the_limits_are_the_standards() -> None:
    assert verdict("v=spf1" + " a:mx.brand.internal" * 9 + " a -all").result == "pass"
    assert verdict("v=spf1 a:a.none.internal a:b.none.internal a -all").result == "pass"
    assert verdict("v=spf1 +all", OURS, "v=spf1 -all") == spf.Verdict("permerror", "several", DOMAIN)


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ({}, dmarc.Policy("none", "news.brand.internal")),
        ({"news.brand.internal": ("v=DMARC1; p=none",)}, dmarc.Policy("found", "news.brand.internal", "none")),
        (
            {"brand.internal": ("v=DMARC1;p=reject ; adkim=s; aspf=s",)},
            dmarc.Policy("found", "brand.internal", "reject", strict_key=True, strict_envelope=True),
        ),
        ({"internal": ("v=DMARC1; p=none",)}, dmarc.Policy("none", "news.brand.internal")),
        (
            {
                "news.brand.internal": ("v=DMARC1; p=none", "v=DMARC1; p=reject"),
                "brand.internal": ("v=DMARC1; p=none",),
            },
            dmarc.Policy("several", "news.brand.internal"),
        ),
        ({"brand.internal": ("v=DMARC1; p=perhaps",)}, dmarc.Policy("bad", "brand.internal")),
        ({"brand.internal": ("v=DMARC1; rua=mailto:a@b.internal",)}, dmarc.Policy("found", "brand.internal", "none")),
        ({"brand.internal": ("v=dmarc1; p=none", "p=none; v=DMARC1")}, dmarc.Policy("none", "news.brand.internal")),
    ],
)
def test_a_policy_is_found(records: dict[str, tuple[str, ...]], found: dmarc.Policy) -> None:
    twin = MemoryDns({(f"_dmarc.{name}", "TXT"): texts for name, texts in records.items()})
    assert dmarc.find("news.brand.internal", twin.look()) == found
    twin.silent = {"_dmarc.news.brand.internal"}
    assert dmarc.find("news.brand.internal", twin.look()).state == "unknown"


def test_domains_that_belong_together() -> None:
    assert dmarc.is_aligned("brand.internal", "news.brand.internal")
    assert dmarc.is_aligned("news.brand.internal", "brand.internal")
    assert dmarc.is_aligned("news.brand.internal", "mail.brand.internal")
    assert not dmarc.is_aligned("news.brand.internal", "brand.internal", strictly=True)
    assert not dmarc.is_aligned("brand.internal", "otherbrand.internal")
