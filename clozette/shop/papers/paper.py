"""A sheet of A4 with headings, text, tables and a code to scan. The same content gives the same bytes."""

import io
from collections.abc import Sequence

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from clozette.shop.papers.fonts import BASE, marked

_INK, _MUTED, _RULE = HexColor("#1b1b1f"), HexColor("#5d5d66"), HexColor("#c9c9d1")
_SIZES = {"title": 20, "heading": 12, "text": 10, "small": 8.5, "large": 17}
_STYLES = {
    name: ParagraphStyle(
        name,
        fontName=BASE,
        fontSize=size,
        leading=size * 1.4,
        textColor=_MUTED if name == "small" else _INK,
        spaceAfter=2 * mm,
    )
    for name, size in _SIZES.items()
}
_RIGHT = ParagraphStyle("right", parent=_STYLES["text"], alignment=2)
_MARGIN, _AMOUNTS, _CODE = 20 * mm, 38 * mm, 36 * mm


class Paper:
    """One paper, filled from top to bottom."""

    def __init__(self, title: str, language: str) -> None:
        self._title, self._language = title, language
        self._story: list[Flowable] = []
        self.text(title, "title")

    def text(self, text: str, look: str = "text") -> None:
        """Add a paragraph; ``look`` is a name of ``_SIZES``."""
        if text:
            self._story.append(_paragraph(text, look))

    def block(self, heading: str, lines: Sequence[str], look: str = "text") -> None:
        """Add lines under a heading, which are not torn apart."""
        words = "\n".join(line for line in lines if line)
        self._story.append(KeepTogether([_paragraph(heading, "heading"), _paragraph(words, look)]))

    def sums(self, rows: Sequence[tuple[str, str]], total: tuple[str, str]) -> None:
        """Add a table of amounts with its total."""
        cells = [[_paragraph(name, "text"), Paragraph(marked(amount), _RIGHT)] for name, amount in (*rows, total)]
        table = Table(cells, colWidths=[A4[0] - 2 * _MARGIN - _AMOUNTS, _AMOUNTS], repeatRows=0)
        lines = [("LINEBELOW", (0, 0), (-1, -2), 0.4, _RULE), ("LINEBELOW", (0, -1), (-1, -1), 1, _INK)]
        table.setStyle(TableStyle([*lines, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
        self._story += [table, Spacer(0, 4 * mm)]

    def code(self, link: str) -> None:
        """Add a code that a telephone reads."""
        widget = QrCodeWidget(link, barBorder=2, barWidth=_CODE, barHeight=_CODE)
        drawing = Drawing(_CODE, _CODE)
        drawing.add(widget)
        self._story.append(drawing)

    def cut(self) -> None:
        """Add the line along which the paper is cut."""
        self._story.append(
            HRFlowable(width="100%", thickness=0.6, color=_MUTED, dash=(4, 3), spaceBefore=8 * mm, spaceAfter=8 * mm)
        )

    def pdf(self) -> bytes:
        """Return the bytes."""
        file = io.BytesIO()
        document = SimpleDocTemplate(
            file,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=_MARGIN,
            bottomMargin=_MARGIN,
            title=self._title,
            author="Clozette",
            lang=self._language,
            invariant=1,
        )
        document.build(self._story)
        return file.getvalue()


def _paragraph(text: str, look: str) -> Paragraph:
    return Paragraph(marked(text), _STYLES[look])
