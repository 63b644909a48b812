"""What happened to a contest as a whole; heard inside the transaction that did it. Ids alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ContestPublished:
    """Its rules stand, and everybody may read them."""

    contest_id: int


@dataclass(frozen=True)
class ContestOpened:
    """Entries are taken from now on."""

    contest_id: int


@dataclass(frozen=True)
class ContestClosed:
    """No entry comes, leaves or agrees to new rules any more."""

    contest_id: int


@dataclass(frozen=True)
class ContestJudged:
    """Who is first is settled; nobody was told yet."""

    contest_id: int


@dataclass(frozen=True)
class ContestAnnounced:
    """The result is public; winners are told, and their time runs."""

    contest_id: int


@dataclass(frozen=True)
class ContestCancelled:
    """It ended without a result."""

    contest_id: int


@dataclass(frozen=True)
class RulesChanged:
    """New rules stand after somebody had entered: whoever entered is asked again."""

    contest_id: int
    rules_id: int
