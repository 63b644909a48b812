"""Fills a site's tables with an invented community, in bulk: indexes after the rows, foreign keys asleep."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Protocol

import psycopg
import sqlalchemy as sa
from flask import Flask
from psycopg import sql

from benchmarks.feed.community import START, Community
from clozette.accounts import secret_tokens
from clozette.accounts.models import Member, SignIn
from clozette.community.models import Follow
from clozette.kernel import clock
from clozette.kernel.database import Model, db
from clozette.kernel.ids import moment_of
from clozette.looks.models import Author, Look, LookPhoto, Love
from clozette.media.models import Photo
from clozette.privacy.models import Subject

TABLES = (Subject, Member, SignIn, Follow, Photo, Look, LookPhoto, Author, Love)
PLACEHOLDER = "data:image/webp;base64," + "A" * 240
CAPTIONS = (
    "Linen and a borrowed scarf #linen #summer",
    "Rain, so boots.",
    "Sunday, slowly",
    "Old coat, new belt #thrifted",
)

Row = Sequence[Any]


class Sink(Protocol):
    """Where rows go."""

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows."""


class SqliteSink:
    """Rows into SQLite through its own driver."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows; moments as SQLAlchemy writes them."""
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        self._connection.executemany(statement, (tuple(_for_sqlite(value) for value in row) for row in rows))


class PostgresSink:
    """Rows into PostgreSQL by COPY."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows."""
        names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
        copying = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self._connection.cursor().copy(copying) as copy:
            for row in rows:
                copy.write_row(row)


def fill(app: Flask, community: Community) -> dict[int, str]:
    """Make the tables and fill them; return a session token for every reader."""
    with app.app_context():
        engine = db.get_engine("write")
        Model.metadata.create_all(engine)
        with _indexes_later(engine), _sink(engine) as sink:
            tokens = _put_members(sink, community)
            _put_looks(sink, community)
            _put_follows(sink, community)
        _settle(engine)
    return tokens


def _put_members(sink: Sink, community: Community) -> dict[int, str]:
    readers = [reader for case in community.readers.values() for reader in case]
    people = [*community.members, *readers]
    columns = ("id", "subject_id", "email", "email_canonical", "password", "display_name", "handle", "country")
    more = ("birth_date", "bio", "locale", "time_zone", "created_at", "confirmed_at", "fs_uniquifier")
    sink.put("privacy_subjects", ("id", "created_at", "key"), ((one, START, secrets.token_bytes(32)) for one in people))
    sink.put("accounts_members", (*columns, *more), (_member(one, number) for number, one in enumerate(people)))
    tokens = {reader: secret_tokens.make() for reader in readers}
    now = clock.now()
    sessions = ("id", "member_id", "digest", "method", "agent", "address", "started_at", "last_seen_at", "proved_at")
    rows = ((one, one, secret_tokens.digest(token), "password", "", "", now, now, now) for one, token in tokens.items())
    sink.put("accounts_sessions", sessions, rows)
    return tokens


def _member(member_id: int, number: int) -> Row:
    handle, email = f"member_{number}", f"member_{number}@example.test"
    about = "Mostly linen, mostly blue. " * 4
    password = "$argon2id$" + "x" * 87
    known = (member_id, member_id, email, email, password, f"Member {number}", handle, "DE")
    return (*known, date(1990, 1, 1), about, "en", "UTC", START, START, f"{member_id:064x}")


def _put_looks(sink: Sink, community: Community) -> None:
    photos = ("id", "subject_id", "created_at", "sha256", "bytes", "width", "height", "placeholder", "colours", "dhash")
    files = ("variants", "avif", "folder", "suffix", "public_token")
    sink.put("media_photos", (*photos, *files), (_photo(key, author) for key, author in community.keys))
    looks = ("id", "member_id", "caption", "visibility", "created_at", "changed_at", "published_at", "feed_key")
    counts = ("version", "love_count", "comment_count")
    sink.put("looks_looks", (*looks, *counts), (_look(key, author) for key, author in community.keys))
    covers = ((key - 2, key - 1, 0, "A look laid out on a bed") for key, _ in community.keys)
    sink.put("looks_photos", ("photo_id", "look_id", "position", "alt"), covers)
    authors = ((author, key, community.counts[author]) for author, key in sorted(community.newest.items()))
    sink.put("looks_authors", ("member_id", "last_feed_key", "looks_count"), authors)
    # One love for every fourth look, by its successor's author: enough to make the index a real one.
    loves = (
        (key - 3, key - 1, community.keys[number - 1][1], START)
        for number, (key, _) in enumerate(community.keys)
        if number % 4 == 0
    )
    sink.put("looks_loves", ("id", "look_id", "member_id", "at"), loves)


def _photo(key: int, author: int) -> Row:
    known = (key - 2, author, moment_of(key), f"{key:064x}", 250_000, 1080, 1440, PLACEHOLDER)
    look = ('["#aabbcc", "#223344"]', key % 2**62, "[160, 320, 640, 1080]", "[1080]")
    return (*known, *look, f"{key:032x}", "webp", f"{key:032x}")


def _look(key: int, author: int) -> Row:
    moment = moment_of(key)
    caption = CAPTIONS[key % len(CAPTIONS)]
    return (key - 1, author, caption, "public", moment, moment, moment, key, 2, int(key % 4 == 0), 0)


def _put_follows(sink: Sink, community: Community) -> None:
    rows = ((number, *pair, START) for number, pair in enumerate(community.follows(), 1))
    sink.put("community_follows", ("id", "follower_id", "followed_id", "at"), rows)


@contextmanager
def _sink(engine: sa.Engine) -> Iterator[Sink]:
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            connection.rollback()
            for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
                raw.execute(f"PRAGMA {pragma}")
            raw.execute("BEGIN IMMEDIATE")
            yield SqliteSink(raw)
            raw.execute("COMMIT")
        else:
            raw.execute("SET statement_timeout = 0")
            raw.execute("SET session_replication_role = replica")  # no foreign key is checked, no trigger fires
            yield PostgresSink(raw)
            raw.commit()
        connection.detach()  # what was set here must not reach anybody else


@contextmanager
def _indexes_later(engine: sa.Engine) -> Iterator[None]:
    indexes = [index for table in TABLES for index in sorted(table.__table__.indexes, key=lambda one: str(one.name))]
    for index in indexes:
        index.drop(engine)
    yield
    for index in indexes:
        index.create(engine)


def _settle(engine: sa.Engine) -> None:
    """Let the database know its statistics, as its own housekeeping would have."""
    statement = "PRAGMA optimize" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value
