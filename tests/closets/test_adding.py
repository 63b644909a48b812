"""Adding an item: what it takes, and that neither a mistake nor a second click costs anything."""

import io
import re
import threading
from contextvars import Context
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.closets import rules, services, tasks
from clozette.closets.models import Item, ItemPhoto, Upload
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import decode, encode
from clozette.media.models import Photo
from tests.factories import photos as pictures
from tests.factories.closets import make_item, make_photo
from tests.support.client import location

NEW = "/closet/items/new"


def picture(colour=pictures.BLUE, name="shirt.jpg", **shape):
    return io.BytesIO(pictures.encoded(pictures.shirt(colour, **shape))), name


def rows(model):
    db.session.rollback()
    return list(db.session.scalars(sa.select(model).order_by(sa.inspect(model).primary_key[0])))


def only_item():
    (item,) = rows(Item)
    wanted = sa.select(Item).options(*_whole())
    return db.session.scalar(wanted.where(Item.id == item.id))


def _whole():
    from clozette.closets.access import WHOLE

    return WHOLE


def value(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


def test_a_photo_and_a_category_are_enough(client_of, cast):
    answer = client_of(cast.ada).post(NEW, data={"photos": picture(), "category": "tops.tshirt"})
    item = only_item()
    assert location(answer) == f"/items/{encode(item.id)}"
    assert (item.member_id, item.kind, item.category, item.subcategory) == (cast.ada.id, "owned", "tops", "tshirt")
    assert item.colours == ["blue"]
    assert (item.publicised_at, item.styleable_at, item.price, item.brand, item.tags) == (None, None, None, None, [])
    assert item.state == "available"
    assert len(item.photos) == 1
    assert item.photos[0].public_token is None
    assert rows(Upload) == []


def test_everything_at_once(client_of, cast):
    typed = {
        "photos": [picture(), picture(pictures.RED, "back.jpg", background=(10, 10, 10))],
        "category": "dresses.midi",
        "kind": "wished",
        "brand": "  Comme   des Garçons ",
        "colours": ["red", "white"],
        "size_system": "eu",
        "size": "38",
        "measure_chest": "46.5",
        "measure_heel": "9",
        "unit": "cm",
        "price": "1,249.50",
        "currency": "EUR",
        "bought_on": "2024-05-31",
        "seasons": ["summer", "spring"],
        "tags": "#Party, linen, PARTY",
        "notes": "Dry clean\r\nonly",
        "upload_key": "a-key",
    }
    assert client_of(cast.ada).post(NEW, data=typed).status_code == 303
    item = only_item()
    assert (item.kind, item.category_code, item.brand) == ("wished", "dresses.midi", "Comme des Garçons")
    assert (item.colours, item.seasons, item.tags) == (["red", "white"], ["summer", "spring"], ["party", "linen"])
    assert (item.size_system, item.size, item.measurements) == ("eu", "38", {"chest": 465})
    assert (item.price_minor, item.price_currency) == (124950, "EUR")
    assert item.bought_on.isoformat() == "2024-05-31"
    assert (item.notes, item.upload_key) == ("Dry clean\nonly", "a-key")
    assert len(item.photos) == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"category": ""}, "category"),
        ({"category": "tops.nonsense"}, "category"),
        ({"kind": "stolen"}, "kind"),
        ({"colours": "ultraviolet"}, "colours"),
        ({"colours": ["red", "blue", "green", "pink", "black", "white"]}, "colours"),
        ({"size_system": "eu"}, "size"),
        ({"price": "lots", "currency": "EUR"}, "price"),
        ({"price": "12.5", "currency": "JPY"}, "price"),
        ({"price": "12"}, "currency"),
        ({"price": "12", "currency": "DEM"}, "currency"),
        ({"measure_chest": "wide"}, "measure_chest"),
        ({"bought_on": "yesterday"}, "bought_on"),
        ({"bought_on": "3000-01-01"}, "bought_on"),
        ({"bought_on": "0001-01-01"}, "bought_on"),
        ({"tags": ",".join(f"tag{n}" for n in range(21))}, "tags"),
        ({"tags": "x" * 41}, "tags"),
        ({"notes": "x" * 2001}, "notes"),
        ({"notes": "a\x00b"}, "notes"),
        ({"notes": "4242 4242 4242 4242"}, "notes"),
        ({"brand": "x" * 81}, "brand"),
        ({"brand": "\u202eevil"}, "brand"),
        ({"unknown_field": "x"}, "unknown_field"),
    ],
)
def test_bad_input_is_told_by_its_field_and_nothing_is_lost(client_of, cast, typed, field):
    data = {"photos": picture(), "category": "tops.tshirt", "brand": "Kept & well", "unit": "cm", **typed}
    answer = client_of(cast.ada).post(NEW, data=data)
    page = answer.text
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in page
    if "brand" not in typed:
        assert "Kept &amp; well" in page
    assert rows(Item) == []
    (upload,) = rows(Upload)
    assert f'value="{encode(upload.photo_id)}" checked' in page
    assert "4242" not in page


def test_the_photo_that_came_in_is_used_when_the_form_is_mended(client_of, cast):
    ada = client_of(cast.ada)
    page = ada.post(NEW, data={"photos": picture(), "upload_key": "k"}).text
    photo_id = value(page, "photo_ids")
    assert value(page, "upload_key") == "k"
    answer = ada.post(NEW, data={"photo_ids": photo_id, "category": "tops", "upload_key": "k"})
    assert answer.status_code == 303
    assert [photo.id for photo in only_item().photos] == [decode(photo_id)]
    assert rows(Upload) == []


def test_a_bad_photo_is_named_and_the_good_ones_are_kept(client_of, cast):
    files = [picture(), (io.BytesIO(b"<svg/>"), "drawing.svg"), picture(pictures.RED, "red.jpg", background=(9, 9, 9))]
    answer = client_of(cast.ada).post(NEW, data={"photos": files, "category": "tops"})
    assert answer.status_code == 422
    assert "drawing.svg: " in answer.text
    assert len(rows(Upload)) == 2
    assert rows(Item) == []


def test_no_photo_and_too_many(client_of, cast):
    ada = client_of(cast.ada)
    answer = ada.post(NEW, data={"category": "tops"})
    assert answer.status_code == 422
    assert "at least one photo" in answer.text
    waiting = [encode(make_photo(cast.ada, waiting=True).id) for _ in range(6)]
    answer = ada.post(NEW, data={"category": "tops", "photo_ids": waiting, "photos": picture()})
    assert answer.status_code == 422
    assert "at most 6" in answer.text
    assert len(rows(Upload)) == 6


def test_somebody_elses_waiting_photo_is_not_taken(client_of, cast):
    photo = make_photo(cast.bea, waiting=True)
    answer = client_of(cast.ada).post(NEW, data={"category": "tops", "photo_ids": encode(photo.id)})
    assert answer.status_code == 422
    assert rows(Item) == []
    assert [upload.member_id for upload in rows(Upload)] == [cast.bea.id]


def test_a_photo_of_an_item_is_not_taken_again(client_of, cast):
    item = make_item(cast.ada)
    photo_id = encode(item.photos[0].id)
    answer = client_of(cast.ada).post(NEW, data={"category": "tops", "photo_ids": photo_id, "similar_ok": "true"})
    assert answer.status_code == 422
    assert len(rows(ItemPhoto)) == 1


def test_warns_of_a_photo_that_is_here_already_and_lets_it_pass(client_of, cast):
    ada = client_of(cast.ada)
    first = location(ada.post(NEW, data={"photos": picture(), "category": "tops.tshirt"}))
    page = ada.post(NEW, data={"photos": picture(width=960, height=1280), "category": "tops.polo", "upload_key": "b"})
    assert page.status_code == 409
    assert f'href="{first}"' in page.text
    assert len(rows(Item)) == 1
    again = {"photo_ids": value(page.text, "photo_ids"), "category": "tops.polo", "upload_key": "b"}
    assert ada.post(NEW, data=again).status_code == 409
    assert ada.post(NEW, data={**again, "similar_ok": value(page.text, "similar_ok")}).status_code == 303
    assert len(rows(Item)) == 2


def test_anothers_like_photo_is_no_reason_to_warn(client_of, cast):
    client_of(cast.bea).post(NEW, data={"photos": picture(), "category": "tops"})
    assert client_of(cast.ada).post(NEW, data={"photos": picture(), "category": "tops"}).status_code == 303


def test_a_form_sent_twice_makes_one_item(client_of, cast):
    ada, bea = client_of(cast.ada), client_of(cast.bea)
    first = ada.post(NEW, data={"photos": picture(), "category": "tops", "upload_key": "once"})
    second = ada.post(NEW, data={"photos": picture(), "category": "tops", "upload_key": "once"})
    assert location(first) == location(second)
    assert len(rows(Photo)) == 1
    assert bea.post(NEW, data={"photos": picture(), "category": "tops", "upload_key": "once"}).status_code == 303
    assert len(rows(Item)) == 2


def test_a_form_sent_twice_at_once_makes_one_item(client_of, cast):
    clients = [client_of(cast.ada) for _ in range(4)]
    waiting = [encode(make_photo(cast.ada, waiting=True).id) for _ in clients]
    db.session.commit()
    places = []

    def send(client, photo_id):
        answer = client.post(NEW, data={"photo_ids": photo_id, "category": "tops", "upload_key": "once"})
        places.append(location(answer))

    threads = [
        threading.Thread(target=Context().run, args=(send, *pair)) for pair in zip(clients, waiting, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(places) == 4
    assert len(set(places)) == 1
    assert len(rows(Item)) == 1


def test_a_full_closet_takes_no_more(client_of, cast, monkeypatch):
    monkeypatch.setattr(rules, "MAX_ITEMS", 1)
    make_item(cast.ada)
    answer = client_of(cast.ada).post(NEW, data={"photos": picture(), "category": "tops"})
    assert answer.status_code == 409
    assert "Your closet is full" in answer.text
    assert len(rows(Item)) == 1


def test_one_photo_ahead_of_the_form(client_of, cast):
    ada = client_of(cast.ada)
    answer = ada.post("/closet/photos", data={"photo": picture(pictures.RED)})
    assert answer.status_code == 200
    assert 'data-colours="red"' in answer.text
    assert value(answer.text, "photo_ids") == encode(rows(Upload)[0].photo_id)
    answer = ada.post("/closet/photos", data={"photo": (io.BytesIO(b"nothing"), "x.jpg")})
    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert ada.post("/closet/photos", data={}).status_code == 422
    assert len(rows(Upload)) == 1


def test_photos_that_no_item_took_are_swept(app, cast):
    old, new = (make_photo(cast.ada, waiting=True) for _ in range(2))
    held = make_item(cast.ada).photos[0]
    db.session.get(Upload, old.id).at = clock.now() - services.UPLOADS_KEPT - timedelta(minutes=1)
    db.session.commit()
    tasks.sweep_uploads()
    db.session.commit()
    assert [upload.photo_id for upload in rows(Upload)] == [new.id]
    assert {photo.id for photo in rows(Photo)} == {new.id, held.id}


def test_the_empty_form_has_a_key_and_says_what_becomes_of_the_data(client_of, cast):
    page = client_of(cast.ada).get(f"{NEW}?kind=wished").text
    assert len(value(page, "upload_key")) > 15
    assert re.search(r'value="wished"\s+checked', page)
    assert 'class="notice"' in page
    assert value(page, "upload_key") != value(client_of(cast.ada).get(NEW).text, "upload_key")


def test_a_visitor_is_asked_to_sign_in(client_of):
    assert location(client_of().get(NEW)) == "/login?next=%2Fcloset%2Fitems%2Fnew"
