"""What shows that a program opened a mail, and no person. No database, no clock."""

import re
from collections.abc import Mapping
from datetime import timedelta

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
