"""Who looks at a page. Rooms decide by this small value, never by a row of ``accounts``."""

from dataclasses import dataclass, field

STAFF_ROLES = frozenset({"marketing", "moderator", "admin"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person behind a request, or nobody (``member_id`` is ``None``).

    ``is_leaving``: the member asked to be erased, is hidden, and may do nothing but change their mind.
    ``scopes`` is ``None`` for a browser session (everything the member may do) and a set for an API token.
    """

    member_id: int | None = None
    subject_id: int | None = None
    handle: str | None = None
    display_name: str | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    is_minor: bool = False
    is_confirmed: bool = False
    is_leaving: bool = False
    has_second_factor: bool = False
    session_id: int | None = None
    avatar_token: str | None = None
    locale: str = ""
    time_zone: str = "UTC"
    scopes: frozenset[str] | None = None

    @property
    def is_member(self) -> bool:
        """Whether somebody is signed in."""
        return self.member_id is not None

    @property
    def staff_roles(self) -> frozenset[str]:
        """The staff roles that may be used now: none without a second factor."""
        return self.roles & STAFF_ROLES if self.has_second_factor else frozenset()

    def may_as(self, *roles: str) -> bool:
        """Whether the viewer acts in one of the staff roles; an admin may what the others may."""
        return bool(self.staff_roles & {*roles, "admin"})


GUEST = Viewer()
