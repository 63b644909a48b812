"""What members' data may be exported for, and which columns each use may have: a closed list, never "all there is"."""

from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import InstrumentedAttribute

from clozette.accounts.models import Member
from clozette.kernel.personal import Purpose

Kind = Literal["text", "date", "moment"]


@dataclass(frozen=True)
class Column:
    """One column that may be exported; ``name`` is also the declared column of ``accounts_members``."""

    name: str
    title: LazyString
    source: InstrumentedAttribute[Any]
    kind: Kind = "text"


@dataclass(frozen=True)
class Use:
    """What an export is for.

    :param purposes: which of the policy's purposes it serves: a column must have been collected for one of them.
    :param columns: what such an export may have.
    :param consent: the consent (purpose, channel) that everybody in it must have given; it is then marketing, and
        deactivated members, minors and whoever an upper room names are left out besides.
    :param finds_leaving: whether members who asked to be erased are in it until they are.
    :param may_leave: whether such an export may be handed to somebody outside the house.
    """

    id: str
    title: LazyString
    explanation: LazyString
    purposes: tuple[Purpose, ...]
    columns: tuple[str, ...]
    consent: tuple[str, str] | None = None
    finds_leaving: bool = False
    may_leave: bool = False

    @property
    def is_marketing(self) -> bool:
        """Whether it wants a consent."""
        return self.consent is not None


_COLUMNS = (
    Column("handle", _l("Handle"), Member.handle),
    Column("display_name", _l("Name"), Member.display_name),
    Column("email", _l("Mail address"), Member.email),
    Column("country", _l("Country"), Member.country),
    Column("birth_date", _l("Date of birth"), Member.birth_date, "date"),
    Column("bio", _l("About me"), Member.bio),
    Column("locale", _l("Language"), Member.locale),
    Column("time_zone", _l("Time zone"), Member.time_zone),
    Column("created_at", _l("Joined"), Member.created_at, "moment"),
    Column("confirmed_at", _l("Confirmed"), Member.confirmed_at, "moment"),
    Column("deactivated_at", _l("Deactivated"), Member.deactivated_at, "moment"),
)

COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}

_ADDRESSED = ("display_name", "email", "locale", "country")

_USES = (
    Use(
        "service",
        _l("Telling members about their account"),
        _l("A change of the service, a security notice: what every member must hear. No news, no offers."),
        (Purpose.COMMUNICATE, Purpose.PROVIDE),
        ("handle", *_ADDRESSED, "time_zone"),
    ),
    Use(
        "security",
        _l("Looking into misuse"),
        _l("Finding accounts that break the rules, or that somebody broke into."),
        (Purpose.ENFORCE, Purpose.VERIFY, Purpose.PROVIDE),
        ("handle", "display_name", "email", "country", "created_at", "confirmed_at", "deactivated_at"),
        finds_leaving=True,
    ),
    Use(
        "statistics",
        _l("Counting"),
        _l("How many members there are of which kind. No names and no addresses."),
        (Purpose.PROVIDE, Purpose.VERIFY),
        ("country", "locale", "time_zone", "created_at", "confirmed_at"),
    ),
    Use(
        "law",
        _l("A duty under the law"),
        _l("An order of a court or an authority. Name the law and the file number in the reason."),
        (Purpose.LAW, Purpose.ENFORCE, Purpose.VERIFY, Purpose.PROVIDE),
        tuple(COLUMNS),
        finds_leaving=True,
        may_leave=True,
    ),
    Use(
        "our_news",
        _l("Our news and offers"),
        _l("Only members who agreed to get our news by mail are in it."),
        (Purpose.COMMUNICATE, Purpose.PROVIDE),
        _ADDRESSED,
        consent=("our_news", "email"),
    ),
    Use(
        "partner_offers",
        _l("Offers of other companies, sent by us"),
        _l("Only members who agreed to get such offers by mail are in it. The file stays with us."),
        (Purpose.COMMUNICATE, Purpose.PROVIDE),
        _ADDRESSED,
        consent=("partner_offers", "email"),
    ),
)

USES: dict[str, Use] = {use.id: use for use in _USES}
