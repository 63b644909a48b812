"""The scoring of MDN's HTTP Observatory (its main branch: COOP and COEP count), for one answer of ours.

A score starts at 100; a fault takes points away, and what is better than needed adds some, but only while the faults
leave at least 90. From 100 the grade is A+. What depends on the outside (the HSTS preload list) never counts here.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

SIX_MONTHS = 15_768_000
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
UNSAFE_SOURCES = {"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "data:", "http:", "https:", "*"}


@dataclass
class Score:
    """What an answer earned: points by test."""

    points: dict[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> dict[str, int]:
        """Return the tests that took points away."""
        return {name: points for name, points in self.points.items() if points < 0}

    @property
    def total(self) -> int:
        """Return the score."""
        base = 100 + sum(self.faults.values())
        bonus = sum(points for points in self.points.values() if points > 0)
        return max(base + (bonus if base >= 90 else 0), 0)


def score(answer: TestResponse) -> Score:
    """Score one answer."""
    headers = answer.headers
    policy = parse_policy(headers.get("Content-Security-Policy", ""))
    return Score(
        {
            "content-security-policy": _policy(policy),
            "cookies": _cookies(headers.getlist("Set-Cookie")),
            "cross-origin-resource-sharing": -50 if headers.get("Access-Control-Allow-Origin") == "*" else 0,
            "referrer-policy": _referrer(headers.get("Referrer-Policy")),
            "strict-transport-security": _transport(headers.get("Strict-Transport-Security", "")),
            "subresource-integrity": _integrity(answer),
            "x-content-type-options": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
            "x-frame-options": _frames(policy, headers.get("X-Frame-Options")),
            "cross-origin-resource-policy": _bonus(
                headers.get("Cross-Origin-Resource-Policy"), "same-origin", "same-site"
            ),
            "cross-origin-opener-policy": _bonus(headers.get("Cross-Origin-Opener-Policy"), "same-origin"),
            "cross-origin-embedder-policy": _bonus(headers.get("Cross-Origin-Embedder-Policy"), "require-corp"),
        }
    )


def parse_policy(text: str) -> dict[str, list[str]]:
    """Read a content security policy: directive to sources; the first of two alike counts."""
    policy: dict[str, list[str]] = {}
    for part in text.split(";"):
        words = part.split()
        if words:
            policy.setdefault(words[0].lower(), words[1:])
    return policy


def _policy(policy: dict[str, list[str]]) -> int:
    if not policy:
        return -25
    default = policy.get("default-src", ["*"])
    scripts = policy.get("script-src", default)
    others = [source for name in ("style-src", "object-src") for source in policy.get(name, default)]
    if not any(word.startswith(("'nonce-", "'sha")) for word in scripts) and UNSAFE_SOURCES & set(scripts):
        return -20
    if UNSAFE_SOURCES & {*others, *policy.get("base-uri", [])} or "'unsafe-eval'" in scripts:
        return -20 if "'unsafe-eval'" in scripts else 0
    return 10 if default == ["'none'"] and "form-action" in policy and "base-uri" in policy else 5


def _cookies(cookies: list[str]) -> int:
    worst = 5 if cookies else 0
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        if "secure" not in attributes:
            worst = min(worst, -40)
        elif "httponly" not in attributes:
            worst = min(worst, -30)
        elif not attributes & {"samesite=lax", "samesite=strict"}:
            worst = min(worst, 0)
    return worst


def _referrer(value: str | None) -> int:
    if value is None:
        return 0
    return 5 if value in PRIVATE_REFERRERS else -5


def _transport(value: str) -> int:
    age = re.search(r"max-age=(\d+)", value)
    if not age:
        return -20
    return 0 if int(age.group(1)) >= SIX_MONTHS else -10


def _frames(policy: dict[str, list[str]], header: str | None) -> int:
    if policy.get("frame-ancestors", ["*"])[0] in {"'none'", "'self'"}:
        return 5
    return 0 if header in {"DENY", "SAMEORIGIN"} else -20


def _bonus(value: str | None, *good: str) -> int:
    return 10 if value in good else 0


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and dict(attrs).get("src"):
            self.loaded.append(dict(attrs))


def _integrity(answer: TestResponse) -> int:
    if answer.mimetype != "text/html":
        return 0
    scripts = _Scripts()
    scripts.feed(answer.get_data(as_text=True))
    foreign = [script for script in scripts.loaded if not str(script["src"]).startswith("/")]
    if any(not script.get("integrity") for script in foreign):
        return -50
    return 5 if scripts.loaded and all(script.get("integrity") for script in scripts.loaded) else 0
