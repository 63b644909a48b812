"""The small world that the access table speaks of: eight kinds of people, and what one of them, the owner, has.

``build()`` makes it once; the table's addresses name its things in braces (``/items/{item}``).
"""

from dataclasses import dataclass, field

from flask import Flask

from clozette.accounts.schemas import SCOPES
from clozette.accounts.services import blocks, tokens
from clozette.community import services as community
from clozette.community.models import Approver, FollowRequest
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from tests.factories import accounts
from tests.support.client import Client

ROLES = ("guest", "unconfirmed", "member", "owner", "blocked", "minor", "moderator", "admin")
STAFF = ("moderator", "admin")


@dataclass
class World:
    """Who is there, and what things are called."""

    app: Flask
    names: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, dict] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def browser(self, role: str) -> Client:
        """Return a fresh browser, signed in as somebody of that role."""
        client = self.app.test_client()
        assert isinstance(client, Client)
        if role in self.cookies:
            client._cookies = dict(self.cookies[role])
        return client

    def call(self, role: str, method: str, path: str, **options):
        """Send one request as somebody: by cookie to a page, by a token with every scope to the API."""
        headers = {}
        if path.startswith("/api/") and role in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return self.browser(role).open(path, method=method, headers=headers, **options)


def build(app: Flask) -> World:
    """Make the world in an empty database and commit it."""
    world = World(app)
    with app.app_context():
        people = _people(world)
        _between_people(world, people)
        db.session.commit()
    return world


def _people(world: World):
    people = {
        "unconfirmed": accounts.make_member("una", confirmed=False),
        "member": accounts.make_member("mia"),
        "owner": accounts.make_member("olivia"),
        "blocked": accounts.make_member("bert"),
        "minor": accounts.make_minor("mina"),
        "moderator": accounts.make_member("moe", roles=("moderator",)),
        "admin": accounts.make_member("anna", roles=("admin",)),
    }
    for role, member in people.items():
        client = world.app.test_client()
        accounts.sign_in(client, member, second_factor=role in STAFF)
        world.cookies[role] = dict(client._cookies)
        world.tokens[role] = tokens.make(member.id, name="All", scopes=SCOPES, days=30, now=clock.now())
    world.names["owner"] = "olivia"
    return people


def _between_people(world: World, people) -> None:
    now, owner = clock.now(), people["owner"]
    asker = accounts.make_member("rosa")
    db.session.add(Approver(member_id=owner.id, since=now))
    db.session.flush()
    community.follow(asker.id, owner, now=now)
    request = db.session.query(FollowRequest).filter_by(followed_id=owner.id).one()
    blocks.block(owner.id, people["blocked"].id, now=now)
    db.session.flush()
    world.names["request"] = ids.encode(request.id)
    world.names["session"] = ids.encode(accounts.sign_in(world.app.test_client(), owner).id)
