"""Deeds on photos: rows and files agree, whatever goes wrong in between."""

import errno
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import orm

from clozette.kernel import clock, images, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import storage
from clozette.kernel.refusal import Refused
from clozette.media import files, services
from clozette.media import tasks as media_tasks
from clozette.media.models import Photo
from clozette.privacy import subjects
from tests.factories import photos

Add = Callable[..., Photo]
Kept = Callable[[], list[str]]


def names(keys: list[str]) -> list[str]:
    return sorted(key.rpartition("/")[2] for key in keys)


def test_a_photo_is_taken_in(add: Add, owner: int, kept: Kept) -> None:
    photo = add(photos.encoded(photos.shirt(width=1700, height=1700)))
    assert (photo.subject_id, photo.width, photo.height) == (owner, 1700, 1700)
    assert (photo.variants, photo.avif, photo.public_token) == ([320, 640], [], None)
    assert names(kept()) == ["320.webp", "640.webp", "original.jpg"]
    assert photo.bytes == sum(stored.size for stored in files.store().stored())
    assert photo.colours[0].startswith("#")
    assert services.original_of(photo)[:3] == b"\xff\xd8\xff"


def test_no_name_of_the_sender_s_is_used(owner: int, kept: Kept) -> None:
    for name in ("../../etc/passwd", "a" * 300 + ".php", "CON", "nul\x00.jpg", "<script>.jpg"):
        services.add_photo(owner, photos.upload(name=name), clock.now())
    assert set(names(kept())) <= {"320.webp", "640.webp", "original.jpg"}


def test_the_ladder_follows_as_a_task(app: Flask, add: Add, kept: Kept) -> None:
    photo = add(photos.encoded(photos.shirt(width=1700, height=1700)))
    before = photo.bytes
    assert tasks.drain(app) == 1
    db.session.refresh(photo)
    assert photo.variants == [160, 320, 640, 1080, 1600]
    assert photo.avif == [1080, 1600]
    assert photo.bytes == sum(stored.size for stored in files.store().stored()) > before
    assert Image.open(io.BytesIO(files.variant(photo.folder, 1600, "avif"))).size == (1600, 1600)


def test_the_ladder_may_be_made_twice(app: Flask, add: Add) -> None:
    photo = add(photos.encoded(photos.shirt(width=700, height=900)))
    tasks.drain(app)
    db.session.refresh(photo)
    size = photo.bytes
    for _ in range(2):
        media_tasks.make_ladder(photo_id=photo.id)
    db.session.refresh(photo)
    assert photo.bytes == size


def test_a_ladder_of_a_photo_that_is_gone_makes_nothing(app: Flask, add: Add, kept: Kept) -> None:
    photo = add()
    services.delete_photo(photo)
    tasks.drain(app)
    media_tasks.make_ladder(photo_id=photo.id)
    assert kept() == []


def test_a_photo_deleted_while_its_ladder_is_made_leaves_nothing(
    app: Flask, add: Add, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = add()
    photo_id = photo.id
    real = images.make_variants

    def and_meanwhile(*arguments: Any) -> images.Variants:
        db.session.delete(db.session.get_one(Photo, photo_id))
        db.session.flush()
        return real(*arguments)

    monkeypatch.setattr(media_tasks, "make_variants", and_meanwhile)
    media_tasks.make_ladder(photo_id=photo_id)
    assert kept() == []


def test_a_lost_original_is_given_up(app: Flask, add: Add) -> None:
    photo = add()
    files.remove(photo.folder)
    with pytest.raises(tasks.GiveUp):
        media_tasks.make_ladder(photo_id=photo.id)


def test_deleting_removes_the_files_after_the_commit(app: Flask, add: Add, kept: Kept) -> None:
    photo, other = add(), add(photos.encoded(photos.shirt()))
    tasks.drain(app)
    services.delete_photo(photo)
    assert db.session.get(Photo, photo.id) is None
    assert any(photo.folder in key for key in kept()), "a rollback must still find them"
    tasks.drain(app)
    assert not any(photo.folder in key for key in kept())
    assert any(other.folder in key for key in kept())
    media_tasks.remove_files(folder=photo.folder)


def test_a_rolled_back_deletion_removes_nothing(app: Flask, add: Add, kept: Kept) -> None:
    photo = add()
    tasks.drain(app)
    folder, before = photo.folder, kept()
    services.delete_photo(photo)
    db.session.rollback()
    assert tasks.drain(app) == 0
    assert kept() == before
    assert any(folder in key for key in before)


def test_publishing_hiding_and_publishing_again(add: Add) -> None:
    photo = add()
    services.publish_photo(photo)
    token = photo.public_token
    assert token and len(token) == 32
    services.publish_photo(photo)
    assert photo.public_token == token
    services.hide_photo(photo)
    assert photo.public_token is None
    services.publish_photo(photo)
    assert photo.public_token not in (None, token)


def test_you_may_have_this_already(add: Add, db_session: orm.Session) -> None:
    shirt = photos.shirt()
    mine, unlike = add(photos.encoded(shirt)), add()
    again = images.read_photo(photos.encoded(shirt.resize((240, 320)), "WEBP", quality=40))
    assert services.similar_photos(mine.subject_id, again.dhash) == [mine]
    assert services.similar_photos(mine.subject_id, again.dhash, again.colours) == [mine]
    red = images.read_photo(photos.encoded(photos.shirt((170, 30, 30))))
    assert services.similar_photos(mine.subject_id, red.dhash, red.colours) == []
    assert unlike not in services.similar_photos(mine.subject_id, again.dhash)
    stranger = subjects.create(clock.now()).id
    assert services.similar_photos(stranger, again.dhash) == []


def test_a_bad_photo_leaves_neither_row_nor_file(add: Add, kept: Kept) -> None:
    with pytest.raises(images.BadPhoto, match="double"):
        add(photos.jpeg() + photos.zipped())
    assert db.session.query(Photo).count() == 0
    assert kept() == []


def test_the_quota_is_kept(app: Flask, add: Add, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_quota", lambda: 20_000)
    room = 20_000 // add().bytes
    for _ in range(room - 1):
        add()
    with pytest.raises(Refused, match="photo-quota"):
        add()
    assert 0 < sum(row.bytes for row in db.session.query(Photo)) <= 20_000
    files_before = kept()
    with pytest.raises(Refused):
        add()
    assert kept() == files_before
    add(subject_id=subjects.create(clock.now()).id)


def test_two_uploads_at_once_cannot_both_take_the_last_room(
    app: Flask, owner: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.session.commit()
    clean = images.read_photo(photos.jpeg())
    size = len(clean.original) + sum(map(len, clean.variants.values()))
    monkeypatch.setattr(services, "_quota", lambda: size + size // 2)
    start, outcomes = threading.Barrier(4), []

    def send() -> None:
        with app.app_context():
            start.wait()
            try:
                services.add_photo(owner, clean, clock.now())
                db.session.commit()
                outcomes.append("kept")
            except Refused as refused:
                db.session.rollback()
                outcomes.append(refused.refusal.code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "photo-quota", "photo-quota", "photo-quota"]


# --- orphans ---


def _age(app: Flask, days: float) -> None:
    root = files.store()
    assert isinstance(root, storage.Folder)
    for path in root.root.rglob("*"):
        if path.is_file():
            stamp = path.stat().st_mtime - days * 86400
            os.utime(path, (stamp, stamp))


def test_files_of_a_request_that_failed_are_swept_after_a_day(app: Flask, add: Add, kept: Kept) -> None:
    stays = add()
    db.session.commit()
    orphan = add(photos.encoded(photos.shirt())).folder
    db.session.rollback()
    media_tasks.sweep_orphans()
    assert any(orphan in key for key in kept()), "a request may still be under way"
    root = files.store()
    assert isinstance(root, storage.Folder)
    left = Path(root.root, "unfinished", "0" * 32)
    left.write_bytes(b"half")
    foreign = Path(root.root, "exports", "a.zip")
    foreign.parent.mkdir()
    foreign.write_bytes(b"another room's")
    _age(app, 1.1)
    for _ in range(2):
        media_tasks.sweep_orphans()
        assert not left.exists()
        assert foreign.exists()
        assert {key.split("/")[2] for key in kept() if key.startswith("photos/")} == {stays.folder}


def test_the_sweep_takes_many_folders_in_batches(
    app: Flask, db_session: orm.Session, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_tasks, "_BATCH", 3)
    for number in range(10):
        folder = f"{number:032x}"
        for name in ("original.jpg", "320.webp"):
            files.store().put(f"photos/{folder[:2]}/{folder}/{name}", b"x", "image/webp")
    _age(app, 2)
    media_tasks.sweep_orphans()
    assert kept() == []


def test_the_sweep_runs_as_a_task(app: Flask, add: Add) -> None:
    tasks.enqueue(media_tasks.sweep_orphans)
    assert tasks.drain(app) == 1


# --- a full disk ---


def test_a_full_disk_leaves_neither_row_nor_file(add: Add, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    add()
    db.session.commit()
    before, real, written = kept(), storage._write, []

    def until_full(path: Path, data: bytes, **options: Any) -> None:
        written.append(path)
        if len(written) == 3:
            path.write_bytes(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, data, **options)

    monkeypatch.setattr(storage, "_write", until_full)
    with pytest.raises(storage.Full):
        add(photos.encoded(photos.shirt()))
    db.session.rollback()
    assert kept() == before
    assert db.session.query(Photo).count() == 1
    written.extend(written)
    add(photos.encoded(photos.shirt()))
