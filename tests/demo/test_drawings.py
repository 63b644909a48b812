"""The drawn garments: the right size, the same for the same seed, different from one another."""

import io
import random

import pytest
from PIL import Image

from clozette.demo import drawings, people


@pytest.mark.parametrize("kind", drawings.GARMENTS)
def test_every_garment_is_drawn(kind: str) -> None:
    picture = drawings.garment_picture(drawings.design(kind, random.Random(1)), (200, 260))
    covered = sum(count for count, alpha in picture.getchannel("A").getcolors() if alpha > 128) / (200 * 260)
    assert 0.08 < covered < 0.75


def test_a_picture_follows_from_its_seed() -> None:
    one, other = (drawings.item_picture(drawings.design("coat", random.Random(seed))) for seed in (7, 8))
    again = drawings.item_picture(drawings.design("coat", random.Random(7)))
    assert one == again != other
    assert Image.open(io.BytesIO(one)).size == (drawings.WIDTH, drawings.HEIGHT)


def test_an_outfit_is_drawn_from_its_garments() -> None:
    rng = random.Random(3)
    designs = [drawings.design(kind, rng, drawings.WARDROBES[0]) for kind in ("coat", "jeans", "boots", "bag")]
    outfit = drawings.outfit(designs, 3)
    assert Image.open(io.BytesIO(outfit.picture)).format == "JPEG"
    assert len(outfit.spots) == len(designs)
    assert all(0 < x < 1000 and 0 < y < 1000 for x, y in outfit.spots)


def test_people_have_handles_of_their_own() -> None:
    handles = [people.person(number).handle for number in range(200)]
    assert len(set(handles)) == len(handles)
    assert all(handle.isascii() and 3 <= len(handle) <= 30 for handle in handles)
