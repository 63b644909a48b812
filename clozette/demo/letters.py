"""Newsletters of the demo: two of them, with subscribers who came the real way, a few who left, and some who are waited for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.newsletters.subscriptions import proven, services, staff
from clozette.newsletters.subscriptions.models import Contact, Newsletter

WEEKLY = {
    "slug": "friday-rail",
    "title": "The Friday Rail",
    "description": "The looks people loved this week, and one garment worn five ways.",
    "frequency": "Every Friday",
    "edition": "clozette.co",
    "language": "en",
}
MONTHLY = {
    "slug": "lemari",
    "title": "Isi Lemari",
    "description": "Cerita dari lemari anggota, sekali sebulan.",
    "frequency": "Setiap awal bulan",
    "edition": "clozette.co.id",
    "language": "id",
}
_SENDER = {"sender_name": "Clozette", "reply_to": "hello@clozette.test", "has_archive": True}
_GUESTS = ("Amara Bell", "Ben Okoro", "Carla Neri", "Dan Weiss", "Ida Holm", "Jonas Berg", "Maya Rao", "Tom Adeyemi")
_FIRST, _STEP = timedelta(days=120), timedelta(hours=31)


@dataclass
class _Clock:
    """The moments at which one after the other subscribes."""

    at: datetime

    def next(self) -> datetime:
        self.at += _STEP
        return self.at


def fill(members: Sequence[Member], now: datetime) -> list[Newsletter]:
    """Add the newsletters and who reads them; who was a minor on the first of these days doesn't."""
    first = now - _FIRST
    moments = _Clock(first)
    made = [staff.create({**words, **_SENDER}, moments.at) for words in (WEEKLY, MONTHLY)]
    readers = [member for member in members if not member.is_minor(first.date())]
    for number, member in enumerate(readers):
        wanted = [one for one, every in zip(made, (2, 5), strict=True) if number % every == 0]
        if wanted:
            at = max(moments.next(), member.created_at + _STEP)
            _member(member, wanted, at, leaves=number % 14 == 8)
    for number, name in enumerate(_GUESTS):
        _guest(name, made[number % 4 == 3], moments.next(), confirms=number % 4 != 2)
    db.session.commit()
    return made


def _member(member: Member, wanted: Sequence[Newsletter], at: datetime, *, leaves: bool) -> None:
    first, _space, last = member.display_name.partition(" ")
    with clock.frozen(at):
        contact = proven.settle(member, at) or services.contact_for(member.email, at, member.locale)
        services.know(contact, first, last or first, locale=member.locale, now=at)
        contact.country, contact.time_zone = member.country, member.time_zone
        for newsletter in wanted:
            services.subscribe(contact, newsletter, method="form:settings", source="settings", now=at)
    if leaves:
        _leave(contact, at + timedelta(days=9))


def _guest(name: str, newsletter: Newsletter, at: datetime, *, confirms: bool) -> None:
    first, _space, last = name.partition(" ")
    with clock.frozen(at):
        contact = services.contact_for(f"{first}.{last}@mail.test".lower(), at, newsletter.language)
        names = {"first_name": first, "last_name": last, "locale": newsletter.language}
        signup = services.sign_up(contact, [newsletter.id], **names, method="form:newsletter", stamped=None, now=at)
        services.new_token(signup)
        if confirms:
            services.confirm(signup, now=at + timedelta(minutes=7))


def _leave(contact: Contact, at: datetime) -> None:
    with clock.frozen(at):
        services.leave(contact.subscriptions[0], method="page:settings", now=at)
