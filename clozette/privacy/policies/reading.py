"""A text's small markup: ``# title``, ``## heading``, ``- item``, and paragraphs between blank lines."""

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or item. Its ``anchor`` is what a link to a clause names."""

    kind: Literal["title", "heading", "item", "paragraph"]
    text: str

    @property
    def anchor(self) -> str:
        """The clause's number, or nothing."""
        number = re.match(r"(\d+)\.", self.text)
        return f"clause-{number[1]}" if number and self.kind == "heading" else ""


_MARKS: tuple[tuple[str, Literal["title", "heading", "item"]], ...] = (
    ("## ", "heading"),
    ("# ", "title"),
    ("- ", "item"),
)


def blocks(text: str) -> list[Block]:
    """Return a text's blocks; the lines of a paragraph are joined."""
    found: list[Block] = []
    open_paragraph = False
    for line in text.splitlines():
        block = _marked(line)
        if block is None and line.strip() and open_paragraph:
            found[-1] = Block("paragraph", f"{found[-1].text} {line.strip()}")
            continue
        open_paragraph = block is None and bool(line.strip())
        if block or open_paragraph:
            found.append(block or Block("paragraph", line.strip()))
    return found


def title(text: str) -> str:
    """Return what a text calls itself."""
    return next((block.text for block in blocks(text) if block.kind == "title"), "")


def _marked(line: str) -> Block | None:
    for mark, kind in _MARKS:
        if line.startswith(mark):
            return Block(kind, line[len(mark) :].strip())
    return None
