"""What the demo's brand makes itself: three products in sizes, of which some are sold out."""

from dataclasses import dataclass
from datetime import datetime

from clozette.accounts.models import Member
from clozette.closets import categories
from clozette.demo import drawings, pictures
from clozette.kernel import clock
from clozette.media import services as media
from clozette.shop.products import services
from clozette.shop.sellers.models import Seller

_LETTERS = "int"
_BRAND = "Second Spring"


@dataclass(frozen=True)
class _Made:
    """A product of the brand's, drawn."""

    title: str
    category: str
    price_minor: int
    words: str
    design: drawings.Design
    size_system: str
    sizes: tuple[tuple[str | None, int], ...]
    measurements: dict[str, int]


_PRODUCTS = (
    _Made(
        "Shirt of old tablecloths",
        "tops.shirt",
        6800,
        "Cut from linen that lay on tables for forty years, washed soft, sewn in our workshop. Each differs a little.",
        drawings.Design("shirt", "gingham", "sky", "white", 5),
        _LETTERS,
        (("S", 3), ("M", 0), ("L", 6), ("XL", 2)),
        {"chest": 510, "shoulder": 430, "sleeve": 610, "length": 720},
    ),
    _Made(
        "Jumper of unravelled wool",
        "knitwear.jumper",
        11900,
        "Wool of jumpers that moths had found, unravelled, spun again and knitted. Wash by hand, dry lying.",
        drawings.Design("knit", "knit", "mustard", "cream", 8),
        _LETTERS,
        (("S", 1), ("M", 4), ("L", 4)),
        {"chest": 530, "sleeve": 600, "length": 650},
    ),
    _Made(
        "Tote of sailcloth",
        "bags.tote",
        4500,
        "A sail that crossed the Strait more often than we did. Carries groceries, keeps off the rain.",
        drawings.Design("bag", "plain", "navy", "white", 13),
        "one",
        ((None, 25),),
        {"width": 420, "height": 380, "strap": 260},
    ),
)


def fill(seller: Seller, member: Member, at: datetime) -> None:
    """Let a trader offer them."""
    with clock.frozen(at):
        for number, made in enumerate(_PRODUCTS):
            photo = media.add_photo(member.subject_id, pictures.of(made.design), at)
            key = f"demo-product-{number}"
            services.publish(services.add(seller, member, _facts(made), [photo], form_key=key, now=at), now=at)


def _facts(made: _Made) -> dict[str, object]:
    group, kind = categories.split(made.category)
    told = {name: getattr(made, name) for name in ("title", "words", "price_minor", "size_system", "measurements")}
    return {
        **told,
        "category": group,
        "subcategory": kind,
        "brand": _BRAND,
        "colours": [],
        "sizes": [(size, stock, 0) for size, stock in made.sizes],
    }
