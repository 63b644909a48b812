"""What the desk tells others."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeMade:
    """A one-time code waits to be mailed."""

    code_id: int


@dataclass(frozen=True)
class RequestReceived:
    """Somebody asked something of us."""

    request_id: int


@dataclass(frozen=True)
class RequestAnswered:
    """An event of a request is for the person to read: a reply, an extension, an outcome."""

    event_id: int
