"""Reads an archive into a site where nothing of it is yet, so that the member and what they made are there again (83).

An archive is a stranger's file: it is checked whole against its manifest before anything is written; a row may only belong
to the person of the archive and point to rows of the archive; ways to sign in, staff roles, consents and what others did
are never taken over. Everything happens in one transaction. What is left out is counted, with the reason.

A room that keeps something derived (counts, words folded for a search) registers ``settle`` on the wiring page.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import exc

from clozette.accounts import addresses, handles, passwords
from clozette.kernel import events, ids
from clozette.kernel.database import db
from clozette.kernel.images import MAX_BYTES, BadPhoto, Busy, CleanPhoto, reread_photo
from clozette.media import files
from clozette.media.events import PhotoAdded
from clozette.rights import declared
from clozette.rights.declared import SUBJECTS, DeclaredTable
from clozette.rights.export import cells, pages
from clozette.rights.export.received import Received, Unfit

Values = dict[str, Any]
Fill = Callable[[Values], Values]
Settle = Callable[[int], None]
Progress = Callable[[int], None]

AT_ONCE = 500
_SETTLERS = "clozette.rights.settlers"
_OURS_ALONE = frozenset({"privacy", "rights", "kernel"})
"""Rooms whose rows are the other site's own records; they stay in the archive."""
_OF_LEAVING = frozenset({"media_hidden"})
"""What hides somebody who is going, or whom the other site closed out; here they arrive."""


@dataclass
class Restored:
    """What came in, by table, and what did not, by table and reason."""

    member_id: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)

    def leave_out(self, table: str, reason: str, count: int = 1) -> None:
        """Count rows that are left out."""
        reasons = self.left_out.setdefault(table, {})
        reasons[reason] = reasons.get(reason, 0) + count


def settle_by(app: Flask, settle: Settle) -> None:
    """Let ``settle(member_id)`` run after the rows of a member have come in; for the wiring page."""
    app.extensions.setdefault(_SETTLERS, []).append(settle)


def load(path: Path | IO[bytes], *, incomplete: bool = False, progress: Progress | None = None) -> Restored:
    """Take an archive in; the caller commits.

    :param incomplete: take one that says itself that files are missing.
    :raises Unfit: if it is no archive of ours, isn't whole, or something of it is here already.
    """
    with Received(path) as received:
        received.check(incomplete=incomplete)
        arrival = _Arrival(received, progress)
        try:
            arrival.everything()
        except (exc.IntegrityError, exc.DataError) as error:
            raise Unfit("Something of it is here already, or doesn't fit together.") from error
        return arrival.restored


class _Arrival:
    """One archive coming in. ``known`` holds the keys that came in, by table: nothing else may be pointed to."""

    def __init__(self, received: Received, progress: Progress | None) -> None:
        self.received, self.progress = received, progress
        self.restored = Restored()
        self.subject_id = _subject_of(received.manifest)
        self.known: dict[str, set[Any]] = {SUBJECTS: {self.subject_id}}

    def everything(self) -> None:
        """Take in the person, then table by table, those that are pointed to first."""
        self._person()
        by_name = {one.name: one for one in declared.personal_tables()}
        order = [table.name for table in next(iter(by_name.values())).table.metadata.sorted_tables]
        for name in (name for name in order if name in by_name and name != SUBJECTS):
            self._table(by_name[name])
        if not self.restored.member_id:
            raise Unfit("There is no member in it.")
        for settle in current_app.extensions.get(_SETTLERS, ()):
            settle(self.restored.member_id)

    def _person(self) -> None:
        row = next(self.received.rows(SUBJECTS), None)
        if row is None or row.get("id") != ids.encode(self.subject_id):
            raise Unfit("It does not say whose it is.")
        values = {**_values(declared_table(SUBJECTS), row), "key": secrets.token_bytes(32), "erased_at": None}
        db.session.execute(sa.insert(declared_table(SUBJECTS).table), [values])

    def _table(self, one: DeclaredTable) -> None:
        count = self.received.count(one.name)
        reason = self._why_not(one)
        if reason:
            if count:
                self.restored.leave_out(one.name, reason, count)
            return
        self.known[one.name] = set()
        rows = self._fitting(one)
        while batch := list(islice(rows, AT_ONCE)):
            db.session.execute(sa.insert(one.table), batch)
            self.restored.rows[one.name] = self.restored.rows.get(one.name, 0) + len(batch)
            if one.name == "media_photos":
                _announce(batch)
            if self.progress is not None:
                self.progress(len(batch))

    def _why_not(self, one: DeclaredTable) -> str | None:
        if one.name in FILLS:
            return None
        if one.name in _OF_LEAVING:
            return "the account is open here"
        if one.room in _OURS_ALONE:
            return "records of the other site"
        if one.room == "accounts":
            return "ways to sign in, roles and blocks are not taken over"
        return "holds what is not exported" if any(_must_be_given(one, name) for name in _hidden(one)) else None

    def _fitting(self, one: DeclaredTable) -> Iterator[Values]:
        """Yield the rows that may come in, as the database takes them."""
        keys = list(one.table.primary_key.columns)
        (own, *_) = one.said.subject
        fill = FILLS.get(one.name)
        for row in self.received.rows(one.name):
            values = _values(one, row)
            reason = self._points_elsewhere(one.table, own, values)
            if reason is None and fill is not None:
                reason = self._filled(fill, values)
            if reason is not None:
                self.restored.leave_out(one.name, reason)
                continue
            if len(keys) == 1:
                self.known[one.name].add(values[keys[0].name])
            if one.name == "accounts_members":
                self.restored.member_id = values["id"]
            yield values

    def _filled(self, fill: Fill, values: Values) -> str | None:
        try:
            values.update(fill(values) if fill is not _photo else _photo(values, self.received))
        except _Left as left:
            return str(left)
        return None

    def _points_elsewhere(self, table: sa.Table, own: str, values: Values) -> str | None:
        """Return why a row can't come in: it is somebody else's, or about somebody who isn't here. What may be empty is."""
        for column in table.columns:
            for key in column.foreign_keys:
                if values.get(column.name) is None and column.name != own:
                    continue
                if values.get(column.name) in self._keys_of(key.column):
                    continue
                if column.name == own or not column.nullable:
                    return f"{column.name}: about somebody or something that is not here"
                values[column.name] = None
        return None

    def _keys_of(self, column: sa.Column[Any]) -> Iterable[Any]:
        return self.known.get(column.table.name, ())


def _subject_of(manifest: Mapping[str, Any]) -> int:
    try:
        return ids.decode(manifest["subject"])
    except ValueError as error:
        raise Unfit("It does not say whose it is.") from error


class _Left(Exception):
    """This row can't come in."""


def declared_table(name: str) -> DeclaredTable:
    """Return one declared table by its name."""
    return next(one for one in declared.tables() if one.name == name)


def _values(one: DeclaredTable, row: Mapping[str, Any]) -> Values:
    """Read a row of the archive.

    :raises Unfit: on a column that is not there, a value that is none of it, or one that is missing.
    """
    table, hidden = one.table, set(_hidden(one))
    needed = [name for name, column in table.c.items() if column.primary_key or _must_be_given(one, name)]
    lacking = [name for name in needed if row.get(name) is None and name not in hidden]
    if lacking or hidden & set(row):
        raise Unfit(f"{table.name}: {', '.join(lacking or sorted(hidden & set(row)))} is not as it should be")
    try:
        values = {name: cells.from_json(table.c[name], value) for name, value in row.items()}
    except (KeyError, ValueError) as error:
        raise Unfit(f"{table.name}: {error}") from error
    for name, value in values.items():
        kind = table.c[name].type
        if isinstance(kind, sa.String) and kind.length is not None and len(value or "") > kind.length:
            raise Unfit(f"{table.name}: {name} is too long")
    return values


def _hidden(one: DeclaredTable) -> Iterator[str]:
    return (name for name, said in one.said.columns.items() if not getattr(said, "export", True))


def _must_be_given(one: DeclaredTable, name: str) -> bool:
    column = one.table.c[name]
    return not column.nullable and column.default is None and column.server_default is None


def _member(values: Values) -> Values:
    """A password that nobody knows: the member chooses one by the link of "forgotten password"."""
    canonical = addresses.canonical(values["email"])
    if canonical is None or not handles.is_well_formed(values["handle"]):
        raise Unfit("The member has no proper mail address or handle.")
    return {
        "email_canonical": canonical,
        "password": passwords.hash_password(secrets.token_urlsafe(32)),
        "fs_uniquifier": secrets.token_hex(32),
        "tf_primary_method": None,
        "deactivated_at": None,
        "leaving_at": None,
    }


def _handle(values: Values) -> Values:
    if not values.get("handle"):
        raise _Left("a handle that was emptied")
    return {"skeleton": handles.skeleton(values["handle"])}


def _photo(values: Values, received: Received | None = None) -> Values:
    """Read the photo as if it were sent anew: what the archive says of it counts for nothing."""
    assert received is not None
    if values["suffix"] not in files.MEDIA_TYPES:
        raise _Left("its file is no photo that we take")
    data = received.file(pages.photo_path(values["id"], values["suffix"]), MAX_BYTES)
    if data is None:
        raise _Left("its file is not in the archive, or too large")
    try:
        clean = reread_photo(data)
    except BadPhoto:
        raise _Left("its file is no photo that we take") from None
    except Busy as error:
        raise Unfit("There is not enough memory for its photos.") from error
    folder = files.new_folder()
    files.put(folder, clean)
    return {"folder": folder, "avif": [], **_facts(clean), "public_token": _token(values.get("public_token"))}


def _facts(clean: CleanPhoto) -> Values:
    """Return what a photo's row says of its bytes."""
    read = ("sha256", "suffix", "width", "height", "placeholder", "colours", "dhash")
    size = len(clean.original) + sum(map(len, clean.variants.values()))
    return {**{name: getattr(clean, name) for name in read}, "bytes": size, "variants": sorted(clean.variants)}


def _token(given: str | None) -> str | None:
    if given is not None and not re.fullmatch("[0-9a-f]{32}", given):
        raise Unfit("A photo's public address is none.")
    return given


FILLS: dict[str, Fill] = {"accounts_members": _member, "accounts_handles": _handle, "media_photos": _photo}
"""Tables of lower rooms that are taken in, and what their rows get in place of what is not exported."""


def _announce(photos: list[Values]) -> None:
    for photo in photos:
        events.publish(PhotoAdded(photo["id"]))
