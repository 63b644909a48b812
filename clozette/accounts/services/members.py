"""Profiles and handles of members; deactivation and roles by staff."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from clozette.accounts import handles, rules
from clozette.accounts.events import DetailChanged, HandleChanged, MemberDeactivated, MemberReactivated
from clozette.accounts.models import Handle, Member, Role
from clozette.accounts.services import sign_ins, tickets, tokens
from clozette.kernel import events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.images import CleanPhoto
from clozette.kernel.refusal import refuse
from clozette.kernel.viewer import STAFF_ROLES
from clozette.media import services as media
from clozette.media.models import Photo


@dataclass(frozen=True)
class Profile:
    """What a member says about themself, and how they like the site."""

    display_name: str
    bio: str
    country: str
    time_zone: str
    locale: str | None = None


def change_profile(member: Member, profile: Profile, *, now: datetime) -> None:
    """Change the profile."""
    if profile.country != member.country:
        birth_date, today = member.birth_date, now.date()
        refuse(rules.why_not_move(country=profile.country, birth_date=birth_date, today=today))
    for column in ("display_name", "country"):
        if getattr(member, column) != getattr(profile, column):
            events.publish(DetailChanged(member.id, member.subject_id, column))
    member.display_name = profile.display_name
    member.bio = profile.bio
    member.country = profile.country
    member.time_zone = profile.time_zone
    member.locale = profile.locale or member.locale
    db.session.flush()


def set_avatar(member: Member, upload: FileStorage | CleanPhoto, *, now: datetime) -> None:
    """Let a photo stand for the member wherever they are seen; the one before is deleted.

    :raises BadPhoto: if it is no photo that we take.
    """
    photo = media.add_photo(member.subject_id, upload, now)
    media.publish_photo(photo)
    remove_avatar(member)
    member.avatar_photo_id = photo.id
    member.avatar_token = photo.public_token
    db.session.flush()


def remove_avatar(member: Member) -> None:
    """Show the first letter of the name again."""
    photo = db.session.get(Photo, member.avatar_photo_id) if member.avatar_photo_id is not None else None
    member.avatar_photo_id = member.avatar_token = None
    db.session.flush()
    if photo is not None:
        media.delete_photo(photo)


def change_handle(member: Member, handle: str, *, now: datetime) -> None:
    """Take another handle. The old one stays the member's own for ever: nobody else gets it, and it leads nowhere."""
    refuse(rules.why_not_change_handle(new=handle, old=member.handle, last_change=_last_change(member), now=now))
    new = {"id": new_id(), "member_id": member.id, "handle": handle, "skeleton": handles.skeleton(handle)}
    if not insert_once(Handle, **new, taken_at=now) and not _take_back(member, handle, now):
        refuse(rules.handle_taken())
    left = sa.update(Handle).where(Handle.handle == member.handle, Handle.member_id == member.id)
    db.session.execute(left.values(left_at=now))
    member.handle = handle
    db.session.flush()
    events.publish(HandleChanged(member.id))
    events.publish(DetailChanged(member.id, member.subject_id, "handle"))


def deactivate(member: Member, *, now: datetime) -> None:
    """Sign a member out everywhere and hide them, until staff bring them back."""
    is_hidden, member.leaving_at = member.deactivated_at is not None, None
    if is_hidden:
        sign_ins.end_all(member, because="deactivated", now=now)
        return
    _hide(member, because="deactivated", now=now)


def leave(member: Member, *, now: datetime, but: int | None = None) -> None:
    """Hide a member who wants to go, everywhere and at once; they can still sign in and stay.

    :param but: the session that it was asked in; all others end.
    """
    if member.deactivated_at is None:
        member.leaving_at = now
        _hide(member, because="leaving", now=now, but=but)


def stay(member: Member) -> None:
    """Let a member who wanted to go be seen again."""
    if member.leaving_at is not None:
        member.leaving_at = None
        db.session.flush()
        reactivate(member)


def reactivate(member: Member) -> bool:
    """Let a deactivated member sign in and be seen again; say whether this did it.

    The statement decides between this and the member's own wish to go; who wants to go comes back by ``stay`` alone.
    """
    closed = (Member.id == member.id, Member.deactivated_at.is_not(None), Member.leaving_at.is_(None))
    opened = db.session.execute(sa.update(Member).where(*closed).values(deactivated_at=None))
    if not opened.rowcount:  # type: ignore[attr-defined]
        return False
    media.show_person(member.subject_id)
    events.publish(MemberReactivated(member.id))
    return True


def free_handles(member: Member) -> None:
    """Give back the handles of a member who never confirmed the address, on their way out: nobody has ever seen them."""
    db.session.execute(sa.delete(Handle).where(Handle.member_id == member.id))
    member.handle = f"~{ids.encode(member.id)}"  # which nobody can choose
    db.session.flush()


def free_reserved_handles(before: datetime) -> None:
    """Give back the handles that were typed to join with a known address: kept back, and nobody's at any moment."""
    reserved = (Handle.left_at == Handle.taken_at, Handle.taken_at < before)
    db.session.execute(sa.delete(Handle).where(*reserved))


def give_role(member: Member, role: str, *, now: datetime, given_by_id: int | None = None) -> None:
    """Give a staff role; a second time changes nothing. It opens nothing before a sign-in with a second factor."""
    if role not in STAFF_ROLES:
        raise ValueError(role)
    insert_once(Role, id=new_id(), member_id=member.id, name=role, given_at=now, given_by_id=given_by_id)
    sign_ins.end_all(member, because="role-given", now=now)


def take_role(member: Member, role: str, *, now: datetime) -> None:
    """Take a staff role away, and end the sessions that used it."""
    db.session.execute(sa.delete(Role).where(Role.member_id == member.id, Role.name == role))
    sign_ins.end_all(member, because="role-taken", now=now)


def _hide(member: Member, *, because: str, now: datetime, but: int | None = None) -> None:
    member.deactivated_at = now
    sign_ins.end_all(member, because=because, now=now, but=but)
    tokens.revoke_all(member.id, now=now)
    tickets.void(member.id, now=now)
    media.hide_person(member.subject_id, now=now)
    events.publish(MemberDeactivated(member.id))


def _last_change(member: Member) -> datetime | None:
    """Return when the member took the present handle, if that was after joining."""
    taken = sa.select(Handle.taken_at).where(Handle.handle == member.handle, Handle.taken_at > member.created_at)
    return db.session.scalar(taken)


def _take_back(member: Member, handle: str, now: datetime) -> bool:
    mine = sa.update(Handle).where(Handle.handle == handle, Handle.member_id == member.id)
    return bool(db.session.execute(mine.values(taken_at=now, left_at=None)).rowcount)  # type: ignore[attr-defined]
