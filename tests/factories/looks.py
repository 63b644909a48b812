"""Looks, made by the room's own services; their photos are rows without files unless a test sends real ones."""

import itertools
import secrets
from collections.abc import Iterable
from typing import Any

from clozette.accounts.models import Member
from clozette.closets import categories
from clozette.closets import services as closets
from clozette.closets.models import Item
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.looks.models import Comment, Hotspot, Look, LookPhoto
from clozette.looks.services import comments, loves, publication
from clozette.media.models import Photo

_numbers = itertools.count(1)


def viewer_of(member: Member) -> Viewer:
    """Return the viewer that a signed-in member is."""
    return Viewer(
        member_id=member.id,
        subject_id=member.subject_id,
        handle=member.handle,
        display_name=member.display_name,
        is_minor=member.is_minor(clock.today()),
        is_confirmed=member.is_confirmed,
    )


def make_photo(member: Member, *, public: bool = False) -> Photo:
    """Add a photo's row (flushed)."""
    number = next(_numbers)
    photo = Photo(
        subject_id=member.subject_id,
        created_at=clock.now(),
        sha256=f"{number:064x}",
        bytes=1000,
        width=900,
        height=1200,
        placeholder="data:image/webp;base64,",
        colours=["#aabbcc"],
        dhash=number,
        variants=[160, 320, 640],
        avif=[],
        folder=secrets.token_hex(8),
        suffix="jpg",
        public_token=secrets.token_hex(16) if public else None,
    )
    db.session.add(photo)
    db.session.flush()
    return photo


def make_look(
    author: Member,
    *,
    published: bool = True,
    visibility: str = "public",
    photos: int = 1,
    alt: str = "",
    **columns: Any,
) -> Look:
    """Add a look (flushed, not committed), published unless told otherwise."""
    now = clock.now()
    look = Look(member_id=author.id, visibility=visibility, created_at=now, changed_at=now, **columns)
    db.session.add(look)
    db.session.flush()
    for position in range(photos):
        photo = make_photo(author)
        db.session.add(LookPhoto(look_id=look.id, photo_id=photo.id, position=position, alt=alt))
    db.session.flush()
    if published:
        publication.publish_look(look, now=now)
    return look


def make_item(
    owner: Member, code: str = "tops.shirt", colour: str = "beige", *, public: bool = False, styleable: bool = False
) -> Item:
    """Put an item of a category and a colour into a closet (flushed); that is how looks name it."""
    group, kind = categories.split(code)
    facts = {"kind": "owned", "category": group, "subcategory": kind, "colours": [colour]}
    key, now = f"key-{next(_numbers)}", clock.now()
    item = closets.add(owner, facts, [make_photo(owner)], upload_key=key, now=now, similar_ok=True)
    if public or styleable:
        closets.publicise(item, now=now)
    if styleable:
        closets.open_to_styling(item, now=now)
    return item


def tag_item(look: Look, item: Item, *, x: int = 500, y: int = 500) -> Hotspot:
    """Tag an item on a look's first photo, whoever may."""
    photo_id = db.session.query(LookPhoto.photo_id).filter_by(look_id=look.id, position=0).scalar()
    tag = Hotspot(
        look_id=look.id, photo_id=photo_id, item_id=item.id, owner_id=item.member_id, x_permille=x, y_permille=y
    )
    db.session.add(tag)
    db.session.flush()
    return tag


def make_love(look: Look, lovers: Iterable[Member]) -> None:
    """Let members love a look."""
    for lover in lovers:
        loves.love(look.id, lover.id, now=clock.now())


def make_comment(look: Look, member: Member, text: str = "Lovely") -> Comment:
    """Add a comment."""
    return comments.comment(look, member.id, text, now=clock.now())
