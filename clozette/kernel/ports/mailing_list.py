"""A mailing-list service as a second channel: the promise, and its twin in memory; the real one is ``ports.mailchimp``.

What gives the service something new about a person takes a ``Release``. Everything else names people it has already, by
the digest of their address that the service itself uses.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from flask import Flask, current_app

from clozette.kernel import clock, tasks
from clozette.kernel.ports import departures
from clozette.kernel.ports.release import Release

KEY = "clozette.mailing_list"
MOST_AT_ONCE = 500
PAGE = 1000
ENDED = frozenset({"unsubscribed", "cleaned", "archived"})
"""In these the service sends nothing to a member, and only the member's own yes to the service ends them."""


class Later(Exception):
    """The service can't be reached, asks to wait, or answered what can't be trusted; the text is a word of ours."""


class Uncertain(Later):
    """Nobody knows whether it was done: the answer to a deed that can't be repeated was lost."""


class Declined(Exception):
    """The service says no, and would say it again. ``why`` is a word of ours: its own text may name people.

    ``compliance``: the person left there, and only they can come back; ``forgotten``: erased for good, and only a form of
    the service takes them again; ``missing``: it knows no such thing; ``exists``; ``invalid``; ``forbidden``.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Shape:
    """Which field of a payload holds what; ``interests`` holds a list of names of interests."""

    address: str
    first_name: str
    last_name: str
    language: str
    interests: str


@dataclass(frozen=True)
class Member:
    """A person as the service knows them. ``interests``: by the service's id of each."""

    key: str
    status: str
    changed_at: datetime
    interests: Mapping[str, bool] = field(default_factory=dict)
    address: str = ""
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class Letter:
    """What a campaign of the service is made of; its HTML and text hold the service's own tags, and nobody's name."""

    title: str
    subject: str
    preview: str
    from_name: str
    reply_to: str
    html: str
    text: str
    interest: str


@dataclass(frozen=True)
class Report:
    """What the service counted of a campaign."""

    status: str
    sent: int = 0
    bounced: int = 0
    unsubscribed: int = 0
    complained: int = 0


class MailingList(Protocol):
    """What the service can do for us. Every method raises ``Later`` or ``Declined``."""

    def member(self, key: str) -> Member | None:
        """Return a member by the digest of the address."""

    def put(self, release: Release, shape: Shape, interests: Mapping[str, str], key: str | None = None) -> Member:
        """Add the one person of a release, or bring what is known of them up to it; their status stays as it is.

        :param interests: the service's id for each name of an interest; those in the payload are switched on.
        :param key: what the service knows the person by, if their address changed since.
        """

    def put_new(self, release: Release, shape: Shape, interests: Mapping[str, str]) -> dict[str, str]:
        """Add up to 500 people whom the service doesn't know; touch nobody it knows.

        :returns: what became of each address in lower case: empty for added, or the word of a ``Declined``.
        """

    def switch_off(self, key: str, interests: Sequence[str]) -> Member | None:
        """Switch interests off; nothing if there is no such member."""

    def unsubscribe(self, key: str) -> None:
        """Let nothing be sent to a member any more; one whom the service doesn't know is no error."""

    def unsubscribe_many(self, keys: Sequence[str]) -> str:
        """Start to unsubscribe up to a thousand; return the id that ``batch_results`` takes."""

    def switch_off_many(self, keys: Sequence[str], interests: Sequence[str]) -> str:
        """The same with interests; their status stays."""

    def batch_results(self, batch: str) -> dict[str, int] | None:
        """Return the HTTP status of each of them, 404 for nobody there; nothing while it goes on."""

    def ask_again(self, key: str) -> None:
        """Let the service ask somebody who had left it whether they come back."""

    def forget(self, key: str) -> None:
        """Erase a person for good: the service never takes the address again but by a form of its own."""

    def changed(self, since: datetime | None, offset: int) -> list[Member]:
        """Return a page of members, all of them or those who changed since a moment."""

    def interests(self) -> dict[str, str]:
        """Return the service's id of each of our interests, by name."""

    def add_interest(self, name: str) -> str:
        """Add one; return its id."""

    def create(self, letter: Letter) -> str:
        """Make a campaign and its content; return its id. It is sent by ``send`` alone."""

    def faults(self, campaign: str) -> list[str]:
        """Return what the service has against sending it."""

    def send(self, campaign: str) -> None:
        """Send it. ``Uncertain`` if the answer was lost: then ask ``report``."""

    def report(self, campaign: str) -> Report:
        """Return what was counted."""


def key_of(address: str) -> str:
    """Return the digest that the service knows an address by."""
    return hashlib.md5(address.strip().lower().encode(), usedforsecurity=False).hexdigest()


def init_app(app: Flask, make: Callable[[], MailingList] | None) -> None:
    """Say how the service is reached, made when it is first needed; nothing for a site without one."""
    app.extensions[KEY] = make


def is_on() -> bool:
    """Whether this site has such a service."""
    return current_app.extensions.get(KEY) is not None


def mailing_list() -> MailingList:
    """Return the site's service; only where ``is_on``."""
    make: Callable[[], MailingList] = current_app.extensions[KEY]
    return make()


def let_go(payload: bytes) -> list[dict[str, Any]]:
    """Return the people of a payload that departed, with the departure committed, before the network is waited for."""
    if tasks.is_task():
        tasks.checkpoint()
    people: list[dict[str, Any]] = json.loads(payload)
    return people


class Memory:
    """A mailing list in memory, for tests: it keeps every rule of the real one that we depend on."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.forgotten: set[str] = set()
        self.known: dict[str, str] = {}
        self.campaigns: dict[str, Letter] = {}
        self.sent: set[str] = set()
        self.batches: list[dict[str, int]] = []
        self.calls: list[str] = []
        self.fails: list[Exception] = []

    def member(self, key: str) -> Member | None:
        """Find one."""
        self._called("member")
        return self.members.get(key)

    def put(self, release: Release, shape: Shape, interests: Mapping[str, str], key: str | None = None) -> Member:
        """Add or change one."""
        (person,) = let_go(departures.leave("mailchimp", release))
        self._called("put")
        old = self.members.get(key or key_of(person[shape.address]))
        return self._keep(person, shape, interests, old)

    def put_new(self, release: Release, shape: Shape, interests: Mapping[str, str]) -> dict[str, str]:
        """Add several."""
        people = let_go(departures.leave("mailchimp", release))
        self._called("put_new")
        became = {}
        for person in people:
            address = person[shape.address].lower()
            became[address] = "exists" if key_of(address) in self.members else ""
            if not became[address]:
                try:
                    self._keep(person, shape, interests, None)
                except Declined as no:
                    became[address] = no.why
        return became

    def switch_off(self, key: str, interests: Sequence[str]) -> Member | None:
        """Switch interests off."""
        self._called("switch_off")
        return self._switch_off(key, interests) if key in self.members else None

    def unsubscribe(self, key: str) -> None:
        """End a membership."""
        self._called("unsubscribe")
        self._set(key, "unsubscribed")

    def unsubscribe_many(self, keys: Sequence[str]) -> str:
        """End many."""
        self._called("unsubscribe_many")
        for key in keys:
            self._set(key, "unsubscribed")
        return self._batch(keys)

    def switch_off_many(self, keys: Sequence[str], interests: Sequence[str]) -> str:
        """Switch interests of many off."""
        self._called("switch_off_many")
        for key in self.members.keys() & set(keys):
            self._switch_off(key, interests)
        return self._batch(keys)

    def batch_results(self, batch: str) -> dict[str, int] | None:
        """Say what became of them."""
        self._called("batch_results")
        return self.batches[int(batch.removeprefix("batch")) - 1]

    def ask_again(self, key: str) -> None:
        """Let it wait for the person's own yes."""
        self._called("ask_again")
        self._set(key, "pending")

    def forget(self, key: str) -> None:
        """Erase one."""
        self._called("forget")
        if self.members.pop(key, None):
            self.forgotten.add(key)

    def changed(self, since: datetime | None, offset: int) -> list[Member]:
        """Give a page."""
        self._called("changed")
        found = [one for one in self.members.values() if since is None or one.changed_at >= since]
        return found[offset : offset + PAGE]

    def interests(self) -> dict[str, str]:
        """Give them by name."""
        self._called("interests")
        return dict(self.known)

    def add_interest(self, name: str) -> str:
        """Add one."""
        self._called("add_interest")
        return self.known.setdefault(name, f"interest{len(self.known) + 1}")

    def create(self, letter: Letter) -> str:
        """Keep a campaign."""
        self._called("create")
        self.campaigns[f"campaign{len(self.campaigns) + 1}"] = letter
        return f"campaign{len(self.campaigns)}"

    def faults(self, campaign: str) -> list[str]:
        """Say nothing against it."""
        self._called("faults")
        self._campaign(campaign)
        return []

    def send(self, campaign: str) -> None:
        """Send it."""
        self._called("send")
        self._campaign(campaign)
        self.sent.add(campaign)

    def report(self, campaign: str) -> Report:
        """Count who was there for it."""
        self._called("report")
        interest = self._campaign(campaign).interest
        if campaign not in self.sent:
            return Report("save")
        got = [one for one in self.members.values() if one.status == "subscribed" and one.interests.get(interest)]
        return Report("sent", sent=len(got))

    def _batch(self, keys: Sequence[str]) -> str:
        self.batches.append({key: 200 if key in self.members else 404 for key in keys})
        return f"batch{len(self.batches)}"

    def _switch_off(self, key: str, interests: Sequence[str]) -> Member:
        off = {**self.members[key].interests, **dict.fromkeys(interests, False)}
        self.members[key] = replace(self.members[key], interests=off, changed_at=clock.now())
        return self.members[key]

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.fails:
            raise self.fails.pop(0)

    def _campaign(self, campaign: str) -> Letter:
        if campaign not in self.campaigns:
            raise Declined("missing")
        return self.campaigns[campaign]

    def _keep(
        self, person: Mapping[str, Any], shape: Shape, interests: Mapping[str, str], old: Member | None
    ) -> Member:
        key = key_of(person[shape.address])
        if key in self.forgotten and old is None:
            raise Declined("forgotten")
        on = {interests[name]: True for name in person[shape.interests]}
        kept = Member(
            key,
            old.status if old else "subscribed",
            clock.now(),
            {**(old.interests if old else dict.fromkeys(self.known.values(), False)), **on},
            person[shape.address],
            person[shape.first_name],
            person[shape.last_name],
        )
        if old is not None:
            self.members.pop(old.key)
        self.members[key] = kept
        return kept

    def _set(self, key: str, status: str) -> None:
        if key in self.members:
            self.members[key] = replace(self.members[key], status=status, changed_at=clock.now())
