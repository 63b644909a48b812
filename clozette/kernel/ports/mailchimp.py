"""Mailchimp through its own client (``mailchimp-marketing`` 3.0.80), whose faults end here.

Of the client we use the methods that know paths and parameters. What they call to speak to the network is ours
(``mailchimp_gateway``).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clozette.kernel.ports import departures
from clozette.kernel.ports.mailchimp_gateway import ID, Gateway, checked, read_results
from clozette.kernel.ports.mailing_list import (
    PAGE,
    Declined,
    Later,
    Letter,
    Member,
    Report,
    Shape,
    key_of,
    let_go,
)
from clozette.kernel.ports.release import Release

MOST_OPERATIONS = 1000
CATEGORY = "Newsletters"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_FIELDS = [f"members.{name}" for name in ("id", "email_address", "status", "last_changed", "interests", "merge_fields")]
_ERROR_CODES = {"ERROR_CONTACT_EXISTS": "exists"}


class Mailchimp:
    """One audience of one account.

    :param host: where the API is, with its version: ``https://us1.api.mailchimp.com/3.0``.
    :param authority: a certificate authority to trust besides the world's, for a service on this machine.
    """

    def __init__(
        self, host: str, api_key: str, audience: str, *, authority: Path | None = None, pause: float = 0.5
    ) -> None:
        parts = urlsplit(host)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("Mailchimp is spoken to by HTTPS alone")
        if not ID.fullmatch(audience):
            raise ValueError("the id of an audience is letters and digits")
        self._gateway = Gateway(host.rstrip("/"), api_key, authority, pause)
        self._audience = audience
        self._category = ""

    def member(self, key: str) -> Member | None:
        """Ask for one."""
        try:
            return _member(self._lists().get_list_member(self._audience, key))
        except Declined as no:
            if no.why == "missing":
                return None
            raise

    def put(self, release: Release, shape: Shape, interests: Mapping[str, str], key: str | None = None) -> Member:
        """PUT by the digest of the address: of two at once, and of one that is repeated, one member comes."""
        (person,) = let_go(departures.leave("mailchimp", release))
        body = {**_body(person, shape, interests), "status_if_new": "subscribed"}
        key = key or key_of(person[shape.address])
        return _member(self._lists().set_list_member(self._audience, key, body, skip_merge_validation=False))

    def put_new(self, release: Release, shape: Shape, interests: Mapping[str, str]) -> dict[str, str]:
        """POST to the list without ``update_existing``: whoever is there stays as they are, and comes back as an error."""
        people = let_go(departures.leave("mailchimp", release))
        members = [{**_body(one, shape, interests), "status": "subscribed"} for one in people]
        given = {"members": members, "update_existing": False}
        answer = self._lists().batch_list_members(self._audience, given, skip_merge_validation=False)
        became = dict.fromkeys((one["email_address"].lower() for one in members), "invalid")
        became |= dict.fromkeys((_text(one, "email_address").lower() for one in _rows(answer, "new_members")), "")
        for error in _rows(answer, "errors"):
            became[_text(error, "email_address").lower()] = _batch_word(error)
        return {address: became[address] for address in (one["email_address"].lower() for one in members)}

    def switch_off(self, key: str, interests: Sequence[str]) -> Member | None:
        """PATCH the interests alone."""
        answer = self._patch(key, {"interests": dict.fromkeys(interests, False)})
        return _member(answer) if answer else None

    def unsubscribe(self, key: str) -> None:
        """PATCH the status."""
        self._patch(key, {"status": "unsubscribed"})

    def ask_again(self, key: str) -> None:
        """Never ``subscribed`` over somebody who left: the service asks them itself."""
        self._patch(key, {"status": "pending"})

    def forget(self, key: str) -> None:
        """Delete for good; who is not there is forgotten already."""
        try:
            self._lists().delete_list_member_permanent(self._audience, key)
        except Declined as no:
            if no.why != "missing":
                raise

    def changed(self, since: datetime | None, offset: int) -> list[Member]:
        """Ask for a page."""
        asked: dict[str, Any] = {"count": PAGE, "offset": offset, "fields": _FIELDS}
        if since is not None:
            asked["since_last_changed"] = since.astimezone(UTC).isoformat(timespec="seconds")
        answer = self._lists().get_list_members_info(self._audience, **asked)
        return [_member(one) for one in _rows(answer, "members")]

    def interests(self) -> dict[str, str]:
        """Ask for those of our category, which is made at the first time."""
        if not self._category:
            self._category = self._find_category()
        found = self._lists().list_interest_category_interests(self._audience, self._category, count=PAGE)
        return {_text(one, "name"): _text(one, "id") for one in _rows(found, "interests")}

    def add_interest(self, name: str) -> str:
        """Add one to our category, unless it is there: a lost answer must not make two."""
        known = self.interests()
        if name in known:
            return known[name]
        made = self._lists().create_interest_category_interest(self._audience, self._category, {"name": name})
        return _text(made, "id")

    def create(self, letter: Letter) -> str:
        """Make the campaign, then its content."""
        campaigns = self._campaigns()
        made = _text(campaigns.create(self._campaign(letter)), "id")
        campaigns.set_content(made, {"html": letter.html, "plain_text": letter.text})
        return made

    def faults(self, campaign: str) -> list[str]:
        """Ask for the service's own list; what is merely advice is left out."""
        answer = self._campaigns().get_send_checklist(campaign)
        items = _rows(answer, "items")
        return [_text(one, "heading") for one in items if one.get("type") == "error"]

    def send(self, campaign: str) -> None:
        """Send it: once, whatever becomes of the answer."""
        self._campaigns().send(campaign)

    def report(self, campaign: str) -> Report:
        """Ask for the status, and for the counts once it was sent."""
        status = _text(self._campaigns().get(campaign), "status")
        if status not in {"sent", "sending"}:
            return Report(status)
        try:
            counts = self._reports().get_campaign_report(campaign)
        except Declined:
            return Report(status)
        bounces = counts.get("bounces") or {}
        bounced = sum(int(bounces.get(name) or 0) for name in ("hard_bounces", "soft_bounces", "syntax_errors"))
        left, complained = int(counts.get("unsubscribed") or 0), int(counts.get("abuse_reports") or 0)
        return Report(status, int(counts.get("emails_sent") or 0), bounced, left, complained)

    def unsubscribe_many(self, keys: Sequence[str]) -> str:
        """Start one batch that unsubscribes many; return its id. Each operation may be repeated without harm."""
        return self._patch_many(keys, {"status": "unsubscribed"})

    def switch_off_many(self, keys: Sequence[str], interests: Sequence[str]) -> str:
        """Start one batch that switches interests of many off; return its id."""
        return self._patch_many(keys, {"interests": dict.fromkeys(interests, False)})

    def _patch_many(self, keys: Sequence[str], said: Mapping[str, Any]) -> str:
        path, body = f"/lists/{self._audience}/members/", json.dumps(said)
        operations = [
            {"method": "PATCH", "path": path + checked("subscriber_hash", key), "body": body, "operation_id": key}
            for key in keys[:MOST_OPERATIONS]
        ]
        return _text(self._batches().start({"operations": operations}), "id")

    def batch_results(self, batch: str) -> dict[str, int] | None:
        """Return the status of each operation by its id; nothing while the batch goes on."""
        answer = self._batches().status(batch)
        if _text(answer, "status") != "finished":
            return None
        if not answer.get("total_operations"):
            return {}
        return read_results(self._gateway.fetch(_text(answer, "response_body_url")))

    def prepare(self, webhook: str) -> None:
        """Give the audience what we need of it: its name fields, our category, and the webhook without our own echoes."""
        lists = self._lists()
        tags = {
            _text(one, "tag") for one in _rows(lists.get_list_merge_fields(self._audience, count=100), "merge_fields")
        }
        for tag, name in (("FNAME", "First name"), ("LNAME", "Last name")):
            if tag not in tags:
                lists.add_list_merge_field(self._audience, {"tag": tag, "name": name, "type": "text", "required": True})
        self.interests()
        known = {_text(one, "url") for one in _rows(lists.get_list_webhooks(self._audience), "webhooks")}
        if webhook not in known:
            events = dict.fromkeys(("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign"), True)
            sources = {"user": True, "admin": True, "api": False}
            lists.create_list_webhook(self._audience, {"url": webhook, "events": events, "sources": sources})

    def _patch(self, key: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            answer: dict[str, Any] = self._lists().update_list_member(self._audience, key, dict(body))
        except Declined as no:
            if no.why == "missing":
                return None
            raise
        return answer

    def _find_category(self) -> str:
        lists = self._lists()
        found = _rows(lists.get_list_interest_categories(self._audience, count=PAGE), "categories")
        for one in found:
            if one.get("title") == CATEGORY:
                return _text(one, "id")
        return _text(
            lists.create_list_interest_category(self._audience, {"title": CATEGORY, "type": "checkboxes"}), "id"
        )

    def _campaign(self, letter: Letter) -> dict[str, Any]:
        chosen = {"condition_type": "Interests", "field": f"interests-{self._category_id()}", "op": "interestcontains"}
        segment = {"match": "all", "conditions": [{**chosen, "value": [letter.interest]}]}
        settings = {
            "subject_line": letter.subject,
            "preview_text": letter.preview,
            "title": letter.title,
            "from_name": letter.from_name,
            "reply_to": letter.reply_to,
        }
        return {
            "type": "regular",
            "recipients": {"list_id": self._audience, "segment_opts": segment},
            "settings": settings,
            # Opens and clicks are counted of those alone who agreed to it; Mailchimp can't tell them apart.
            "tracking": {"opens": False, "html_clicks": False, "text_clicks": False},
        }

    def _category_id(self) -> str:
        if not self._category:
            self._category = self._find_category()
        return self._category

    def _lists(self) -> Any:
        from mailchimp_marketing.api.lists_api import ListsApi

        return ListsApi(self._gateway)

    def _campaigns(self) -> Any:
        from mailchimp_marketing.api.campaigns_api import CampaignsApi

        return CampaignsApi(self._gateway)

    def _reports(self) -> Any:
        from mailchimp_marketing.api.reports_api import ReportsApi

        return ReportsApi(self._gateway)

    def _batches(self) -> Any:
        from mailchimp_marketing.api.batches_api import BatchesApi

        return BatchesApi(self._gateway)


def _body(person: Mapping[str, Any], shape: Shape, interests: Mapping[str, str]) -> dict[str, Any]:
    return {
        "email_address": person[shape.address],
        "language": person[shape.language],
        "merge_fields": {"FNAME": person[shape.first_name], "LNAME": person[shape.last_name]},
        "interests": {interests[name]: True for name in person[shape.interests]},
    }


def _member(answer: Mapping[str, Any]) -> Member:
    names = answer.get("merge_fields") or {}
    try:
        changed = datetime.fromisoformat(_text(answer, "last_changed").replace("Z", "+00:00"))
    except ValueError:
        raise Later("odd") from None
    return Member(
        key=_text(answer, "id"),
        status=_text(answer, "status"),
        changed_at=changed if changed.tzinfo else changed.replace(tzinfo=UTC),
        interests={str(name): bool(on) for name, on in (answer.get("interests") or {}).items()},
        address=str(answer.get("email_address") or ""),
        first_name=str(names.get("FNAME") or ""),
        last_name=str(names.get("LNAME") or ""),
    )


def _batch_word(error: Mapping[str, Any]) -> str:
    said = str(error.get("error") or "")
    if "ompliance" in said:
        return "compliance"
    if "orgotten" in said or "permanently deleted" in said:
        return "forgotten"
    return _ERROR_CODES.get(str(error.get("error_code")), "invalid")


def _text(answer: Any, name: str) -> str:
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value:
        raise Later("odd")
    return value


def _rows(answer: Any, name: str) -> list[dict[str, Any]]:
    rows = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Later("odd")
    return rows
