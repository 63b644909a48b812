"""Items in closets, made by the room's own service; their photos are rows without files unless a test sends real ones."""

import itertools
import random
import secrets
from typing import Any

from clozette.accounts.models import Member
from clozette.closets import categories, services
from clozette.closets.models import Item, Upload
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.media.models import Photo

_numbers = itertools.count(1)


def make_photo(member: Member, *, waiting: bool = False, **columns: Any) -> Photo:
    """Add a photo's row (flushed) that looks like no other; ``waiting``: sent with a form, for no item yet."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "subject_id": member.subject_id,
        "created_at": clock.now(),
        "sha256": f"{number:064x}",
        "bytes": 1000,
        "width": 900,
        "height": 1200,
        "placeholder": "data:image/webp;base64,",
        "colours": ["#1c2a52"],
        "dhash": random.Random(number).getrandbits(63),
        "variants": [160, 320, 640],
        "avif": [],
        "folder": f"{number:032x}",
        "suffix": "jpg",
    }
    photo = Photo(**given | columns)
    db.session.add(photo)
    db.session.flush()
    if waiting:
        db.session.add(Upload(photo_id=photo.id, member_id=member.id, at=clock.now()))
        db.session.flush()
    return photo


def make_item(
    owner: Member,
    *,
    category: str = "tops.tshirt",
    photos: int = 1,
    public: bool = False,
    styleable: bool = False,
    **facts: Any,
) -> Item:
    """Put an item into a closet (flushed, not committed).

    :param facts: what is known of it: ``brand``, ``colours``, ``tags``, ``price`` (``Money``) …
    :param styleable: others may style with it; makes it public too.
    """
    group, kind = categories.split(category)
    now = clock.now()
    pictures = [make_photo(owner) for _ in range(photos)]
    given = {"category": group, "subcategory": kind, **facts}
    item = services.add(owner, given, pictures, upload_key=secrets.token_urlsafe(8), now=now, similar_ok=True)
    if public or styleable:
        services.publicise(item, now=now)
    if styleable:
        services.open_to_styling(item, now=now)
    return item
