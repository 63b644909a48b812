"""What the DNS says of the domains that newsletters come from: asked with no transaction open, and kept for minutes.

A start runs in a transaction and uses what was asked just before it; it never asks by itself.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app

from clozette.kernel import clock
from clozette.kernel.kept import Kept
from clozette.kernel.ports import dns
from clozette.kernel.ports.dns import Answer, Ask
from clozette.newsletters.sending import dkim, dmarc, spf
from clozette.settings import Network, Settings

RECENT = timedelta(minutes=2)
STALE = timedelta(minutes=10)
"""For how long a page believes what was asked, and for how long a start does."""
MOST_ADDRESSES = 16
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_AT_ONCE = 8
_KEY = "clozette.newsletters.published"
_NOBODY = "192.0.2.1"
"""An address of nobody's: shows what is wrong with a record for everybody."""
log = structlog.get_logger()
_UNREAL = ("test", "example", "invalid", "localhost", "example.com", "example.net", "example.org")


@dataclass(frozen=True)
class Wanted:
    """What newsletters from one domain depend on.

    :ivar sender: the domain of From; ``envelope`` the one that bounces go to.
    :ivar key: the name that the signature's key is published at, and the record; both empty where nothing signs.
    :ivar server: the mail server, empty where no mail leaves; ``ranges`` the addresses that it sends from, where somebody said them.
    """

    sender: str
    envelope: str
    signs: str
    key: tuple[str, str]
    server: str
    ranges: tuple[Network, ...]
    takes_mail: bool

    @property
    def is_real(self) -> bool:
        """Whether there is anything to ask about: mail really leaves, from a domain that can exist."""
        return bool(self.server or self.ranges) and not any(f".{self.sender}".endswith(f".{one}") for one in _UNREAL)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The single addresses among the ranges."""
        return tuple(str(one[0]) for one in self.ranges if one.num_addresses == 1)[:MOST_ADDRESSES]

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that are tried: of a range its first and its last."""
        ends = (str(address) for one in self.ranges for address in (one[0], one[-1]))
        return tuple(dict.fromkeys(ends))[:MOST_ADDRESSES]


@dataclass(frozen=True)
class Published:
    """What was found, and when.

    :ivar verdicts: SPF's, by the address that was tried: the known ones, else those of the mail server itself.
    :ivar records: the envelope domain's SPF records; nothing where no answer came.
    :ivar confirmed: by each single address whether its name leads back to it; nothing where no answer came.
    """

    at: datetime
    verdicts: Mapping[str, spf.Verdict]
    records: tuple[str, ...] | None
    key: Answer
    policy: dmarc.Policy
    mail_hosts: Answer
    confirmed: Mapping[str, bool | None]


def wanted(settings: Settings, sender: str, signer: dkim.Signer | None) -> Wanted:
    """Return what newsletters from a domain depend on."""
    key = (f"{signer.selector}._domainkey.{signer.domain}", signer.record()) if signer else ("", "")
    server = urlsplit(settings.news_smtp_url or settings.smtp_url).hostname or ""
    if server in LOCAL and not settings.is_production:
        server = ""  # the sandbox
    signs = signer.domain if signer else ""
    envelope = settings.bounce_domain.lower()
    return Wanted(sender.lower(), envelope, signs, key, server, settings.sends_from, settings.takes_mail)


def ask(*asked: Wanted) -> None:
    """Ask the DNS now, and keep the answers. No transaction may be open: a slow server would hold it open.

    Whatever goes wrong, nothing is known then, and no campaign waits for it.
    """
    real = [what for what in asked if what.is_real]
    server = dns.dns_of(current_app)
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for what, found in zip(real, pool.map(lambda what: look(server, what), real), strict=True):
                _kept(current_app).put(what, found)
    except Exception as error:  # noqa: BLE001 - a thread that can't be started, say
        log.error("dns_not_asked", error=type(error).__name__)


def is_recent(what: Wanted) -> bool:
    """Whether it was asked lately, or need not be."""
    found = _kept(current_app).get(what)
    return not what.is_real or (found is not None and found.at > clock.now() - RECENT)


def known(what: Wanted) -> Published | None:
    """Return what was asked before, if that holds still."""
    found = _kept(current_app).get(what)
    return found if found is not None and found.at > clock.now() - STALE else None


def look(server: dns.Dns, what: Wanted) -> Published:
    """Ask for everything at once; takes no longer than the port's patience."""
    asking = server.look(dns.PATIENCE)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        records = pool.submit(spf.published, what.envelope, asking)
        verdicts = pool.submit(_verdicts, what, asking)
        policy = pool.submit(dmarc.find, what.sender, asking)
        key = pool.submit(asking, what.key[0], "TXT") if what.key[0] else None
        mail_hosts = pool.submit(_mail_hosts, what.envelope, asking)
        confirmed = pool.map(lambda host: _is_confirmed(host, asking), what.hosts)
        return Published(
            clock.now(),
            verdicts.result(),
            records.result(),
            key.result() if key else Answer(),
            policy.result(),
            mail_hosts.result(),
            dict(zip(what.hosts, confirmed, strict=True)),
        )


def _kept(app: Flask) -> Kept[Published]:
    found: Kept[Published] = app.extensions.setdefault(_KEY, Kept(128))
    return found


def _verdicts(what: Wanted, asking: Ask) -> dict[str, spf.Verdict]:
    tried = what.addresses or _addresses_of(what.server, asking) or (_NOBODY,)
    return {one: spf.check(ipaddress.ip_address(one), what.envelope, asking) for one in tried}


def _addresses_of(host: str, asking: Ask) -> Sequence[str]:
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        return [*asking(host, "A").values, *asking(host, "AAAA").values][:MOST_ADDRESSES]


def _mail_hosts(domain: str, asking: Ask) -> Answer:
    """Return where a domain's mail goes: its MX records, or its own address where it has none (RFC 5321, 5.1)."""
    found = asking(domain, "MX")
    if found.values or not found.is_known:
        return Answer(tuple(one for one in found.values if not one.endswith(" .")), found.is_known)
    either = [asking(domain, kind) for kind in ("A", "AAAA")]
    values = tuple(value for one in either for value in one.values)
    return Answer(values, bool(values) or all(one.is_known for one in either))


def _is_confirmed(host: str, asking: Ask) -> bool | None:
    address = ipaddress.ip_address(host)
    names = asking(address.reverse_pointer, "PTR")
    kind = "A" if address.version == 4 else "AAAA"
    found = [asking(name, kind) for name in names.values[:4]]
    if any(str(address) in one.values for one in found):
        return True
    return False if names.is_known and all(one.is_known for one in found) else None
