"""What a form showed, kept beside the sign-up until it is confirmed: the stamp itself would be too old by then."""

import json
from dataclasses import asdict
from datetime import datetime

from clozette.privacy.notices import Shown


def kept(shown: Shown | None) -> str | None:
    """Return what to keep of a form that was read in time."""
    return json.dumps({**asdict(shown), "at": shown.at.isoformat()}, ensure_ascii=False) if shown else None


def shown(text: str | None) -> Shown | None:
    """Return it again."""
    if not text:
        return None
    facts = json.loads(text)
    offers = tuple((str(purpose), str(channel)) for purpose, channel in facts["offers"])
    at, controls = datetime.fromisoformat(facts["at"]), tuple(facts["controls"])
    return Shown(**{**facts, "at": at, "offers": offers, "controls": controls})
