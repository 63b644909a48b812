"""What a file is, told by its bytes alone, and what its name may be: pure, and for bytes of strangers."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.parsers import expat

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.kernel.schemas import looks_like_card
from clozette.shop.files.models import MAX_FILE_NAME

MOST_ENTRIES = 2000
_TAIL = 2048
_RUNS = frozenset(re.findall(r"\w+", "app bat cmd com cpl dll exe hta jar js lnk msi ps1 scr sh vbs"))
"""Endings of what a computer would run when somebody opens it."""
_ACTS = frozenset({"script", "foreignobject", "iframe", "embed", "object", "handler", "listener", "set", "animate"})
_SVG = "http://www.w3.org/2000/svg"
_OUTSIDE = re.compile(r"@import|url\(\s*['\"]?\s*(?!#|data:image/(?:png|jpeg))", re.IGNORECASE)
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg)[;,]")
_DXF = re.compile(rb"\s*(?:999\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION")
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """A kind of file: how its name ends, and what browsers are told that it is."""

    suffix: str
    media_type: str
    label: LazyString


KINDS: Mapping[str, Kind] = {
    "pdf": Kind("pdf", "application/pdf", _l("PDF")),
    "zip": Kind("zip", "application/zip", _l("ZIP archive")),
    "png": Kind("png", "image/png", _l("PNG picture")),
    "jpeg": Kind("jpg", "image/jpeg", _l("JPEG picture")),
    "svg": Kind("svg", "image/svg+xml", _l("SVG drawing")),
    "dxf": Kind("dxf", "application/octet-stream", _l("DXF drawing")),
    "zprj": Kind("zprj", "application/octet-stream", _l("Project of CLO 3D")),
}


class BadFile(Exception):
    """This is nothing that is sold here; ``message`` says why to who sent it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def tell(data: bytes, name: str) -> str:
    """Return the kind of a file.

    :raises BadFile: ``kind``, ``broken``, or ``unsafe`` for what would do something when it is opened.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _whole("png", b"IEND" in data[-_TAIL:])
    if data.startswith(b"\xff\xd8\xff"):
        return _whole("jpeg", b"\xff\xd9" in data[-_TAIL:])
    if data.startswith(b"%PDF-"):
        return _whole("pdf", b"%%EOF" in data[-_TAIL:])
    if data.startswith(b"PK\x03\x04"):
        _look_into(data)
        return "zprj" if _suffix(name) == "zprj" else "zip"
    if data.startswith(b"AutoCAD Binary DXF\r\n\x1a\x00") or _DXF.match(data[:_TAIL]):
        return _whole("dxf", b"EOF" in data[-_TAIL:])
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        _read_svg(data)
        return "svg"
    raise BadFile("kind", _("This is none of the kinds of files that are sold here."))


def name_of(given: str, kind: str) -> str:
    """Return what a file is called from now on: no path, nothing that a disk or a header stumbles over.

    :raises BadFile: ``name`` if it holds what may be a card's number.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] not in "CZ" or letter == " ")
    stem = re.sub(r'[<>:"|?*;%]', "_", plain.rpartition(".")[0] or plain).strip(" .") or "file"
    if looks_like_card(stem):
        raise BadFile("name", _("The name looks as if it held the number of a card. Call the file something else."))
    stem = f"_{stem}" if _RESERVED.fullmatch(stem) else stem
    suffix = KINDS[kind].suffix
    return f"{stem[: MAX_FILE_NAME - len(suffix) - 1].rstrip(' .')}.{suffix}"


def accept() -> str:
    """Return what a browser's file chooser offers."""
    return ",".join(f".{kind.suffix}" for kind in KINDS.values())


def empty() -> str:
    """Say that there is nothing in a file."""
    return str(_("This file is empty."))


def _whole(kind: str, ends: bool) -> str:
    if not ends:
        raise _broken()
    return kind


def _broken() -> BadFile:
    return BadFile("broken", _("This file is cut off or damaged. Make it anew, and send it again."))


def _unsafe() -> BadFile:
    return BadFile(
        "unsafe", _("This file would run or load something when it is opened. Such files are not sold here.")
    )


def _look_into(data: bytes) -> None:
    """Read the list of an archive; nothing is unpacked."""
    if data.count(b"PK\x01\x02") > MOST_ENTRIES:
        raise BadFile("entries", _("There are too many files in this archive."))
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise _broken() from error
    if not names:
        raise _broken()
    if any(_leads_elsewhere(name) or _suffix(name) in _RUNS for name in names):
        raise _unsafe()


def _leads_elsewhere(name: str) -> bool:
    """Whether unpacking an entry would write outside the folder that somebody unpacks into."""
    path = name.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or ":" in path


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")


def _read_svg(data: bytes) -> None:
    """Read a drawing to its end: nothing in it acts, and nothing is loaded from elsewhere."""
    parser = expat.ParserCreate(namespace_separator=" ")
    seen: list[str] = []
    parser.StartElementHandler = _element(seen)
    parser.StartDoctypeDeclHandler = _doctype
    parser.ProcessingInstructionHandler = _refuse
    parser.CharacterDataHandler = _text(seen)
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _broken() from error


def _element(seen: list[str]) -> Callable[[str, dict[str, str]], None]:
    def start(name: str, attributes: dict[str, str]) -> None:
        space, _blank, local = name.rpartition(" ")
        if not seen and (space, local) != (_SVG, "svg"):
            raise BadFile("kind", _("This is none of the kinds of files that are sold here."))
        seen.append(local)
        if local.lower().startswith(tuple(_ACTS)) or _does(attributes.items()):
            raise _unsafe()

    return start


def _text(seen: list[str]) -> Callable[[str], None]:
    def text(words: str) -> None:
        if "style" in seen and _loads(words):
            raise _unsafe()

    return text


def _does(attributes: Iterable[tuple[str, str]]) -> bool:
    """Whether an attribute acts or loads something."""
    for name, value in attributes:
        local = name.rpartition(" ")[2].lower()
        if local.startswith("on") or "javascript:" in "".join(value.split()).lower():
            return True
        if local in ("href", "src") and not _INSIDE.match(value.strip()):
            return True
        if local == "base" or _loads(value):
            return True
    return False


def _loads(style: str) -> bool:
    """Whether a style loads something; one with escapes may hide that it does."""
    return "\\" in style or bool(_OUTSIDE.search(style))


def _doctype(_name: str, _system: str | None, _public: str | None, declares: int) -> None:
    """Let a drawing say what it is, but declare nothing of its own: entities may grow without end."""
    if declares:
        raise _unsafe()


def _refuse(*_anything: object) -> None:
    raise _unsafe()
