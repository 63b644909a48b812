"""What shows that a program opened a mail, and when two shares differ by more than chance. No database, no clock."""

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

MACHINES = ("head", "prefetch", "scanner", "at once")
"""Why a single request was hardly a person's; several links within a second show it too (``reading``)."""

AT_ONCE = timedelta(seconds=2)
"""After delivery: nobody reads that fast."""

_PROGRAMS = re.compile(
    r"bot\b|bot/|crawl|spider|scan|preview|monitor|headless|phantomjs|curl|wget|python|java/|go-http|okhttp|axios"
    r"|node-fetch|libwww|httpclient|ruby|perl|php/|safelinks|barracuda|mimecast|proofpoint|fireeye|trendmicro"
    r"|forcepoint|sophos|symantec|messagelabs|ironport|zscaler|urldefense"
)
_BARE = re.compile(r"mozilla/[45]\.0\s*(\(\s*\))?")
"""Nothing after it: how mail programs that fetch every picture in advance call themselves."""


def machine(method: str, headers: Mapping[str, str], since_delivery: timedelta | None) -> str | None:
    """Return why a request was hardly a person's, if it shows that by itself."""
    agent = headers.get("User-Agent", "").strip().lower()
    if method == "HEAD":
        return "head"
    if (
        "prefetch"
        in f"{headers.get('Purpose', '')} {headers.get('Sec-Purpose', '')} {headers.get('X-Moz', '')}".lower()
    ):
        return "prefetch"
    if not agent or _BARE.fullmatch(agent) or _PROGRAMS.search(agent):
        return "scanner"
    if since_delivery is not None and since_delivery <= AT_ONCE:
        return "at once"
    return None


Share = tuple[int, int]
"""So many of so many."""
Verdict = Literal["few", "same", "first", "second"]
_FEWEST = 5
_SURE = 1.96


def compare(first: Share, second: Share) -> Verdict:
    """Say whether one of two shares is larger, or the difference is too small to tell, or there are too few readers.

    The pooled two-proportion z-test, two-sided at 5 %: z = (p1 - p2) / sqrt(p (1 - p) (1/n1 + 1/n2)), where p is the share
    of both together. Source: NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3. Its normal approximation needs about
    five expected of each kind on each side (Cochran's rule); below that nothing is claimed.
    """
    (hits, of), (others, of_others) = first, second
    together = hits + others
    if not of or not of_others:
        return "few"
    share = together / (of + of_others)
    if min(of, of_others) * min(share, 1 - share) < _FEWEST:
        return "few"
    difference = hits / of - others / of_others
    error = math.sqrt(share * (1 - share) * (1 / of + 1 / of_others))
    if abs(difference) <= _SURE * error:
        return "same"
    return "first" if difference > 0 else "second"
