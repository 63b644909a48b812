"""How a room declares what it keeps about people: a class for every column, a path to the subject for every table.

Export, erasure, the notice and the record of processing all run on these declarations; a test fails on a table or a
column that says nothing. Purposes are the nine of the published policy (requirement 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from flask_babel.speaklater import LazyString


class Purpose(Enum):
    """The nine purposes of the policy, in its order."""

    RESPOND = "respond"
    PROVIDE = "provide"
    VERIFY = "verify"
    COMMUNICATE = "communicate"
    ENFORCE = "enforce"
    RESEARCH = "research"
    PROMOTE = "promote"
    LAW = "law"
    CONSENTED = "consented"


Category = Literal[
    "identity",
    "contact",
    "profile",
    "content",
    "activity",
    "relations",
    "credentials",
    "technical",
    "consent",
    "preferences",
]
Erasure = Literal["delete-row", "clear", "pseudonymise", "keep"]


@dataclass(frozen=True)
class NotPersonal:
    """A column that says nothing about a person, and why (``reason``)."""

    reason: str = "structure"


@dataclass(frozen=True)
class Personal:
    """A column that does.

    :param erasure: what happens at erasure: the whole row goes, the value is emptied, is replaced by a pseudonym, or
        is kept (then ``kept_because`` says by which right).
    :param retention: how long, in plain words for the notice.
    :param export: whether the person gets it; if not, ``hidden_because`` says why (a password hash, say).
    """

    category: Category
    purposes: tuple[Purpose, ...]
    retention: str = "while the account exists"
    erasure: Erasure = "delete-row"
    export: bool = True
    hidden_because: str = ""
    kept_because: str = ""

    def __post_init__(self) -> None:
        if not self.purposes:
            raise ValueError("personal data needs a purpose")
        if self.erasure == "keep" and not self.kept_because:
            raise ValueError("say why it is kept")
        if not self.export and not self.hidden_because:
            raise ValueError("say why it is not exported")


@dataclass(frozen=True)
class Restriction:
    """A law that makes us keep a table's rows beyond an erasure: they move to the restricted store for so many days."""

    because: str
    days: int


@dataclass(frozen=True)
class Table:
    """What one table keeps.

    :param subject: the path of foreign-key columns from this table to ``privacy_subjects``, such as
        ``("item_id", "member_id", "subject_id")``; empty for a table that leads to nobody, then ``no_subject`` says why.
    :param also: further paths, where a row is about two people (who loved, whose look). At the erasure of the person at
        its end, what its first column declares decides: the row goes, or that column alone is emptied.
    :param title: what the person reads that the rows are, such as "Looks".
    :param restricted: the law that makes us keep the rows, if there is one.
    :param second: for each of these, the columns that the person at its end gets in an export, or the reason why none:
        the row is somebody else's. What is not said is not given.
    """

    columns: Mapping[str, NotPersonal | Personal]
    subject: tuple[str, ...] = ()
    also: tuple[tuple[str, ...], ...] = field(default=())
    second: Mapping[tuple[str, ...], tuple[str, ...] | str] = field(default_factory=dict)
    no_subject: str = ""
    title: LazyString | str = ""
    restricted: Restriction | None = None

    def __post_init__(self) -> None:
        if bool(self.subject) == bool(self.no_subject):
            raise ValueError("give either a path to the subject or the reason why there is none")


Declaration = Mapping[str, Table]
"""A room's ``personal_data.TABLES``: table name to what it keeps."""
