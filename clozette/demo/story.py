"""The story of the demo, made up in full before anything is written: who joins, wears, follows, loves and says what.

Everything follows from one seed and the day it is told on, so that two machines tell the same story.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from clozette.demo import drawings, people

MEMBERS, ITEMS, LOOKS = 64, 640, 420
YEAR = timedelta(days=365)

# What a drawn garment, or a folder of photographs, is called in a closet.
CATEGORIES = {
    "t-shirt": "tops.tshirt",
    "shirt": "tops.shirt",
    "longsleeve": "tops.long_sleeve",
    "knit": "knitwear.jumper",
    "jacket": "outerwear.jacket",
    "coat": "outerwear.coat",
    "outwear": "outerwear.jacket",
    "dress": "dresses.midi",
    "skirt": "bottoms.skirt",
    "trousers": "bottoms.trousers",
    "pants": "bottoms.trousers",
    "jeans": "bottoms.jeans",
    "shorts": "bottoms.shorts",
    "boots": "shoes.boots",
    "trainers": "shoes.trainers",
    "heels": "shoes.heels",
    "shoes": "shoes",
    "bag": "bags.handbag",
    "hat": "accessories.hat",
    "scarf": "accessories.scarf",
}
_ABOVE = ("t-shirt", "shirt", "knit", "jacket", "coat", "longsleeve", "outwear")
_BELOW = ("skirt", "trousers", "jeans", "shorts", "pants")
_WHOLE = ("dress",)
_SEASONS = {
    "coat": ("autumn", "winter"), "knit": ("autumn", "winter"), "scarf": ("winter",), "boots": ("autumn", "winter"),
    "shorts": ("summer",), "t-shirt": ("spring", "summer"), "dress": ("spring", "summer"),
}  # fmt: skip
_PRICES = {"coat": 180, "jacket": 120, "outwear": 120, "boots": 110, "bag": 90, "dress": 80, "shoes": 70, "heels": 75}
_DRAWN = (*drawings.GARMENTS, "dress", "t-shirt", "shirt", "knit", "jeans", "skirt", "bag", "trainers")


@dataclass(frozen=True)
class PlannedItem:
    """An item of the story: drawn (``design``) or photographed (``photo``)."""

    owner: int
    kind: str
    added: datetime
    facts: dict[str, object]
    is_public: bool
    is_styleable: bool
    design: drawings.Design | None = None
    photo: Path | None = None


@dataclass(frozen=True)
class PlannedLook:
    """A look of the story, made of items (by their number)."""

    author: int
    items: tuple[int, ...]
    published: datetime
    caption: str
    visibility: str
    seed: int


@dataclass(frozen=True)
class Story:
    """Everything that happens. People, items and looks are named by their number."""

    joined: Sequence[datetime]
    items: Sequence[PlannedItem]
    looks: Sequence[PlannedLook]
    follows: Sequence[tuple[int, int, datetime]] = field(default=())
    loves: Sequence[tuple[int, int, datetime]] = field(default=())
    comments: Sequence[tuple[int, int, str, datetime]] = field(default=())


def tell(now: datetime, photos: dict[str, list[Path]] | None = None, seed: int = 7) -> Story:
    """Make the story up.

    :param photos: folder name to photographs, instead of drawings.
    """
    rng = random.Random(seed)  # noqa: S311 - a story, not a secret
    joined = sorted(now - YEAR * (0.25 + 0.75 * rng.random()) for _ in range(MEMBERS))
    items = _items(rng, now, joined, photos)
    looks = _looks(rng, now, items)
    fame = [rng.paretovariate(1.4) for _ in range(MEMBERS)]
    follows = _follows(rng, now, joined, fame)
    loves = _loves(rng, now, looks, fame)
    return Story(joined, items, looks, follows, loves, _comments(rng, now, looks, items, fame))


def _items(
    rng: random.Random, now: datetime, joined: Sequence[datetime], photos: dict[str, list[Path]] | None
) -> list[PlannedItem]:
    wardrobes = [tuple({*rng.choice(drawings.WARDROBES), *rng.choice(drawings.WARDROBES)}) for _ in joined]
    wardrobes = [tuple(sorted(colours)) for colours in wardrobes]
    made = []
    for number in range(ITEMS):
        # The first rounds dress everybody; then some collect more than others.
        owner = number % MEMBERS if number < MEMBERS * 6 else min(rng.randrange(MEMBERS), rng.randrange(MEMBERS))
        kind = _kind(rng, number // MEMBERS, photos)
        is_public = rng.random() < 0.72
        made.append(
            PlannedItem(
                owner=owner,
                kind=kind,
                added=_between(rng, joined[owner], now),
                facts=_facts(rng, kind, now),
                is_public=is_public,
                is_styleable=is_public and rng.random() < 0.4,
                design=None if photos else drawings.design(kind, rng, wardrobes[owner]),
                photo=rng.choice(photos[kind]) if photos else None,
            )
        )
    return made


def _kind(rng: random.Random, turn: int, photos: dict[str, list[Path]] | None) -> str:
    """Everybody first gets something for above, for below, for the feet; then what comes."""
    known = tuple(photos) if photos else _DRAWN
    if photos is None and turn < 3:
        known = (_ABOVE, _BELOW, ("boots", "trainers", "heels"))[turn]
        known = tuple(kind for kind in known if kind in drawings.GARMENTS)
    return rng.choice(known)


def _facts(rng: random.Random, kind: str, now: datetime) -> dict[str, object]:
    price = round(_PRICES.get(kind, 45) * rng.uniform(0.4, 2.0))
    return {
        "kind": "wished" if rng.random() < 0.1 else "owned",
        "category": CATEGORIES[kind],
        "brand": rng.choice(people.BRANDS) if rng.random() < 0.8 else None,
        "price": price if rng.random() < 0.7 else None,
        "bought_on": (now - timedelta(days=rng.randrange(20, 1400))).date() if rng.random() < 0.6 else None,
        "seasons": list(_SEASONS.get(kind, ("spring", "autumn"))) if rng.random() < 0.8 else [],
        "tags": rng.sample(people.TAGS, rng.randrange(0, 4)),
    }


def _looks(rng: random.Random, now: datetime, items: Sequence[PlannedItem]) -> list[PlannedLook]:
    closets: dict[int, list[int]] = {}
    for number, item in enumerate(items):
        if item.facts["kind"] == "owned":
            closets.setdefault(item.owner, []).append(number)
    shared = [number for number, item in enumerate(items) if item.is_styleable]
    made = []
    for number in range(LOOKS):
        author = number % MEMBERS if number < MEMBERS * 3 else rng.choice(tuple(closets))
        chosen = _dress(rng, items, closets[author], shared)
        ready = max(items[one].added for one in chosen)
        made.append(
            PlannedLook(
                author=author,
                items=tuple(chosen),
                published=_between(rng, ready, now, lately=2.0),
                caption=_caption(rng, items, chosen),
                visibility=rng.choices(("public", "members", "followers"), (80, 12, 8))[0],
                seed=rng.randrange(2**31),
            )
        )
    return sorted(made, key=lambda look: look.published)


def _dress(rng: random.Random, items: Sequence[PlannedItem], closet: Sequence[int], shared: Sequence[int]) -> list[int]:
    """Choose what goes together: a dress, or something above and below, and one or two small things."""
    pool = [*closet, *rng.sample(shared, min(len(shared), 3))] if rng.random() < 0.3 else list(closet)
    rng.shuffle(pool)
    chosen: list[int] = []
    for kinds in (_WHOLE,) if rng.random() < 0.25 else (_ABOVE, _BELOW):
        # Whoever has nothing for a place wears what others opened to styling.
        chosen += [number for number in [*pool, *shared] if items[number].kind in kinds and number not in chosen][:1]
    small = [number for number in pool if items[number].kind not in {*_ABOVE, *_BELOW, *_WHOLE}]
    chosen += small[: rng.choice((1, 2, 2, 3))]
    return chosen or [pool[0]]


def _caption(rng: random.Random, items: Sequence[PlannedItem], chosen: Sequence[int]) -> str:
    design = items[chosen[0]].design
    tags = " ".join(f"#{tag}" for tag in rng.sample(people.TAGS, rng.randrange(1, 4)))
    return rng.choice(people.CAPTIONS).format(tags=tags, colour=design.colour if design else "denim").strip()


def _follows(
    rng: random.Random, now: datetime, joined: Sequence[datetime], fame: Sequence[float]
) -> list[tuple[int, int, datetime]]:
    made = []
    for follower in range(MEMBERS):
        wanted = rng.choices(range(MEMBERS), fame, k=rng.randrange(8, 30))
        for followed in sorted({*wanted} - {follower}):
            since = max(joined[follower], joined[followed])
            made.append((follower, followed, _between(rng, since, now)))
    return sorted(made, key=lambda follow: follow[2])


def _loves(
    rng: random.Random, now: datetime, looks: Sequence[PlannedLook], fame: Sequence[float]
) -> list[tuple[int, int, datetime]]:
    made = []
    for number, look in enumerate(looks):
        count = min(MEMBERS // 2, round(rng.expovariate(1 / (4 + 2 * min(fame[look.author], 8)))))
        for member in rng.sample([one for one in range(MEMBERS) if one != look.author], count):
            made.append((number, member, _soon(rng, look.published, now)))
    return made


def _comments(
    rng: random.Random, now: datetime, looks: Sequence[PlannedLook], items: Sequence[PlannedItem], fame: Sequence[float]
) -> list[tuple[int, int, str, datetime]]:
    made = []
    for number, look in enumerate(looks):
        for _ in range(min(6, int(rng.expovariate(0.7)))):
            member = rng.choices(range(MEMBERS), fame)[0]
            if member == look.author:
                continue
            thing = people.CATEGORY_WORDS.get(items[rng.choice(look.items)].kind, "piece")
            text = rng.choice(people.COMMENTS).format(thing=thing)
            made.append((number, member, text, _soon(rng, look.published, now)))
    return sorted(made, key=lambda comment: comment[3])


def _between(rng: random.Random, start: datetime, end: datetime, lately: float = 1.0) -> datetime:
    """Choose a moment; the larger ``lately``, the nearer to the end."""
    part: float = rng.random() ** (1 / lately)
    return start + (end - start) * part


def _soon(rng: random.Random, start: datetime, end: datetime) -> datetime:
    return min(end, start + timedelta(hours=rng.expovariate(1 / 18)))
