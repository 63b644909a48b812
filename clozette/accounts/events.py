"""What accounts tells the rooms above."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MemberRegistered:
    """Somebody joined; the mail address is not confirmed yet."""

    member_id: int


@dataclass(frozen=True)
class MemberConfirmed:
    """The mail address was confirmed for the first time: from now on others may see the member."""

    member_id: int


@dataclass(frozen=True)
class MemberBlocked:
    """``blocker_id`` wants nothing to do with ``blocked_id``."""

    blocker_id: int
    blocked_id: int


@dataclass(frozen=True)
class MemberUnblocked:
    """A block was lifted."""

    blocker_id: int
    blocked_id: int


@dataclass(frozen=True)
class HandleChanged:
    """A member has another handle; addresses that carry the old one lead to nobody else, ever."""

    member_id: int


@dataclass(frozen=True)
class MemberDeactivated:
    """A member was deactivated: signed out everywhere and not visible."""

    member_id: int


@dataclass(frozen=True)
class MemberReactivated:
    """A deactivated member is back."""

    member_id: int


@dataclass(frozen=True)
class DetailChanged:
    """A member corrected something about themself; ``column`` is its name in ``accounts_members``."""

    member_id: int
    subject_id: int
    column: str


@dataclass(frozen=True)
class TicketMade:
    """A ticket waits to be mailed to the address it was made for."""

    ticket_id: int


@dataclass(frozen=True)
class AddressChangeAsked:
    """A member asked to change the mail address; nothing has changed yet."""

    member_id: int


@dataclass(frozen=True)
class AddressChanged:
    """A member's mail address is another one now; the ticket knows the former."""

    ticket_id: int


@dataclass(frozen=True)
class CredentialsChanged:
    """How a member signs in has changed; ``what`` is one of ``mail.CHANGES``."""

    member_id: int
    what: str
