"""Requests and breaches."""

from typing import Any

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.rights.desk import breaches, services
from clozette.rights.desk.models import Breach, Request


def ask(member: Member, **given: Any) -> Request:
    """Let a member ask for a correction (flushed)."""
    facts: dict[str, Any] = {
        "kind": "correction",
        "text": "My name is spelt with an h.",
        "address": member.email,
        "country": member.country,
        "identified_how": "session",
        "now": clock.now(),
    }
    return services.receive(subject_id=member.subject_id, **facts | given)


def make_breach(staff: Member, **given: Any) -> Breach:
    """Enter a breach (flushed)."""
    facts: dict[str, Any] = {
        "title": "A lost laptop",
        "what": "A laptop with a list of members was left in a train.",
        "remedy": "It was wiped from afar.",
        "categories": ["contact"],
        "laws": ["ID", "EU", "SG"],
        "risk": "some",
    }
    return breaches.open_breach(opened_by_id=staff.subject_id, now=clock.now(), **facts | given)
