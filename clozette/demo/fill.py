"""Write the story down through the rooms' own services, each deed at its own moment.

What is only many (follows, loves) goes in as rows, with the counters made to agree; the shopper's own goes through the
services, so that there is something to be notified of.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import orm

from clozette.accounts import passwords
from clozette.accounts.models import Member
from clozette.accounts.services import members as member_deeds
from clozette.accounts.services import registration, second_factor
from clozette.accounts.services.registration import Joining
from clozette.closets import categories
from clozette.closets import services as closet
from clozette.closets.models import Item
from clozette.community.models import Follow
from clozette.demo import asked, contests, letters, mailings, people, pictures, shop
from clozette.demo.story import PlannedItem, PlannedLook, Story
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.images import CleanPhoto
from clozette.kernel.money import Money
from clozette.kernel.viewer import Viewer
from clozette.looks.models import Look, LookPhoto, Love
from clozette.looks.naming import suggest_alt
from clozette.looks.schemas import Spot
from clozette.looks.services import comments, drafts, hotspots, loves, publication
from clozette.media import services as media

PASSWORD = "try-on-everything"  # noqa: S105 - for a demo that anybody may enter
SIGN_INS = {"shopper": (), "editor": ("marketing",), "admin": ("admin",)}
"""The ready sign-ins, ``<name>@clozette.test``: the first members of the story, and the roles they hold."""
SHOPPER = 0
_CURRENCIES = ("EUR", "SGD", "USD", "GBP")
_BATCH = 20


@dataclass
class Filler:
    """One filling of an empty site; ``step`` is called after every deed, for a progress bar."""

    app: Flask
    story: Story
    step: Callable[[], None]

    def __post_init__(self) -> None:
        self.members: list[Member] = []
        self.items: list[int] = []
        self.looks: list[int] = []

    def fill(self) -> None:
        """Tell the story from its beginning."""
        self._join()
        self._each(zip(self.story.items, pictures.item_photos(self.story), strict=True), self._add_item)
        self._follow()
        self._each(zip(self.story.looks, pictures.look_photos(self.story), strict=True), self._publish_look)
        self._each(self.story.comments, self._comment)
        self._love()
        newsletters = letters.fill(self.members, clock.now())
        mailings.fill(newsletters, self.looks, clock.now())
        contests.fill(self.members, self.looks, clock.now())
        asked.fill(self.members, clock.now())
        shop.fill(self.app, self.members, self.items, clock.now())
        db.session.commit()

    def _each(self, deeds: Iterable[tuple], do: Callable[..., None]) -> None:  # type: ignore[type-arg]
        for number, deed in enumerate(deeds):
            do(*deed)
            self.step()
            if number % _BATCH == _BATCH - 1:
                db.session.commit()
        db.session.commit()

    def _join(self) -> None:
        password_hash = passwords.hash_password(PASSWORD)
        names = tuple(SIGN_INS)
        for number, joined in enumerate(self.story.joined):
            who = people.person(number)
            name = names[number] if number < len(names) else who.handle
            with clock.frozen(joined):
                joining = Joining(
                    email=f"{name}@clozette.test",
                    password_hash=password_hash,
                    display_name=who.display_name,
                    handle=who.handle,
                    country=who.country,
                    birth_date=_birth_date(number, joined),
                )
                member = registration.create(joining, now=joined, confirmed=True)
                member.bio = who.bio
                self._give_face(member, number, joined)
                self.members.append(member)
            self.step()
        for name, member in zip(names, self.members, strict=False):
            for role in SIGN_INS[name]:
                _make_staff(member, role)
        db.session.commit()

    def _give_face(self, member: Member, number: int, now: datetime) -> None:
        if number % 5 == 4:
            return  # not everybody has a picture
        member_deeds.set_avatar(member, pictures.face(number), now=now)

    def _add_item(self, planned: PlannedItem, picture: CleanPhoto) -> None:
        owner, number = self.members[planned.owner], len(self.items)
        with clock.frozen(planned.added):
            photo = media.add_photo(owner.subject_id, picture, planned.added)
            item = closet.add(
                owner, _facts(planned), [photo], upload_key=f"demo-{number}", now=planned.added, similar_ok=True
            )
            if planned.is_public:
                closet.publicise(item, now=planned.added)
            if planned.is_styleable:
                closet.open_to_styling(item, now=planned.added)
            if number % 23 == 0 and item.kind == "owned":
                closet.set_state(item, "in_wash", lent_to=None, now=planned.added)
        self.items.append(item.id)

    def _publish_look(self, planned: PlannedLook, drawn: pictures.Drawn) -> None:
        author = self.members[planned.author]
        viewer = Viewer(member_id=author.id, subject_id=author.subject_id, handle=author.handle, is_confirmed=True)
        with clock.frozen(planned.published):
            look, _new = drafts.start_look(viewer, now=planned.published)
            look.caption, look.visibility = planned.caption, planned.visibility
            shown = self._show_photos(look, author, planned, drawn)
            spots = [
                Spot(shown[photo].photo_id, self.items[item], x, y)
                for item, (photo, x, y) in zip(planned.items, drawn.tags, strict=True)
            ]
            hotspots.save_hotspots(look, {"hotspots": spots}, viewer)
            publication.publish_look(look, now=planned.published)
        self.looks.append(look.id)

    def _show_photos(self, look: Look, author: Member, planned: PlannedLook, drawn: pictures.Drawn) -> list[LookPhoto]:
        wanted = sa.select(Item).where(Item.id.in_([self.items[number] for number in planned.items]))
        found = {item.id: item for item in db.session.scalars(wanted.options(orm.selectinload(Item.labels)))}
        items = [found[self.items[number]] for number in planned.items]
        shown = []
        for position, picture in enumerate(drawn.photos):
            photo = media.add_photo(author.subject_id, picture, planned.published)
            worn = items if len(drawn.photos) == 1 else [items[position]]
            shown.append(LookPhoto(look_id=look.id, photo_id=photo.id, position=position, alt=suggest_alt(worn)))
        db.session.add_all(shown)
        db.session.flush()
        return shown

    def _comment(self, look: int, member: int, text: str, at: datetime) -> None:
        with clock.frozen(at):
            found = db.session.get_one(Look, self.looks[look])
            comments.comment(found, self.members[member].id, text, now=at)

    def _follow(self) -> None:
        rng = random.Random(1)  # noqa: S311
        rows = [
            {
                "id": ids.id_at(at, rng.getrandbits(ids.RANDOM_BITS)),
                "follower_id": self.members[follower].id,
                "followed_id": self.members[followed].id,
                "at": at,
            }
            for follower, followed, at in self.story.follows
        ]
        db.session.execute(sa.insert(Follow), rows)
        db.session.commit()

    def _love(self) -> None:
        rng = random.Random(2)  # noqa: S311
        rows = []
        for look, member, at in self.story.loves:
            look_id, member_id = self.looks[look], self.members[member].id
            if self.story.looks[look].author == SHOPPER:
                with clock.frozen(at):
                    loves.love(look_id, member_id, now=at)
            else:
                row_id = ids.id_at(at, rng.getrandbits(ids.RANDOM_BITS))
                rows.append({"id": row_id, "look_id": look_id, "member_id": member_id, "at": at})
        db.session.execute(sa.insert(Love), rows)
        count = sa.select(sa.func.count()).where(Love.look_id == Look.id).scalar_subquery()
        db.session.execute(sa.update(Look).values(love_count=count).execution_options(synchronize_session=False))
        db.session.commit()


def totp_code(member: Member) -> str:
    """Return the code that the member's authenticator would show now."""
    totp = current_app.extensions["security"].totp_factory._totp
    token: str = totp.from_source(member.tf_totp_secret).generate().token
    return token


def _make_staff(member: Member, role: str) -> None:
    now = clock.now()
    member_deeds.give_role(member, role, now=now)
    second_factor.begin(member)
    second_factor.turn_on(member, totp_code(member), now=now)
    member.tf_last_step = None  # the code of this half minute may be used to sign in


def _birth_date(number: int, today: datetime) -> date:
    years = 17 if number in (40, 51) else 19 + number * 7 % 30
    return (today - timedelta(days=years * 365 + 200 + number)).date()


def _facts(planned: PlannedItem) -> dict[str, object]:
    facts = dict(planned.facts)
    facts["category"], facts["subcategory"] = categories.split(str(facts["category"]))
    price = facts.pop("price")
    facts["price"] = Money(int(str(price)) * 100, _CURRENCIES[planned.owner % len(_CURRENCIES)]) if price else None
    return facts
