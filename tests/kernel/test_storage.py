"""Stores: one promise, kept alike in memory, in a folder and on a real S3 server; and what a full or broken disk does."""

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clozette.kernel.ports import storage
from clozette.kernel.ports.storage import Folder, Full, Missing, Storage, StorageError, from_url
from tests.support import processes, seaweed

DATA = b"\x00\xffpicture" * 50


@pytest.fixture(scope="module")
def s3() -> Iterator[seaweed.Server]:
    with seaweed.server() as server:
        yield server


@pytest.fixture(params=["memory", "file", "s3", "s3-prefix"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "memory":
        return from_url("memory://")
    if request.param == "file":
        return from_url(f"file://{tmp_path}/media")
    server: seaweed.Server = request.getfixturevalue("s3")
    found = from_url(server.url("media/here" if request.param == "s3-prefix" else ""))
    for one in list(found.stored()):
        found.remove(one.key)
    return found


# --- the promise ---


def test_what_is_put_is_got(store: Storage) -> None:
    store.put("photos/ab/abc/320.webp", DATA, "image/webp")
    assert store.get("photos/ab/abc/320.webp") == DATA
    store.put("photos/ab/abc/640.webp", b"", "image/webp")
    assert store.get("photos/ab/abc/640.webp") == b""


def test_a_second_put_replaces_the_first(store: Storage) -> None:
    store.put("a/b.webp", b"one", "image/webp")
    store.put("a/b.webp", b"another", "image/webp")
    assert store.get("a/b.webp") == b"another"
    assert [one.size for one in store.stored()] == [7]


def test_what_is_not_there_is_missing(store: Storage) -> None:
    store.put("a/b.webp", DATA, "image/webp")
    with pytest.raises(Missing):
        store.get("a/c.webp")


def test_removing_is_idempotent_and_touches_nothing_else(store: Storage) -> None:
    store.put("a/b.webp", DATA, "image/webp")
    store.put("a/bc.webp", DATA, "image/webp")
    for _ in range(2):
        store.remove("a/b.webp")
    with pytest.raises(Missing):
        store.get("a/b.webp")
    assert store.get("a/bc.webp") == DATA
    store.remove("never/there.webp")


def test_listing_tells_keys_sizes_and_times(store: Storage) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    for key in ("photos/ab/x/1.webp", "photos/ab/y/1.webp", "other/z.webp"):
        store.put(key, DATA, "image/webp")
    found = list(store.stored("photos/"))
    assert [one.key for one in found] == ["photos/ab/x/1.webp", "photos/ab/y/1.webp"]
    assert {one.size for one in found} == {len(DATA)}
    assert all(before < one.changed_at < datetime.now(UTC) + timedelta(seconds=5) for one in found)
    assert len(list(store.stored())) == 3


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../secret", "a/../b", "a//b", "a/./b", "a\\b", "a\x00b", ".hidden", "a/.b", "A", "a b", "a/", "é", "a.b.c",
     "x" * 201],
)  # fmt: skip
def test_keys_that_we_do_not_make_are_refused(store: Storage, key: str) -> None:
    for call in (lambda: store.put(key, b"", "image/webp"), lambda: store.get(key), lambda: store.remove(key)):
        with pytest.raises(ValueError, match="not a key"):
            call()


def test_many_at_once(store: Storage) -> None:
    def work(number: int) -> None:
        for turn in range(5):
            store.put(f"t/{number}/{turn}.webp", bytes([number]) * 1000, "image/webp")
            store.put("t/shared.webp", bytes([number]) * 1000, "image/webp")
            assert len(set(store.get("t/shared.webp"))) == 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert len(list(store.stored("t/"))) == 31


# --- addresses ---


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file://",
        "file:///",
        "file://host/folder",
        "s3://",
        "s3://bucket?color=red",
        "http://x/y",
        "folder",
        "s3://b/a/../c",
    ],
)
def test_unknown_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"media|not a key"):
        from_url(url)


def test_boto3_is_not_imported_before_s3_is_used() -> None:
    code = (
        "import sys; from clozette.kernel.ports.storage import from_url; from_url('s3://bucket/x'); from_url('memory://');"
        "sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- S3 ---


def test_a_wrong_secret_is_an_error_not_an_empty_store(s3: seaweed.Server) -> None:
    wrong = from_url(s3.url(secret="wrong"))
    with pytest.raises(StorageError) as caught:
        wrong.put("a/b.webp", DATA, "image/webp")
    assert not isinstance(caught.value, Missing | Full)
    with pytest.raises(StorageError):
        list(wrong.stored())


def test_a_server_that_is_gone_is_an_error_soon() -> None:
    gone = from_url(f"s3://k:s@bucket?endpoint=http://127.0.0.1:{processes.free_port()}&region=x")
    started = time.monotonic()
    with pytest.raises(StorageError):
        gone.get("a/b.webp")
    assert time.monotonic() - started < 10


def test_listing_goes_on_past_a_thousand(s3: seaweed.Server) -> None:
    store = from_url(s3.url("many"))
    for number in range(1005):
        store.put(f"n/{number}", b"", "text/plain")
    assert len(list(store.stored())) == 1005


# --- a disk that fails ---


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "media")


def files_in(folder: Folder) -> list[str]:
    return sorted(path.name for path in folder.root.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("call", "code", "kind"),
    [
        ("write", errno.ENOSPC, Full),
        ("fsync", errno.ENOSPC, Full),
        ("fsync", errno.EDQUOT, Full),
        ("fsync", errno.EIO, StorageError),
        ("open", errno.ENOSPC, Full),
        ("open", errno.EROFS, StorageError),
    ],
)
def test_a_failing_disk_leaves_nothing_behind_and_keeps_what_was_there(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, call: str, code: int, kind: type[Exception]
) -> None:
    folder.put("a/b.webp", b"old", "image/webp")

    def fail(*arguments: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        if call == "write":
            patched.setattr(storage, "_write", fail)
        else:
            patched.setattr(storage.os, call, fail)
        for key in ("a/b.webp", "c/d.webp"):
            with pytest.raises(kind) as caught:
                folder.put(key, DATA, "image/webp")
            assert type(caught.value) is kind
    assert files_in(folder) == ["b.webp"]
    assert folder.get("a/b.webp") == b"old"
    folder.put("c/d.webp", DATA, "image/webp")


def _fill(root: str) -> None:
    """Run in a process of its own: write under a limit on the size of files, as a full disk would stop it midway."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        Folder(Path(root)).put("a/b.webp", bytes(300_000), "image/webp")
    except Full:
        sys.exit(3)


def test_a_write_that_stops_midway_leaves_no_half_file(folder: Folder) -> None:
    code = f"from tests.kernel.test_storage import _fill; _fill({str(folder.root)!r})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 3
    assert files_in(folder) == []


def test_what_a_killed_process_left_is_listed_so_that_it_can_be_swept(folder: Folder) -> None:
    left = folder.root / "unfinished" / ("0" * 32)
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    (found,) = folder.stored()
    folder.remove(found.key)
    assert files_in(folder) == []


def test_files_are_private_to_the_account_that_runs_the_site(folder: Folder) -> None:
    folder.put("a/b.webp", DATA, "image/webp")
    assert (folder.root / "a/b.webp").stat().st_mode & 0o777 == 0o600
    assert (folder.root / "a").stat().st_mode & 0o777 == 0o700
