"""Where files are kept: a local folder, S3 or one of its kin, or memory.

``from_url("file:///srv/media")``, ``from_url("s3://bucket/prefix?endpoint=https://s3.example&region=eu-1")`` (the key from
boto3's usual places, such as ``AWS_ACCESS_KEY_ID``, or as ``s3://KEY:SECRET@bucket``), ``from_url("memory://")``.

A file appears whole or not at all. Keys are made by us, never taken from a file's name. This is our own keeping of what
members gave us, not a hand-over to somebody else, so no ``Release`` is asked for.
"""

import errno
import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*(?:\.[a-z0-9]+)?")
_UNFINISHED = "unfinished"
_FULL_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_CODES = {"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "ServiceQuotaExceededException", "507"}
_MISSING_CODES = {"NoSuchKey", "404", "NotFound"}


class StorageError(Exception):
    """The store does not answer as it should; trying later may help."""


class Full(StorageError):
    """No room is left."""


class Missing(StorageError):
    """There is no file with that key."""


@dataclass(frozen=True)
class Stored:
    """A file in the store, by its key."""

    key: str
    size: int
    changed_at: datetime


class Storage(Protocol):
    """What every store does."""

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Keep ``data`` under ``key``, durably, in place of what was there.

        :raises Full: if there is no room; nothing is left behind then.
        :raises StorageError: if it could not be kept.
        """

    def get(self, key: str) -> bytes:
        """Return what is kept under ``key``.

        :raises Missing: if there is nothing.
        """

    def remove(self, key: str) -> None:
        """Forget ``key``; nothing happens if it isn't there."""

    def stored(self, prefix: str = "") -> Iterator[Stored]:
        """List the files whose key begins with ``prefix``, and what an interrupted ``put`` left behind."""


def from_url(url: str) -> Storage:
    """Open the store at ``url``.

    :raises ValueError: if the address is not one we know.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.strip("/"):
        return Folder(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.hostname:
        return _s3_from(parts)
    if parts.scheme == "memory":
        return Memory()
    raise ValueError("media: file:///folder, s3://bucket or memory://")


def check_key(key: str) -> str:
    """Return ``key``, if it is one that we make: letters, digits and slashes, nothing that leads elsewhere."""
    if len(key) > 200 or not _KEY.fullmatch(key):
        raise ValueError("not a key of ours")
    return key


class Memory:
    """Keeps files as long as the process lives; for tests."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[bytes, datetime]] = {}

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Keep ``data``."""
        self._files[check_key(key)] = (bytes(data), datetime.now(UTC))

    def get(self, key: str) -> bytes:
        """Return what is kept."""
        try:
            return self._files[check_key(key)][0]
        except KeyError as error:
            raise Missing(key) from error

    def remove(self, key: str) -> None:
        """Forget it."""
        self._files.pop(check_key(key), None)

    def stored(self, prefix: str = "") -> Iterator[Stored]:
        """List the files."""
        for key, (data, at) in sorted(self._files.items()):
            if key.startswith(prefix):
                yield Stored(key, len(data), at)


class Folder:
    """Keeps files in a folder. A file is written beside the others under a passing name, synced, and then named.

    ``synced=False`` leaves the syncing to whoever writes thousands of files at once (``os.sync`` at the end).
    """

    def __init__(self, root: Path, *, synced: bool = True) -> None:
        self.root = root
        self.synced = synced

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Keep ``data``."""
        target = self._path(key)
        passing = self._path(f"{_UNFINISHED}/{secrets.token_hex(16)}")
        try:
            with _failures():
                self._put(passing, target, data)
        except Missing as error:  # the folder was removed meanwhile
            raise StorageError(str(error)) from error

    def get(self, key: str) -> bytes:
        """Return what is kept."""
        with _failures():
            return self._path(key).read_bytes()

    def remove(self, key: str) -> None:
        """Forget it, and its folder if it was the last one there."""
        path = self._path(key)
        with _failures():
            path.unlink(missing_ok=True)
        if path.parent not in (self.root, self.root / _UNFINISHED):
            with suppress(OSError):  # not empty
                path.parent.rmdir()

    def stored(self, prefix: str = "") -> Iterator[Stored]:
        """List the files."""
        for folder, subfolders, names in os.walk(self.root / prefix.rpartition("/")[0]):
            subfolders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                key = path.relative_to(self.root).as_posix()
                if key.startswith(prefix) and (found := _stat(path)):
                    yield Stored(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def _path(self, key: str) -> Path:
        return self.root / check_key(key)

    def _put(self, passing: Path, target: Path, data: bytes) -> None:
        for folder in (target.parent, passing.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(passing, data, synced=self.synced)
            passing.replace(target)
            if self.synced:
                _sync(target.parent)
        finally:
            passing.unlink(missing_ok=True)


class S3:
    """Keeps files in a bucket of S3, or of anything that speaks its API. The bucket must not be public."""

    def __init__(self, bucket: str, prefix: str = "", **options: Any) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._options = options
        self._made: Any = None
        self._lock = threading.Lock()

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Keep ``data``."""
        with self._failures(key):
            self._client.put_object(Bucket=self._bucket, Key=self._name(key), Body=data, ContentType=media_type)

    def get(self, key: str) -> bytes:
        """Return what is kept."""
        with self._failures(key):
            data: bytes = self._client.get_object(Bucket=self._bucket, Key=self._name(key))["Body"].read()
            return data

    def remove(self, key: str) -> None:
        """Forget it."""
        with self._failures(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))

    def stored(self, prefix: str = "") -> Iterator[Stored]:
        """List the files."""
        with self._failures(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    key = found["Key"].removeprefix(self._prefix)
                    yield Stored(key, found["Size"], found["LastModified"].astimezone(UTC))

    def _name(self, key: str) -> str:
        return self._prefix + check_key(key)

    @property
    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                self._made = _s3_client(self._options)
            return self._made

    @contextmanager
    def _failures(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError  # slow to import, and only there with the extra

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            kind = Missing if code in _MISSING_CODES else Full if code in _FULL_CODES else StorageError
            raise kind(f"{key}: {code}") from error
        except BotoCoreError as error:
            raise StorageError(type(error).__name__) from error


def _s3_from(parts: SplitResult) -> S3:
    options = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    if unknown := set(options) - {"endpoint", "region"}:
        raise ValueError(f"media: s3:// does not know {', '.join(sorted(unknown))}")
    prefix = unquote(parts.path).strip("/")
    return S3(
        parts.netloc.rpartition("@")[2],
        f"{check_key(prefix)}/" if prefix else "",
        endpoint_url=options.get("endpoint"),
        region_name=options.get("region"),
        aws_access_key_id=unquote(parts.username) if parts.username else None,
        aws_secret_access_key=unquote(parts.password) if parts.password else None,
    )


def _s3_client(options: dict[str, Any]) -> Any:
    import boto3  # slow to import, and only there with the extra
    from botocore.config import Config

    # A person waits for the answer: short timeouts, few tries. Checksums only where asked for: S3's kin lack the new ones.
    config = Config(
        connect_timeout=3,
        read_timeout=20,
        retries={"max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client("s3", config=config, **options)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(str(error.filename)) from error
    except OSError as error:
        raise (Full if error.errno in _FULL_ERRORS else StorageError)(os.strerror(error.errno or 0)) from error


def _write(path: Path, data: bytes, *, synced: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if synced:
            os.fsync(descriptor)


def _sync(folder: Path) -> None:
    """Make the new name durable, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
