"""A domain's DMARC policy (RFC 7489): where it is found, what it says, and which domains belong together for it.

Nobody knows a registry's list of suffixes here: a policy is looked for at the sender's domain, then at each one above it
that still has two names.
"""

from dataclasses import dataclass
from typing import Literal

from clozette.kernel.ports.dns import Ask

State = Literal["found", "none", "several", "bad", "unknown"]
POLICIES = frozenset({"none", "quarantine", "reject"})


@dataclass(frozen=True)
class Policy:
    """What was found.

    :ivar at: the domain whose policy it is; the sender's own where nothing was found.
    :ivar strict_key: whether the signing domain must be the very one of From; ``strict_envelope`` likewise.
    """

    state: State
    at: str
    says: str = ""
    strict_key: bool = False
    strict_envelope: bool = False


def find(domain: str, ask: Ask) -> Policy:
    """Return the policy that holds for mail from a domain."""
    for one in _upwards(domain):
        found = ask(f"_dmarc.{one}", "TXT")
        if not found.is_known:
            return Policy("unknown", one)
        texts = [text for text in found.values if _is_policy(text)]
        if texts:
            return _read(texts[0], one) if len(texts) == 1 else Policy("several", one)
    return Policy("none", domain)


def is_aligned(one: str, other: str, *, strictly: bool = False) -> bool:
    """Whether two domains belong together: they are the same or, where that is enough, of one organisation.

    That is: their last two names are the same. Two strangers below ``co.uk`` pass, too; better than to stop siblings.
    """
    return one == other or (not strictly and one.split(".")[-2:] == other.split(".")[-2:])


def tags_of(text: str) -> dict[str, str]:
    """Read a record that is a list of tags (RFC 6376, 3.2), which DKIM's keys are too; the last of two alike counts."""
    pairs = (one.partition("=") for one in text.split(";") if "=" in one)
    return {name.strip(): value.strip() for name, _equals, value in pairs}


def _upwards(domain: str) -> list[str]:
    names = domain.split(".")
    return [domain, *(".".join(names[start:]) for start in range(1, len(names) - 1))]


def _is_policy(text: str) -> bool:
    name, _equals, value = text.partition(";")[0].partition("=")
    return name.strip() == "v" and value.strip() == "DMARC1"


def _read(text: str, at: str) -> Policy:
    tags = tags_of(text)
    says = tags.get("p", "").lower()
    if says not in POLICIES:
        if not tags.get("rua", "").lower().startswith("mailto:"):
            return Policy("bad", at)
        says = "none"  # so the standard: whoever wants reports is given some
    return Policy("found", at, says, tags.get("adkim") == "s", tags.get("aspf") == "s")
