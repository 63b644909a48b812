"""Invented people and what they say. Names are common first names with an initial; nobody real is meant."""

from dataclasses import dataclass

COUNTRIES = (
    "SG",
    "ID",
    "MY",
    "PH",
    "TH",
    "VN",
    "JP",
    "KR",
    "TW",
    "AU",
    "GB",
    "FR",
    "DE",
    "IT",
    "ES",
    "NL",
    "SE",
    "US",
    "CA",
    "BR",
)

FIRST_NAMES = (
    "Aisha", "Amelie", "Anouk", "Ayu", "Bea", "Bianca", "Camille", "Cahya", "Chloe", "Citra", "Clara", "Dewi", "Dina",
    "Eka", "Elif", "Elin", "Emi", "Esther", "Farah", "Fitri", "Freya", "Gita", "Greta", "Hana", "Hui Min", "Ines",
    "Indah", "Ingrid", "Intan", "Jia", "Joelle", "Kaia", "Kartika", "Keiko", "Lara", "Lestari", "Linh", "Lucia", "Mai",
    "Maren", "Mei", "Mira", "Nadia", "Naomi", "Nia", "Noor", "Nurul", "Olivia", "Paola", "Priya", "Putri", "Rania",
    "Ratna", "Rosa", "Sakura", "Sari", "Selma", "Siti", "Sofia", "Suki", "Tara", "Thea", "Tiara", "Uma", "Vera",
    "Wulan", "Xin Yi", "Yasmin", "Yuki", "Zara",
)  # fmt: skip
INITIALS = "ABCDEGHKLMNPRSTVWY"

BIOS = (
    "Ten colours, no more. Slow wardrobe, fast bicycle.",
    "Mostly thrifted. Always mended.",
    "Florals all year, thank you.",
    "Capsule closet in progress: 41 pieces and counting down.",
    "I sew the things the shops forgot.",
    "Batik on weekdays, denim on weekends.",
    "Navy is my black.",
    "Petite, practical, partial to big collars.",
    "Wearing my grandmother's coats.",
    "Office by day, linen by choice.",
    "Learning what suits me, one look at a time.",
    "Shoes first, then the rest.",
    "Monsoon-proof outfits from Singapore.",
    "Modest fashion and loud socks.",
    "Everything here has been worn at least thirty times.",
    "",
)

BRANDS = (
    "Atelier Nord", "Kain & Co", "Maison Petit", "Harbour Line", "Lune", "Tiga Hari", "Plain Goods", "Studio Sembilan",
    "Mori", "Oak & Ember", "Secondhand", "Handmade", "Pasar Baru", "Vesper", "Fern", "Rue Douze",
)  # fmt: skip

CAPTIONS = (
    "Rain in the morning, sun by noon. {tags}",
    "First cool evening of the year. {tags}",
    "Dressed for the train, stayed for dinner. {tags}",
    "The {colour} one finally got its day. {tags}",
    "Three years old and still my favourite. {tags}",
    "Packing light: this is all of it. {tags}",
    "Monday, but make it {colour}. {tags}",
    "For Ratna's wedding, and every wedding after. {tags}",
    "Swapped the heels for something I can run in. {tags}",
    "Market day. {tags}",
    "Nothing new this month, only new together. {tags}",
    "I keep coming back to {colour}. {tags}",
    "Too hot for sleeves. {tags}",
    "Office, then gallery opening. {tags}",
    "Mended the hem myself. {tags}",
    "A quiet Sunday set. {tags}",
)

TAGS = (
    "capsule", "workwear", "weekend", "thrifted", "linen", "denim", "minimal", "colour", "vintage", "modest", "monsoon",
    "travel", "handmade", "autumn", "summer", "layers", "florals", "stripes", "mended", "ootd",
)  # fmt: skip

COMMENTS = (
    "The proportions are so good.",
    "Where did you find that {thing}? I have looked for one for years.",
    "I would never have put these together, and now I must.",
    "That colour on you!",
    "Saving this for my trip.",
    "Does the {thing} crease?",
    "So calm. I love it.",
    "Teach me how to layer like this.",
    "The shoes make it.",
    "You have talked me into a {thing}.",
    "Perfect for this weather.",
    "How does it hold up in the wash?",
    "This is the one.",
)

CATEGORY_WORDS = {
    "t-shirt": "tee", "shirt": "shirt", "knit": "jumper", "jacket": "jacket", "coat": "coat", "dress": "dress",
    "skirt": "skirt", "trousers": "trousers", "jeans": "jeans", "shorts": "shorts", "boots": "boots",
    "trainers": "trainers", "heels": "heels", "bag": "bag", "hat": "hat", "scarf": "scarf",
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One invented member."""

    handle: str
    display_name: str
    country: str
    bio: str


def person(number: int) -> Person:
    """Return invented person ``number``; the same number gives the same person, different numbers different handles."""
    name = FIRST_NAMES[number % len(FIRST_NAMES)]
    initial = INITIALS[(number * 7 + number // len(FIRST_NAMES)) % len(INITIALS)]
    suffix = f"{number // len(FIRST_NAMES) + 1}" if number >= len(FIRST_NAMES) else ""
    handle = f"{name.lower().replace(' ', '')}_{initial.lower()}{suffix}"
    return Person(
        handle=handle,
        display_name=f"{name} {initial}.",
        country=COUNTRIES[number * 3 % len(COUNTRIES)],
        bio=BIOS[number * 5 % len(BIOS)],
    )
