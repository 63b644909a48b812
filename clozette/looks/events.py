"""What happened to looks; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LookPublished:
    """A look came out, for whomever its visibility names."""

    look_id: int
    author_id: int


@dataclass(frozen=True)
class LookChanging:
    """A look is about to be edited, hidden or deleted: who has to keep what it showed can still read it."""

    look_id: int


@dataclass(frozen=True)
class LookHidden:
    """A look that was out is a draft again, or deleted."""

    look_id: int
    author_id: int


@dataclass(frozen=True)
class LookLoved:
    """A member began to love a look."""

    look_id: int
    member_id: int


@dataclass(frozen=True)
class CommentMade:
    """A member wrote a comment."""

    comment_id: int
    look_id: int
    member_id: int
