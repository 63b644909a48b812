"""Mail addresses and client addresses, as they are compared and as they are kept. No database."""

import ipaddress
import re
import unicodedata

# One part before the @, a domain with a dot after it, nothing that a mail header or a shell would read otherwise.
_MAIL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@(?P<domain>[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{3,190})")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def canonical(address: str) -> str | None:
    """Return how an address is compared: one spelling for every way to type it; nothing if it is no address."""
    text = unicodedata.normalize("NFKC", address.strip())
    match = _MAIL.fullmatch(text)
    if match is None:
        return None
    local = text[: match.start("domain") - 1]
    domain = _ascii_domain(match["domain"])
    if domain is None or local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    return f"{local.casefold()}@{domain}"


def _ascii_domain(domain: str) -> str | None:
    try:
        ascii_domain = domain.casefold().encode("idna").decode()
    except UnicodeError:
        return None
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return None
    return ascii_domain


def truncated(client: str | None) -> str:
    """Return a client's network instead of its address: /24, or /48 for IPv6."""
    try:
        address = ipaddress.ip_address(client or "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def summary_of(user_agent: str | None) -> str:
    """Return "Firefox on Linux" for a browser's long name, so that no more than that is kept."""
    text = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    return " on ".join(part for part in (browser, system) if part)
