"""Contests under public vote for benchmarks and faults: members who may vote, all signed in, and their votes as bytes."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from benchmarks.support import posts, sites
from clozette.accounts import secret_tokens
from clozette.accounts.models import Member, SignIn
from clozette.contests.entering import freezing as entries
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Rules
from clozette.kernel import clock, ids, migrations
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.looks.models import Look
from clozette.privacy import notices
from clozette.privacy.models import Subject

LONG_AGO = timedelta(days=60)
_CSRF = "a" * 40


@dataclass(frozen=True)
class Poll:
    """One contest under vote."""

    contest_id: int
    slug: str
    entry_ids: Sequence[int]


@dataclass(frozen=True)
class Crowd:
    """Members who may vote, with what their browsers send."""

    members: Sequence[int]
    name: str
    cookies: Sequence[str]
    csrf: str
    stamp: str

    def vote(self, voter: int, poll: Poll, choice: int, *, take_back: bool = False) -> bytes:
        """Return a member's vote, as a browser behind a proxy sends it; each comes from a network of its own."""
        values = {"_notice": self.stamp} | ({"_method": "DELETE"} if take_back else {})
        entries = f"/contests/{poll.slug}/entries"
        return self.form(voter, f"{entries}/{ids.encode(poll.entry_ids[choice])}/vote", values, page=entries)

    def form(self, member: int, path: str, values: Mapping[str, str], *, page: str = "/") -> bytes:
        """Return a form of a member's, sent from a page."""
        headers = {
            "Cookie": f"{self.name}={self.cookies[member]}",
            "Referer": f"https://{sites.HOST}{page}",
            "Origin": f"https://{sites.HOST}",
            "X-Forwarded-For": f"10.{member >> 8 & 255}.{member & 255}.7",
            "X-Forwarded-Proto": "https",
        }
        return posts.post(path, sites.HOST, {"csrf_token": self.csrf, **values}, headers)


def environment(url: str, folder: Path) -> dict[str, str]:
    """Return the settings of the site, behind one proxy."""
    return sites.environment(url, folder) | {"CLOZETTE_TRUSTED_PROXIES": "1"}


def gather(app: Flask, size: int) -> Crowd:
    """Make the tables, and members who joined long ago and published a look each."""
    migrations.upgrade(app)
    tokens = [secret_tokens.make() for _ in range(size)]
    with app.app_context():
        members = _members(size)
        _sign_in(members, tokens)
        db.session.commit()
    return _crowd(app, members, tokens)


def open_poll(app: Flask, slug: str, entrants: int, votes: int) -> Poll:
    """Add a contest that takes so many votes of each member, and people who entered it."""
    with app.app_context():
        now = clock.now()
        contest = Contest(id=new_id(), slug=slug, title=slug, state="open", **_terms(now, votes), last_number=entrants)
        db.session.add(contest)
        db.session.flush()
        rules = {"number": 1, "language": "en", "content": {}, "text": slug, "sha256": "0" * 64, "made_at": now}
        agreed = Rules(id=new_id(), contest_id=contest.id, **rules)
        db.session.add(agreed)
        db.session.flush()
        contest.rules_id = agreed.id
        made = [entry(contest, agreed, member, number) for number, member in enumerate(_members(entrants), 1)]
        db.session.execute(sa.insert(Entry), made)
        db.session.commit()
        return Poll(contest.id, slug, [one["id"] for one in made])


def close_poll(app: Flask, poll: Poll) -> None:
    """Let the contest be closed, its entries fixed, and its vote be over for long enough to be frozen."""
    with app.app_context():
        now = clock.now()
        over = {"state": "closed", "closes_at": now - timedelta(minutes=4), "votes_until": now - timedelta(minutes=2)}
        db.session.execute(sa.update(Contest).where(Contest.id == poll.contest_id).values(**over))
        db.session.commit()
        entries.freeze(poll.contest_id, now=now, save=db.session.commit)
        db.session.commit()


def _members(size: int) -> list[int]:
    """Add members, each with a published look; return their ids."""
    joined, people = clock.now() - LONG_AGO, [new_id() for _ in range(size)]
    subjects = [{"id": one, "created_at": joined, "key": secrets.token_bytes(32)} for one in people]
    db.session.execute(sa.insert(Subject), subjects)
    db.session.execute(sa.insert(Member), [_member(one, joined) for one in people])
    db.session.execute(sa.insert(Look), [_look(one, joined) for one in people])
    return people


def _member(member_id: int, joined: Any) -> dict[str, Any]:
    name = f"m{ids.encode(member_id)}"[:30]
    known = {"id": member_id, "subject_id": member_id, "handle": name, "display_name": name, "country": "DE"}
    signs_in = {"email": f"{name}@bench.test", "email_canonical": f"{name}@bench.test", "password": "-"}
    more = {"birth_date": date(1990, 1, 1), "locale": "en", "time_zone": "UTC", "bio": "", "created_at": joined}
    return {**known, **signs_in, **more, "confirmed_at": joined, "fs_uniquifier": secrets.token_hex(32)}


def _look(member_id: int, at: Any) -> dict[str, Any]:
    key = new_id()
    dates = {"created_at": at, "changed_at": at, "published_at": at}
    return {"id": key, "member_id": member_id, "feed_key": key, "caption": "", "visibility": "public", **dates}


def _sign_in(members: Sequence[int], tokens: Sequence[str]) -> None:
    now = clock.now()
    seen = {"method": "password", "agent": "", "address": "", "started_at": now, "last_seen_at": now, "proved_at": now}
    rows = [
        {"id": member, "member_id": member, "digest": secret_tokens.digest(token), **seen}
        for member, token in zip(members, tokens, strict=True)
    ]
    db.session.execute(sa.insert(SignIn), rows)


def _terms(now: Any, votes: int) -> dict[str, Any]:
    dates = {
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=1),
        "votes_from": now - timedelta(hours=1),
        "votes_until": now + timedelta(days=2),
        "draw_at": now + timedelta(days=3),
        "announce_at": now + timedelta(days=4),
        "state_at": now,
        "created_at": now,
    }
    return {"decided_by": "draw", "entry_kind": "photos", "countries": ["DE"], "votes_per_member": votes, **dates}


def entry(contest: Contest, agreed: Rules, member_id: int, number: int) -> dict[str, Any]:
    """Return an entry as a row."""
    known = {"id": new_id(), "contest_id": contest.id, "member_id": member_id, "number": number, "statement": ""}
    more = {"code": secrets.token_bytes(16), "rules_id": agreed.id, "form_key": secrets.token_hex(16)}
    return {**known, **more, "state": "entered", "entered_at": clock.now()}


def _crowd(app: Flask, members: Sequence[int], tokens: Sequence[str]) -> Crowd:
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookies = [signer.dumps({"sid": token, "csrf_token": _CSRF}) for token in tokens]
    csrf = str(URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(_CSRF))
    with app.test_request_context():
        stamp = notices.stamp("CP3")
    return Crowd(members, app.config["SESSION_COOKIE_NAME"], cookies, csrf, stamp)
