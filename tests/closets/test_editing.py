"""Editing: two tabs, kept words, measurements, and the photos of an item."""

import io
import re
from datetime import date

import pytest
import sqlalchemy as sa

from clozette.closets.access import WHOLE
from clozette.closets.models import Item, Upload
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.kernel.money import Money
from clozette.media.models import Photo
from tests.factories import photos as pictures
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.support.client import location

FORM = {"category": "tops.tshirt", "kind": "owned", "unit": "cm"}


def at(item, path="/edit"):
    return f"/items/{encode(item.id)}{path}"


def whole(item):
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalar(sa.select(Item).where(Item.id == item.id).options(*WHOLE))


def fields(page):
    """What a browser would send back of the edit form."""
    form = page[page.index('action="/items/') :]
    form = page[page.index('/edit" data-item-form') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form[: form.index("</form>")]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "csrf_token" and ("checked" in tag or ("checkbox" not in tag and "radio" not in tag)):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        found[name] = [text]
    return found


def test_saving_the_form_untouched_changes_nothing(client_of, cast):
    item = make_item(
        cast.ada,
        category="dresses.midi",
        brand="COS",
        colours=["red", "navy"],
        size_system="fr",
        size="38",
        measurements={"chest": 463, "length": 1105},
        price=Money(129950, "EUR"),
        bought_on=date(2024, 2, 29),
        seasons=["winter", "autumn"],
        tags=["party", "gift"],
        notes="First line\nsecond <line>",
    )
    names = [column.key for column in sa.inspect(Item).columns if column.key not in ("version", "changed_at")]
    before = {name: getattr(item, name) for name in names}, set(item.colours), set(item.seasons), item.tags
    ada = client_of(cast.ada)
    sent = {
        name: [text.replace("&lt;", "<").replace("&gt;", ">") for text in values]
        for name, values in fields(ada.get(at(item)).text).items()
    }
    assert location(ada.post(at(item), data=sent)) == at(item, "")
    kept = whole(item)
    assert ({name: getattr(kept, name) for name in names}, set(kept.colours), set(kept.seasons), kept.tags) == before
    assert kept.version == 2


def test_inches_do_not_drift(client_of):
    member = make_member("john", country="US")
    item = make_item(member, measurements={"chest": 463, "length": 1})
    john = client_of(member)
    for _ in range(3):
        sent = fields(john.get(at(item)).text)
        assert sent["unit"] == ["in"]
        john.post(at(item), data=sent)
    assert whole(item).measurements == {"chest": 463, "length": 1}


def test_empty_fields_are_emptied(client_of, cast):
    item = make_item(
        cast.ada, brand="COS", tags=["a"], colours=["red"], price=Money(100, "EUR"), measurements={"chest": 5}
    )
    client_of(cast.ada).post(at(item), data={**FORM, "version": "1", "brand": "", "currency": "EUR"})
    kept = whole(item)
    assert (kept.brand, kept.brand_key, kept.tags, kept.colours, kept.price, kept.measurements) == (
        None,
        None,
        [],
        [],
        None,
        {},
    )


def test_the_second_tab_is_told_and_keeps_what_it_typed(client_of, cast):
    item = make_item(cast.ada, brand="Old")
    ada = client_of(cast.ada)
    first = {**FORM, "version": "1", "brand": "From the first tab", "notes": "kept"}
    second = {**FORM, "version": "1", "brand": "From the second tab", "tags": "mine"}
    assert ada.post(at(item), data=first).status_code == 303
    answer = ada.post(at(item), data=second)
    assert answer.status_code == 409
    assert 'value="From the second tab"' in answer.text
    assert "From the first tab" in answer.text
    assert "changed in another tab" in answer.text
    assert whole(item).brand == "From the first tab"

    again = fields(answer.text)
    assert again["version"] == ["2"]
    assert ada.post(at(item), data=again).status_code == 303
    kept = whole(item)
    assert (kept.brand, kept.tags, kept.notes, kept.version) == ("From the second tab", ["mine"], None, 3)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"category": "nothing"}, "category"),
        ({"brand": "x" * 81}, "brand"),
        ({"measure_sleeve": "-1"}, "measure_sleeve"),
        ({"version": ""}, "version"),
        ({"version": "one"}, "version"),
        ({"price": "1.234,5", "currency": "EUR"}, "price"),
    ],
)
def test_bad_input_changes_nothing(client_of, cast, typed, field):
    item = make_item(cast.ada, brand="Old")
    answer = client_of(cast.ada).post(at(item), data={**FORM, "version": "1", "notes": "typed", **typed})
    assert answer.status_code == 422
    assert f"#f-{field}" in answer.text
    assert "typed</textarea>" in answer.text
    assert (whole(item).brand, whole(item).version) == ("Old", 1)


def test_all_mistakes_are_told_at_once(client_of, cast):
    item = make_item(cast.ada)
    typed = {
        "version": "1",
        "price": "lots",
        "currency": "EUR",
        "measure_chest": "wide",
        "size_system": "eu",
        "category": "tops",
        "kind": "?",
    }
    page = client_of(cast.ada).post(at(item), data=typed).text
    assert all(f"#f-{name}" in page for name in ("price", "measure_chest", "size", "kind"))


def test_another_category_lets_go_of_measurements_that_no_longer_fit(client_of, cast):
    item = make_item(cast.ada, measurements={"chest": 500, "length": 700})
    data = {**FORM, "version": "1", "category": "bottoms.jeans", "measure_chest": "50", "measure_length": "71"}
    assert client_of(cast.ada).post(at(item), data=data).status_code == 303
    assert whole(item).measurements == {"length": 710}


def picture(colour=pictures.BLUE, name="shirt.jpg", **shape):
    return io.BytesIO(pictures.encoded(pictures.shirt(colour, **shape))), name


def test_photos_are_added_moved_and_deleted(client_of, cast):
    item = make_item(cast.ada, photos=2)
    first, second = (photo.id for photo in item.photos)
    ada = client_of(cast.ada)
    answer = ada.post(at(item, "/photos"), data={"photos": [picture(), picture(pictures.RED)]})
    assert location(answer) == at(item, "/edit#photos")
    third, fourth = (photo.id for photo in whole(item).photos[2:])
    ada.post(at(item, f"/photos/{encode(fourth)}/position"), data={"position": "0"})
    assert [photo.id for photo in whole(item).photos] == [fourth, first, second, third]
    ada.post(at(item, f"/photos/{encode(first)}"), data={"_method": "DELETE"})
    ada.delete(at(item, f"/photos/{encode(second)}"))
    kept = whole(item)
    assert [photo.id for photo in kept.photos] == [fourth, third]
    assert [link.position for link in kept.photo_links] == [0, 1]
    assert {photo.id for photo in db.session.scalars(sa.select(Photo))} == {fourth, third}


def test_the_last_photo_stays(client_of, cast):
    item = make_item(cast.ada)
    answer = client_of(cast.ada).delete(at(item, f"/photos/{encode(item.photos[0].id)}"))
    assert answer.status_code == 409
    assert len(whole(item).photos) == 1


def test_six_are_the_most(client_of, cast):
    item = make_item(cast.ada, photos=5)
    answer = client_of(cast.ada).post(at(item, "/photos"), data={"photos": [picture(), picture(pictures.RED)]})
    assert answer.status_code == 422
    assert "at most 6" in answer.text
    assert len(whole(item).photos) == 6


def test_a_bad_photo_beside_a_good_one(client_of, cast):
    item = make_item(cast.ada)
    files = [(io.BytesIO(b"GIF89a"), "moving.gif"), picture()]
    answer = client_of(cast.ada).post(at(item, "/photos"), data={"photos": files})
    assert answer.status_code == 422
    assert "moving.gif: " in answer.text
    assert len(whole(item).photos) == 2
    assert client_of(cast.ada).post(at(item, "/photos"), data={}).status_code == 422
    assert list(db.session.scalars(sa.select(Upload))) == []


def test_a_new_photo_of_a_public_item_is_public(client_of, cast):
    item = make_item(cast.ada, public=True)
    client_of(cast.ada).post(at(item, "/photos"), data={"photos": picture()})
    assert all(photo.public_token for photo in whole(item).photos)


def test_a_photo_of_another_item_is_not_found_here(client_of, cast):
    one, other = make_item(cast.ada, photos=2), make_item(cast.ada, photos=2)
    foreign, own = encode(other.photos[0].id), encode(one.photos[0].id)
    ada = client_of(cast.ada)
    assert ada.delete(at(one, f"/photos/{foreign}")).status_code == 404
    assert ada.post(at(one, f"/photos/{foreign}/position"), data={"position": "0"}).status_code == 404
    assert ada.post(at(one, f"/photos/{own}/position"), data={"position": "9"}).status_code == 422
    assert len(whole(other).photos) == 2
