"""Looking for what an erasure should have taken: in every table of the database, in dumps, and in folders (requirement 110).

What to look for is written down before the erasure (``facts_of``), from the rooms' declarations. Each find is either a
listed exception, with its reason, or a fault.
"""

import hashlib
import json
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import Model, db
from clozette.kernel.personal import Personal
from clozette.media import files
from clozette.media.models import Photo
from clozette.rights.declared import belongs_to, personal_tables, tables

CATEGORIES = frozenset({"identity", "contact", "profile"})
SHORTEST = 4
"""A word shorter than this (a country, say) is in everybody's data."""
_OWNER = "scanned_owner"
_CHUNK = 1 << 20
_LIKENESS = 10  # of a photo without much in it the likeness is a small number, which is everywhere


@dataclass(frozen=True)
class Facts:
    """What identifies a person: words as they were typed, and digests of their photos' files; ``subject``: who it is."""

    words: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    subject: int | None = None

    def to_json(self) -> str:
        """Write them down. Keep the result as carefully as the data itself, and delete it after the scan."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Facts":
        """Read them back."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Find:
    """Something was found. ``why`` says by which listed exception it may be there; empty for a fault."""

    place: str
    fact: str
    why: str = ""


@dataclass(frozen=True)
class Reasons:
    """The listed exceptions by table and column: what is declared to stay, and where people say words of their own.

    Both are about words. A digest of a photo is nothing that anybody writes, and is a fault wherever it stands.
    """

    kept: dict[tuple[str, str], str]
    words: set[tuple[str, str]]


def facts_of(subject_id: int) -> Facts:
    """Collect what identifies a person: names, addresses, numbers, and the digests and likenesses of all photos."""
    words: set[str] = set()
    for one in personal_tables():
        wanted = [
            one.table.c[name]
            for name, said in one.said.columns.items()
            if isinstance(said, Personal)
            and said.category in CATEGORIES
            and isinstance(one.table.c[name].type, sa.String)
        ]
        if wanted:
            rows = db.session.execute(sa.select(*wanted).where(belongs_to(one, subject_id)))
            words.update(value for row in rows for value in row if value and len(value) >= SHORTEST)
    return Facts(sorted(words), sorted(_digests_of(subject_id)), subject_id)


def scan_database(facts: Facts) -> Iterator[Find]:
    """Look through every table there is, ours and the task engine's."""
    reasons = _reasons()
    engine = db.get_engine("default")
    inspector = sa.inspect(engine)
    for schema in _schemas(inspector):
        there = sa.MetaData()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
            warnings.filterwarnings("error", message="Skipping table")  # one that can't be read would go unsearched
            there.reflect(engine, schema=schema, resolve_fks=False)  # all at once, or the catalogue is asked 200 times
        for table in there.tables.values():
            yield from _scan_table(table, facts, reasons)


def scan_folder(root: Path, facts: Facts) -> Iterator[Find]:
    """Look through a dump or a folder: names of files, their bytes, and their digests."""
    paths = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
    for path in paths:
        for word in facts.words:
            if word.casefold() in path.name.casefold():
                yield Find(str(path), word)
        yield from (Find(str(path), fact) for fact in _found_in(path, facts))


def scan_store(facts: Facts) -> Iterator[Find]:
    """Look through the media store, wherever it is."""
    store = files.store()
    for stored in store.stored():
        data = store.get(stored.key)
        for word in facts.words:
            if word.casefold() in stored.key.casefold() or _needle(word) in data.lower():
                yield Find(stored.key, word)
        if hashlib.sha256(data).hexdigest() in facts.digests:
            yield Find(stored.key, "digest of a photo's file")


def _scan_table(table: sa.Table, facts: Facts, reasons: Reasons) -> Iterator[Find]:
    words = {word.casefold(): word for word in facts.words}
    owner = _owner(table)
    with db.get_engine("default").connect() as connection:
        for *values, whose in connection.execution_options(yield_per=500).execute(sa.select(table, owner)):
            is_others = whose is not None and whose != facts.subject
            for name, value in zip(table.columns.keys(), values, strict=True):
                text, place = _text(value), f"{table.name}.{name}"
                why = reasons.kept.get((table.name, name), "")
                if not why and is_others and (table.name, name) in reasons.words:
                    why = "somebody else's own words"
                for folded, word in words.items():
                    if folded in text:
                        yield Find(place, word, why)
                if text in facts.digests:
                    yield Find(place, "digest of a photo's file")


def _owner(table: sa.Table) -> sa.ColumnElement[Any]:
    """Return the SQL of the person whose row it is; nothing for one that leads to nobody, or is nobody's any more."""
    said = next((one.said for one in tables() if one.name == table.name and one.said.subject), None)
    return sa.null().label(_OWNER) if said is None else _end_of(table, table, said.subject).label(_OWNER)


def _end_of(known: sa.Table, here: sa.FromClause, path: tuple[str, ...]) -> sa.ColumnElement[Any]:
    first, *rest = path
    if not rest:
        return here.c[first]
    (key,) = Model.metadata.tables[known.name].c[first].foreign_keys
    there = key.column.table.alias()
    further = _end_of(key.column.table, there, tuple(rest))
    return sa.select(further).where(there.c[key.column.name] == here.c[first]).scalar_subquery()


def _reasons() -> Reasons:
    kept, words = {("rights_restricted", "content"): "kept by law until its date"}, set[tuple[str, str]]()
    for one in tables():
        for name, said in one.said.columns.items():
            if not isinstance(said, Personal):
                continue
            if said.category == "content" and isinstance(one.table.c[name].type, sa.String | sa.JSON):
                words.add((one.name, name))
            if said.erasure == "keep":
                kept[(one.name, name)] = said.kept_because
    return Reasons(kept, words)


def _schemas(inspector: sa.Inspector) -> list[str | None]:
    if inspector.dialect.name == "sqlite":
        return [None]
    return [name for name in inspector.get_schema_names() if name != "information_schema"]


def _digests_of(subject_id: int) -> Iterator[str]:
    store = files.store()
    for photo in db.session.scalars(sa.select(Photo).where(Photo.subject_id == subject_id)):
        yield photo.sha256
        if len(str(photo.dhash)) >= _LIKENESS:
            yield str(photo.dhash)
        for stored in store.stored(f"photos/{photo.folder[:2]}/{photo.folder}/"):
            yield hashlib.sha256(store.get(stored.key)).hexdigest()


def _found_in(path: Path, facts: Facts) -> set[str]:
    needles = {_needle(word): word for word in facts.words}
    overlap = max(map(len, needles), default=1)
    digest, tail, found = hashlib.sha256(), b"", set[str]()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            window = tail + chunk.lower()
            found.update(word for needle, word in needles.items() if needle in window)
            tail = window[-overlap:]
    if digest.hexdigest() in facts.digests:
        found.add("digest of a photo's file")
    return found


def _needle(word: str) -> bytes:
    return word.encode().lower()


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").casefold()
    return json.dumps(value, ensure_ascii=False).casefold() if isinstance(value, dict | list) else str(value).casefold()
