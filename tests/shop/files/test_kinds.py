"""What a file is, and what its name may be."""

import pytest

from clozette.shop.files import kinds
from clozette.shop.files.kinds import BadFile
from tests.factories.goods import DXF, PDF, PNG, SVG, archive

_OPEN = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def svg(inside: bytes) -> bytes:
    return _OPEN + inside + b"</svg>"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PDF, "a.exe", "pdf"),  # the bytes say it, not the name
        (PNG, "a", "png"),
        (b"\xff\xd8\xff\xe0" + bytes(9) + b"\xff\xd9", "a.jpeg", "jpeg"),
        (DXF, "a.dxf", "dxf"),
        (b"999\r\nmade by hand\r\n" + DXF.replace(b"\n", b"\r\n"), "a.dxf", "dxf"),
        (archive("front.pdf", "back/sleeve.svg"), "a.zip", "zip"),
        (archive("front.pdf"), "a.ZPRJ", "zprj"),
        (SVG, "a.svg", "svg"),
        (b'\xef\xbb\xbf<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">' + svg(b"<g/>"), "a.svg", "svg"),
        (svg(b'<image xlink:href="data:image/png;base64,AA"/><style>a{fill:url(#b)}</style>'), "a.svg", "svg"),
    ],
)
def test_the_bytes_say_what_it_is(data: bytes, name: str, kind: str) -> None:
    assert kinds.tell(data, name) == kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"MZ\x90\x00", "kind"),
        (b"<html><body>hello</body></html>", "kind"),
        (b"<x>", "kind"),
        (b"#!/bin/sh\nrm -rf /", "kind"),
        (PDF[:20], "broken"),
        (PNG[:20], "broken"),
        (DXF[:30], "broken"),
        (archive("a.pdf")[:-30], "broken"),
        (_OPEN, "broken"),
        (archive("../../etc/passwd"), "unsafe"),
        (archive("/etc/passwd"), "unsafe"),
        (archive("..\\x.pdf"), "unsafe"),
        (archive("C:\\x.pdf"), "unsafe"),
        (archive("a.pdf", "setup.EXE"), "unsafe"),
        (archive(*(f"{number}" for number in range(kinds.MOST_ENTRIES + 1))), "entries"),
        (svg(b"<script>alert(1)</script>"), "unsafe"),
        (svg(b'<a xlink:href=" java\nscript:alert(1)">x</a>'), "unsafe"),
        (svg(b'<rect onload="alert(1)"/>'), "unsafe"),
        (svg(b"<foreignObject><b/></foreignObject>"), "unsafe"),
        (svg(b'<image href="https://elsewhere.example/a.png"/>'), "unsafe"),
        (svg(b'<use href="data:image/svg+xml;base64,AA"/>'), "unsafe"),
        (svg(b"<style>@import 'https://elsewhere.example/a.css'</style>"), "unsafe"),
        (svg(b"<style>a{fill:u\\72l(https://elsewhere.example)}</style>"), "unsafe"),
        (svg(b'<rect style="fill:url(https://elsewhere.example/a)"/>'), "unsafe"),
        (b'<?xml-stylesheet href="https://elsewhere.example"?>' + svg(b""), "unsafe"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg(b"&a;"), "unsafe"),
    ],
)
def test_what_is_not_sold_here(data: bytes, code: str) -> None:
    with pytest.raises(BadFile) as refused:
        kinds.tell(data, "a.zip")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Jacke Größe 38.pdf", "Jacke Größe 38.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ada\\coat.PDF", "coat.pdf"),
        ("coat.pdf.exe", "coat.pdf.pdf"),
        ('a"b\r\nSet-Cookie: x;.pdf', "a_bSet-Cookie_ x_.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("con.pdf", "_con.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("裁縫.pdf", "裁縫.pdf"),
    ],
)
def test_a_name_is_a_name(given: str, name: str) -> None:
    assert kinds.name_of(given, "pdf") == name


def test_a_name_is_never_too_long_nor_a_card() -> None:
    assert len(kinds.name_of("x" * 500 + ".pdf", "pdf")) == 120
    with pytest.raises(BadFile):
        kinds.name_of("4242 4242 4242 4242.pdf", "pdf")
