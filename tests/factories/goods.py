"""Files as sellers send them: small, and what they say that they are."""

import io
import zipfile

from werkzeug.datastructures import FileStorage

from clozette.kernel import clock
from clozette.shop.files import services
from clozette.shop.files.models import GoodsFile

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16) + b"IEND\xaeB`\x82"
DXF = b"  0\nSECTION\n  2\nHEADER\n  0\nENDSEC\n  0\nEOF\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/><use href="#a"/></svg>'


def archive(*names: str) -> bytes:
    """Return a ZIP archive with entries of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name), b"x")  # of no time: what it is made of names a test
    return made.getvalue()


def upload(data: bytes = PDF, name: str = "pattern.pdf") -> FileStorage:
    """Return what a form sends."""
    return FileStorage(io.BytesIO(data), filename=name)


def make_file(listing: object, data: bytes = PDF, name: str = "pattern.pdf") -> GoodsFile:
    """Let a listing (flushed) sell a file."""
    return services.put(listing, upload(data, name), now=clock.now())  # type: ignore[arg-type]
