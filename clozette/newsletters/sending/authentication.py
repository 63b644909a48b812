"""What mailbox providers will think of our domains: findings about SPF, DKIM, DMARC and the servers' names.

Red is what certainly fails, which is more than what fails DMARC. That is content with one of SPF and DKIM; Gmail, Yahoo and
Outlook ask bulk senders for both, one of them aligned, and slow down or refuse what lacks one (Gmail's 5.7.27 names SPF
and its 5.7.25 PTR, Outlook's 5.7.515 stands for any). So an address of ours that SPF leaves out is red beside the best of
signatures, and so is one whose name does not lead back: most readers would get nothing, and whoever published a key can
publish this too. Amber is what can't be known: whether a relay sends under an envelope of its own, what nobody answered in
time. A mend names the very record to publish.
"""

import ipaddress
from collections.abc import Iterator
from email.utils import parseaddr

from flask_babel import gettext as _

from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import dkim, keyring, published, spf
from clozette.newsletters.sending.dmarc import is_aligned, tags_of
from clozette.newsletters.sending.findings import Finding, Level
from clozette.newsletters.sending.published import Published, Wanted
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.settings import Settings

_STRING = 255


def wanted_of(newsletter: Newsletter, settings: Settings) -> Wanted:
    """Return what a newsletter depends on; as if unsigned where the key can't be read, which is told elsewhere."""
    return wanted_from(newsletter.sender_address or parseaddr(settings.news_from)[1], settings)


def wanted_from(address: str, settings: Settings) -> Wanted:
    """Return what newsletters from an address depend on."""
    try:
        signer = keyring.signer(settings)
    except dkim.BadKey:
        signer = None
    return published.wanted(settings, address.rpartition("@")[2], signer)


def of(campaign: Campaign, settings: Settings) -> list[Finding]:
    """Return what is known by now of a campaign's domains; asks nobody."""
    what = wanted_of(campaign.newsletter, settings)
    return findings(what, published.known(what))


def findings(what: Wanted, found: Published | None) -> list[Finding]:
    """Judge what was found; nothing found is something to look at, and no more."""
    if not what.is_real:
        said = _(
            "Nothing is looked up in the DNS: no mail leaves, or %(domain)s is no real domain.", domain=what.sender
        )
        return [Finding("green", said)]
    if found is None:
        return [Finding("amber", _("The DNS was not asked yet."), _("Load this page again."))]
    faults = [*_of_key(what, found), *_of_policy(what, found), *_of_spf(what, found), *_of_servers(what, found)]
    good = _("SPF, DKIM and DMARC of %(domain)s are published as they should be.", domain=what.sender)
    return faults or [Finding("green", good)]


def line(name: str, kind: str, value: str) -> str:
    """Write a record as zone files hold it; a text longer than 255 bytes is several strings."""
    if kind != "TXT":
        return f"{name}. {kind} {value}"
    strings = [value[start : start + _STRING] for start in range(0, len(value), _STRING)]
    return f"{name}. TXT " + " ".join(f'"{one}"' for one in strings)


def spf_record(what: Wanted, now: str = "") -> str:
    """Return the record that lets our servers send: the present one with what it lacks, or a new one."""
    lacks = [f"ip{one.version}:{one if one.num_addresses > 1 else one[0]}" for one in what.ranges]
    terms = now.split()[1:] or ["-all"]
    return " ".join(["v=spf1", *(one for one in lacks or ["include:…"] if one not in terms), *terms])


def pointer(host: str) -> str:
    """Return the name under which an address says its own."""
    return str(ipaddress.ip_address(host).reverse_pointer)


def _publish(level: Level, said: str, name: str, kind: str, value: str) -> Finding:
    return Finding(level, said, _("Publish:"), line(name, kind, value))


def _silent(what: str) -> Finding:
    said = _("The DNS did not answer in time, or not well: %(what)s is not known.", what=what)
    return Finding("amber", said, _("Load this page again in some minutes."))


def _of_key(what: Wanted, found: Published) -> Iterator[Finding]:
    name, record = what.key
    if not name:
        return
    if not found.key.is_known:
        yield _silent(f"{name} TXT")
    elif not found.key.values:
        said = _("No key is published at %(name)s: no signature holds.", name=name)
        yield _publish("red", said, name, "TXT", record)
    elif len(found.key.values) > 1:
        said = _("Several keys are published at %(name)s: servers take any one of them.", name=name)
        yield Finding("red", said, _("Take all away but this:"), line(name, "TXT", record))
    elif not _is_our_key(found.key.values[0], record):
        said = _("Another key than ours is published at %(name)s: no signature holds.", name=name)
        yield _publish("red", said, name, "TXT", record)


def _is_our_key(text: str, record: str) -> bool:
    theirs, ours = tags_of(text), tags_of(record)
    hashes, services = theirs.get("h", "sha256").split(":"), theirs.get("s", "*").split(":")
    return (
        theirs.get("v", "DKIM1") == "DKIM1"
        and theirs.get("k", "rsa") == ours["k"]
        and "".join(theirs.get("p", "").split()) == ours["p"]
        and "sha256" in [one.strip() for one in hashes]
        and bool({"*", "email"} & {one.strip() for one in services})
    )


def _of_policy(what: Wanted, found: Published) -> Iterator[Finding]:
    policy = found.policy
    least = (f"_dmarc.{policy.at}", "TXT", "v=DMARC1; p=none")
    if policy.state == "unknown":
        yield _silent(f"_dmarc.{policy.at} TXT")
    elif policy.state == "none":
        said = _("No DMARC policy is published for %(domain)s; who mails many people must have one.", domain=policy.at)
        yield _publish("red", said, *least)
    elif policy.state == "several":
        said = _("%(domain)s publishes several DMARC policies, so none holds.", domain=policy.at)
        yield Finding("red", said, _("Leave one of the records at %(name)s.", name=f"_dmarc.{policy.at}"))
    elif policy.state == "bad":
        said = _("The DMARC policy of %(domain)s says no p=none, quarantine or reject.", domain=policy.at)
        yield _publish("red", said, *least)
    elif not (_key_aligned(what, found) or _envelope_aligned(what, found)):
        said = _(
            "Neither the signature nor the envelope belongs to %(domain)s as its DMARC policy asks.", domain=what.sender
        )
        yield Finding(
            "red", said, _("Set CLOZETTE_DKIM_DOMAIN to %(domain)s, or take adkim=s away.", domain=what.sender)
        )


def _key_aligned(what: Wanted, found: Published) -> bool:
    return bool(what.signs) and is_aligned(what.sender, what.signs, strictly=found.policy.strict_key)


def _envelope_aligned(what: Wanted, found: Published) -> bool:
    return is_aligned(what.sender, what.envelope, strictly=found.policy.strict_envelope)


def _of_spf(what: Wanted, found: Published) -> Iterator[Finding]:
    """Judge SPF by the worst of our addresses."""
    worst = sorted(found.verdicts.items(), key=lambda one: _WORST.index(one[1].result))[0]
    address, verdict = worst
    records = found.records
    if verdict.result == "permerror":
        said = _("The SPF record of %(domain)s can't be read, so it lets nobody send.", domain=what.envelope)
        yield Finding("red", said, _mend_of_error(verdict))
    elif records is None or verdict.result == "temperror":
        yield _silent(f"{verdict.at or what.envelope} TXT")
    elif verdict.result == "none":
        said = _("%(domain)s publishes no SPF record.", domain=what.envelope)
        level = _without_record(what, found)
        yield _publish(level, f"{said} {_both_asked()}", what.envelope, "TXT", spf_record(what))
    elif not what.ranges:
        yield _of_relay(what, found)
    elif verdict.result == "unchecked":
        said = _(
            "Whether %(address)s may send for %(domain)s depends on the mail: it was not checked.",
            address=address,
            domain=what.envelope,
        )
        yield _publish("amber", said, what.envelope, "TXT", spf_record(what, records[0]))
    elif verdict.result != "pass":
        said = _("The SPF record of %(domain)s does not let %(address)s send.", domain=what.envelope, address=address)
        yield _publish("red", f"{said} {_both_asked()}", what.envelope, "TXT", spf_record(what, records[0]))


_WORST = ("permerror", "fail", "softfail", "neutral", "none", "temperror", "unchecked", "pass")


def _of_relay(what: Wanted, found: Published) -> Finding:
    """Say that nobody knows which addresses a relay sends from; its own may be none of them."""
    passes = all(one.result == "pass" for one in found.verdicts.values())
    named = {"server": what.server, "domain": what.envelope}
    if passes or what.server in published.LOCAL:
        said = _(
            "Which addresses %(server)s sends from can't be known; the SPF record of %(domain)s must include them.",
            **named,
        )
    else:
        said = _(
            "Which addresses %(server)s sends from can't be known; the SPF record of %(domain)s does not even let its own send.",
            **named,
        )
    return Finding("amber", said, _("Say them in CLOZETTE_NEWS_SENDS_FROM, and they are checked."))


def _both_asked() -> str:
    said: str = _("Large mailbox providers ask for SPF beside the signature, and refuse newsletters that lack it.")
    return said


def _without_record(what: Wanted, found: Published) -> Level:
    """Return how bad it is to have no SPF record: a relay may need none of ours where the sender's signature may hold."""
    if what.ranges:
        return "red"
    name, record = what.key
    may_hold = not found.key.is_known or (len(found.key.values) == 1 and _is_our_key(found.key.values[0], record))
    return "amber" if name and may_hold and _key_aligned(what, found) else "red"


def _mend_of_error(verdict: spf.Verdict) -> str:
    mends: dict[str, str] = {
        "several": _("%(domain)s publishes several records that begin with v=spf1: leave one.", domain=verdict.at),
        "syntax": _("A term of the record at %(domain)s is none: mend it.", domain=verdict.at),
        "lookups": _("It takes more than ten look-ups: write addresses (ip4:, ip6:) for some include:, a and mx."),
        "void": _(
            "It names several hosts that don't exist, the last one %(domain)s: take them out.", domain=verdict.at
        ),
        "missing": _("It refers to %(domain)s, which publishes no SPF record: take that out.", domain=verdict.at),
        "hosts": _("%(domain)s has more than ten mail servers: write addresses for mx.", domain=verdict.at),
    }
    return mends[verdict.because]


def _of_servers(what: Wanted, found: Published) -> Iterator[Finding]:
    if what.takes_mail and not found.mail_hosts.is_known:
        yield _silent(f"{what.envelope} MX")
    elif what.takes_mail and not found.mail_hosts.values:
        said = _("No server takes mail for %(domain)s: what comes back is lost.", domain=what.envelope)
        yield _publish("amber", said, what.envelope, "MX", "10 " + _("<the host that takes it>."))
    for host, is_confirmed in found.confirmed.items():
        if is_confirmed is None:
            yield _silent(f"{pointer(host)} PTR")
        elif not is_confirmed:
            said = _("%(address)s has no name that leads back to it: Gmail and others refuse its mail.", address=host)
            record = line(pointer(host), "PTR", _("<the server's name>."))
            yield Finding("red", said, _("Ask whose network it is to publish:"), record)
