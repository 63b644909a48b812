"""What an item can be: a list of two levels. Codes are stable and stored; labels are translated and may change.

A code is a group's (``shoes``: some shoe) or a kind's within it (``shoes.boots``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.kernel.web import locale


@dataclass(frozen=True)
class Group:
    """One of the large categories: what it is called, what kinds it has, and what is measured on it, laid flat."""

    label: LazyString
    kinds: Mapping[str, LazyString]
    measures: tuple[str, ...]


GROUPS: Mapping[str, Group] = {
    "tops": Group(
        _l("Tops"),
        {
            "tshirt": _l("T-shirt"),
            "long_sleeve": _l("Long-sleeved top"),
            "shirt": _l("Shirt"),
            "blouse": _l("Blouse"),
            "polo": _l("Polo shirt"),
            "tank": _l("Tank top"),
            "crop": _l("Crop top"),
            "bodysuit": _l("Bodysuit"),
            "tunic": _l("Tunic"),
        },
        ("chest", "shoulder", "sleeve", "length"),
    ),
    "knitwear": Group(
        _l("Knitwear and sweatshirts"),
        {
            "jumper": _l("Jumper"),
            "cardigan": _l("Cardigan"),
            "sweatshirt": _l("Sweatshirt"),
            "hoodie": _l("Hoodie"),
            "turtleneck": _l("Turtleneck"),
            "knitted_vest": _l("Knitted vest"),
        },
        ("chest", "shoulder", "sleeve", "length"),
    ),
    "bottoms": Group(
        _l("Bottoms"),
        {
            "jeans": _l("Jeans"),
            "trousers": _l("Trousers"),
            "chinos": _l("Chinos"),
            "shorts": _l("Shorts"),
            "skirt": _l("Skirt"),
            "leggings": _l("Leggings"),
            "joggers": _l("Joggers"),
            "culottes": _l("Culottes"),
        },
        ("waist", "hips", "rise", "inseam", "length", "leg_opening"),
    ),
    "dresses": Group(
        _l("Dresses and jumpsuits"),
        {
            "mini": _l("Mini dress"),
            "midi": _l("Midi dress"),
            "maxi": _l("Maxi dress"),
            "shirt_dress": _l("Shirt dress"),
            "knitted_dress": _l("Knitted dress"),
            "evening": _l("Evening dress"),
            "jumpsuit": _l("Jumpsuit"),
            "dungarees": _l("Dungarees"),
        },
        ("chest", "shoulder", "sleeve", "waist", "hips", "length"),
    ),
    "outerwear": Group(
        _l("Outerwear"),
        {
            "jacket": _l("Jacket"),
            "denim_jacket": _l("Denim jacket"),
            "leather_jacket": _l("Leather jacket"),
            "bomber": _l("Bomber jacket"),
            "blazer": _l("Blazer"),
            "coat": _l("Coat"),
            "trench": _l("Trench coat"),
            "puffer": _l("Puffer jacket"),
            "parka": _l("Parka"),
            "raincoat": _l("Raincoat"),
            "gilet": _l("Gilet"),
            "cape": _l("Cape"),
        },
        ("chest", "shoulder", "sleeve", "length"),
    ),
    "suits": Group(
        _l("Suits and sets"),
        {"suit": _l("Suit"), "tuxedo": _l("Tuxedo"), "waistcoat": _l("Waistcoat"), "co_ord": _l("Matching set")},
        ("chest", "shoulder", "sleeve", "length", "waist", "inseam"),
    ),
    "traditional": Group(
        _l("Traditional and modest wear"),
        {
            "batik": _l("Batik"),
            "kebaya": _l("Kebaya"),
            "sarong": _l("Sarong"),
            "baju_kurung": _l("Baju kurung"),
            "cheongsam": _l("Cheongsam"),
            "hanbok": _l("Hanbok"),
            "kimono": _l("Kimono"),
            "sari": _l("Sari"),
            "salwar": _l("Salwar kameez"),
            "abaya": _l("Abaya"),
            "kaftan": _l("Kaftan"),
            "hijab": _l("Hijab"),
        },
        ("chest", "shoulder", "sleeve", "waist", "hips", "length"),
    ),
    "shoes": Group(
        _l("Shoes"),
        {
            "trainers": _l("Trainers"),
            "boots": _l("Boots"),
            "ankle_boots": _l("Ankle boots"),
            "heels": _l("Heels"),
            "flats": _l("Flats"),
            "loafers": _l("Loafers"),
            "lace_ups": _l("Lace-up shoes"),
            "sandals": _l("Sandals"),
            "mules": _l("Mules"),
            "slippers": _l("Slippers"),
        },
        ("insole", "heel", "shaft"),
    ),
    "bags": Group(
        _l("Bags"),
        {
            "handbag": _l("Handbag"),
            "shoulder_bag": _l("Shoulder bag"),
            "crossbody": _l("Crossbody bag"),
            "tote": _l("Tote bag"),
            "clutch": _l("Clutch"),
            "backpack": _l("Backpack"),
            "belt_bag": _l("Belt bag"),
            "travel_bag": _l("Travel bag"),
            "wallet": _l("Wallet"),
        },
        ("width", "height", "depth", "strap"),
    ),
    "accessories": Group(
        _l("Accessories"),
        {
            "hat": _l("Hat"),
            "cap": _l("Cap"),
            "beanie": _l("Beanie"),
            "scarf": _l("Scarf"),
            "gloves": _l("Gloves"),
            "belt": _l("Belt"),
            "sunglasses": _l("Sunglasses"),
            "glasses": _l("Glasses"),
            "tie": _l("Tie"),
            "bow_tie": _l("Bow tie"),
            "hair": _l("Hair accessory"),
            "umbrella": _l("Umbrella"),
        },
        ("length", "width", "circumference"),
    ),
    "jewellery": Group(
        _l("Jewellery and watches"),
        {
            "necklace": _l("Necklace"),
            "earrings": _l("Earrings"),
            "bracelet": _l("Bracelet"),
            "ring": _l("Ring"),
            "brooch": _l("Brooch"),
            "anklet": _l("Anklet"),
            "watch": _l("Watch"),
        },
        ("length", "width", "circumference"),
    ),
    "sportswear": Group(
        _l("Sportswear"),
        {
            "sports_top": _l("Sports top"),
            "sports_bra": _l("Sports bra"),
            "sports_leggings": _l("Sports leggings"),
            "sports_shorts": _l("Sports shorts"),
            "tracksuit": _l("Tracksuit"),
        },
        ("chest", "sleeve", "waist", "hips", "inseam", "length"),
    ),
    "swimwear": Group(
        _l("Swimwear"),
        {
            "swimsuit": _l("Swimsuit"),
            "bikini": _l("Bikini"),
            "burkini": _l("Burkini"),
            "trunks": _l("Swimming trunks"),
            "cover_up": _l("Cover-up"),
        },
        ("chest", "waist", "hips", "length"),
    ),
    "underwear": Group(
        _l("Underwear and nightwear"),
        {
            "bra": _l("Bra"),
            "underpants": _l("Underpants"),
            "socks": _l("Socks"),
            "tights": _l("Tights"),
            "thermals": _l("Thermal underwear"),
            "pyjamas": _l("Pyjamas"),
            "nightdress": _l("Nightdress"),
            "robe": _l("Robe"),
        },
        ("chest", "waist", "hips", "inseam", "length"),
    ),
}

CODES: tuple[str, ...] = tuple(
    code for group, about in GROUPS.items() for code in (group, *(f"{group}.{kind}" for kind in about.kinds))
)
"""Every code, groups before their kinds."""

LENGTH = 32
"""How long a code's half may be."""


def split(code: str) -> tuple[str, str | None]:
    """Split a code into its group and its kind."""
    group, _dot, kind = code.partition(".")
    return group, kind or None


def join(group: str, kind: str | None) -> str:
    """Write a group and a kind as one code."""
    return f"{group}.{kind}" if kind else group


def label(group: str, kind: str | None = None) -> str:
    """Return the name of a category in the reader's language; of an unknown code, the code."""
    return _label(locale.code(), group, kind) if group in GROUPS else group


@lru_cache(maxsize=10_000)
def _label(language: str, group: str, kind: str | None) -> str:
    about = GROUPS[group]
    return str(about.kinds.get(kind or "", about.label))


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every category for a select box: groups, and in each first "some other", then its kinds."""
    return [
        (str(about.label), [*_kind_choices(group, about), (group, str(_l("%(group)s: other", group=about.label)))])
        for group, about in GROUPS.items()
    ]


def matching(term: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the groups, and the (group, kind) pairs, whose name in the reader's language contains a folded ``term``."""
    groups = [group for group, about in GROUPS.items() if term in str(about.label).casefold()]
    kinds = [
        (group, kind)
        for group, about in GROUPS.items()
        for kind, name in about.kinds.items()
        if term in str(name).casefold()
    ]
    return groups, kinds


def _kind_choices(group: str, about: Group) -> list[tuple[str, str]]:
    return [(f"{group}.{kind}", str(name)) for kind, name in about.kinds.items()]
