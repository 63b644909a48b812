"""Whether an address may send for a domain (SPF, RFC 7208), asked as a receiving server asks it.

What depends on a single mail (``exists``, ``ptr``, macros) is not asked: where it could have decided, the verdict says
``unchecked``. Every other mechanism, ``redirect`` and the limits are the standard's.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from clozette.kernel.ports.dns import Answer, Ask

Result = Literal["pass", "fail", "softfail", "neutral", "none", "permerror", "temperror", "unchecked"]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MOST_LOOKUPS = 10
MOST_VOID = 2
MOST_HOSTS = 10
_RESULTS: dict[str, Result] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(\S*)", re.IGNORECASE)
_MECHANISM = re.compile(
    r"([-+~?]?)(all|include|exists|a|mx|ptr|ip4|ip6)(?::((?:%\{[^}\s]*\}|%(?!\{)|[^\s/%])+))?(?:/(\d{1,3}))?(?://(\d{1,3}))?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\s%]+\.[a-z0-9-]*[a-z0-9]\.?", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """What a receiving server finds.

    :ivar because: for an error a word of ours: ``several``, ``syntax``, ``lookups``, ``void``, ``missing`` (a record
        that another one refers to), ``hosts`` or ``time``.
    :ivar at: the domain where it was found.
    """

    result: Result
    because: str = ""
    at: str = ""


@dataclass(frozen=True)
class Mechanism:
    """One term that can match: ``all``, ``ip4`` …"""

    kind: str
    result: Result
    name: str = ""
    prefix4: int = 32
    prefix6: int = 128

    @property
    def varies(self) -> bool:
        """Whether it depends on the single mail, so that it can't be asked beforehand."""
        return self.kind in {"exists", "ptr"} or "%" in self.name


@dataclass(frozen=True)
class Record:
    """A record, read."""

    mechanisms: tuple[Mechanism, ...]
    redirect: str = ""


class _Error(Exception):
    """The whole check ends here."""

    def __init__(self, result: Result, because: str, at: str) -> None:
        super().__init__(because)
        self.verdict = Verdict(result, because, at)


def check(address: Address, domain: str, ask: Ask) -> Verdict:
    """Return whether a domain lets an address send for it."""
    try:
        return _Check(address, ask).host(domain)
    except _Error as error:
        return error.verdict


def published(domain: str, ask: Ask) -> tuple[str, ...] | None:
    """Return a domain's SPF records, of which there should be one; nothing where no answer came."""
    found = ask(domain, "TXT")
    if not found.is_known:
        return None
    return tuple(text for text in found.values if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 "))


def read(text: str, domain: str) -> Record:
    """Read a record.

    :raises _Error: with ``permerror``, whatever stands before the fault.
    """
    found, modifiers = [], {}
    for term in text.split(" ")[1:]:
        modifier = _MODIFIER.fullmatch(term)
        if modifier:
            name = modifier[1].lower()
            if name in modifiers and name in {"redirect", "exp"}:
                raise _Error("permerror", "syntax", domain)
            modifiers[name] = modifier[2]
        elif term:
            found.append(_mechanism(term, domain))
    redirect = modifiers.get("redirect", "")
    if "redirect" in modifiers and not _is_name(redirect):
        raise _Error("permerror", "syntax", domain)
    return Record(tuple(found), redirect)


def _mechanism(term: str, domain: str) -> Mechanism:
    parts = _MECHANISM.fullmatch(term)
    if parts is None:
        raise _Error("permerror", "syntax", domain)
    sign, kind, name, first, second = parts.groups()
    kind = kind.lower()
    if kind in {"ip4", "ip6"}:
        return _network(kind, _RESULTS[sign or "+"], term.partition(":")[2], domain)
    made = Mechanism(kind, _RESULTS[sign or "+"], name or "", int(first or 32), int(second or 128))
    takes_prefix = kind in {"a", "mx"} or (first is None and second is None)
    takes_name = bool(name) if kind in {"include", "exists"} else kind != "all" or not name
    if not (takes_prefix and takes_name and made.prefix4 <= 32 and made.prefix6 <= 128 and _fits(made)):
        raise _Error("permerror", "syntax", domain)
    return made


def _network(kind: str, result: Result, text: str, domain: str) -> Mechanism:
    try:
        network = ipaddress.IPv4Network(text, False) if kind == "ip4" else ipaddress.IPv6Network(text, False)
    except ValueError as error:
        raise _Error("permerror", "syntax", domain) from error
    return Mechanism(kind, result, str(network))


def _fits(made: Mechanism) -> bool:
    return not made.name or _is_name(made.name)


def _is_name(text: str) -> bool:
    return "%{" in text or bool(_NAME.fullmatch(text))


class _Check:
    """One check of one address: counts what is looked up, over all records that it is led to."""

    def __init__(self, address: Address, ask: Ask) -> None:
        self._address, self._ask = address, ask
        self._kind = "A" if address.version == 4 else "AAAA"
        self._lookups = self._void = 0

    def host(self, domain: str) -> Verdict:
        """Return the verdict of one domain's record."""
        texts = published(domain, self._ask)
        if texts is None:
            raise _Error("temperror", "time", domain)
        if not texts:
            return Verdict("none", "", domain)
        if len(texts) > 1:
            raise _Error("permerror", "several", domain)
        return self._follow(read(texts[0], domain), domain)

    def _follow(self, record: Record, domain: str) -> Verdict:
        doubts: list[Mechanism] = []
        for mechanism in record.mechanisms:
            found = self._matches(mechanism, domain)
            if found is None:
                doubts.append(mechanism)
            elif found:
                return self._weighed(Verdict(mechanism.result, "", domain), doubts)
        if record.redirect:
            return self._weighed(self._redirected(record.redirect, domain), doubts)
        return self._weighed(Verdict("neutral", "", domain), doubts)

    def _weighed(self, verdict: Verdict, doubts: list[Mechanism]) -> Verdict:
        """Return a verdict as it is, unless something that was not asked could have given another one before it."""
        differs = any(one.result != verdict.result for one in doubts)
        return replace(verdict, result="unchecked") if differs else verdict

    def _redirected(self, name: str, domain: str) -> Verdict:
        self._count(domain)
        if "%" in name:
            return Verdict("unchecked", "", domain)
        found = self.host(name)
        if found.result == "none":
            raise _Error("permerror", "missing", name)
        return found

    def _matches(self, one: Mechanism, domain: str) -> bool | None:
        """Whether a mechanism matches; nothing where that can't be asked."""
        if one.kind == "all":
            return True
        if one.kind in {"ip4", "ip6"}:
            return self._address in ipaddress.ip_network(one.name)
        self._count(domain)
        if one.varies:
            return None
        if one.kind == "include":
            return self._includes(one.name)
        hosts = [one.name or domain] if one.kind == "a" else self._exchanges(one.name or domain)
        prefix = one.prefix4 if self._address.version == 4 else one.prefix6
        return any(
            self._address in ipaddress.ip_network(f"{found}/{prefix}", False) for found in self._addresses(hosts)
        )

    def _includes(self, name: str) -> bool | None:
        found = self.host(name)
        if found.result == "none":
            raise _Error("permerror", "missing", name)
        return None if found.result == "unchecked" else found.result == "pass"

    def _exchanges(self, name: str) -> list[str]:
        hosts = [text.partition(" ")[2] for text in self._values(name, "MX")]
        if len(hosts) > MOST_HOSTS:
            raise _Error("permerror", "hosts", name)
        return [host for host in hosts if host != "."]

    def _addresses(self, hosts: list[str]) -> Iterator[str]:
        for host in hosts:
            yield from self._values(host, self._kind)

    def _values(self, name: str, kind: str) -> tuple[str, ...]:
        found: Answer = self._ask(name, kind)
        if not found.is_known:
            raise _Error("temperror", "time", name)
        if not found.values:
            self._void += 1
            if self._void > MOST_VOID:
                raise _Error("permerror", "void", name)
        return found.values

    def _count(self, domain: str) -> None:
        self._lookups += 1
        if self._lookups > MOST_LOOKUPS:
            raise _Error("permerror", "lookups", domain)
