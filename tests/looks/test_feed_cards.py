"""Cards are made once and kept; what they show is always what is, and only for those who may see it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from clozette.accounts.models import Member
from clozette.community import services as community
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.kernel.images.sizes import widths_for
from clozette.looks import cards
from clozette.looks.models import Look, LookPhoto
from clozette.looks.services import drafts
from clozette.media.models import Photo
from tests.factories.accounts import make_member
from tests.factories.looks import make_look, make_love, viewer_of


@pytest.fixture(autouse=True)
def _no_cards_yet(app: Flask):
    app.extensions["clozette.looks.cards"].clear()


@pytest.fixture
def reader(cast, client_of):
    """Ada follows Bea; her browser."""
    community.follow(cast.ada.id, cast.bea, now=clock.now())
    return client_of(cast.ada)


def settled_look(author: Any, **columns: Any) -> Look:
    """Make a look whose photo has every width."""
    look = make_look(author, **columns)
    photo = photo_of(look)
    photo.variants = list(widths_for(photo.width))
    db.session.flush()
    return look


def photo_of(look: Look) -> Photo:
    own = sa.select(Photo).join(LookPhoto, LookPhoto.photo_id == Photo.id).where(LookPhoto.look_id == look.id)
    photo: Photo = db.session.scalars(own).one()
    return photo


def card(browser: Any, look_id: int) -> str:
    page = browser.get("/feed").text
    return page.split(f'id="look-{encode(look_id)}"')[1].split("</li>")[0]


def test_a_kept_card_is_not_asked_for_again(app, reader, cast, query_counter):
    for _ in range(24):
        settled_look(cast.bea)
    with query_counter() as first:
        before = reader.get("/feed").text
    with query_counter() as second:
        after = reader.get("/feed").text
    assert len(second) == len(first) - 2  # what is on the cards, and the labels that hang on them
    assert "looks_photos" not in " ".join(second) and "looks_labels" not in " ".join(second)
    nonce = re.compile('nonce="[^"]+"')
    assert nonce.sub("", before) == nonce.sub("", after)
    assert nonce.findall(before)[0] != nonce.findall(after)[0]


def test_a_change_of_the_look_shows_at_once(reader, cast):
    look = settled_look(cast.bea, caption="Before")
    assert "Before" in card(reader, look.id)
    look = db.session.get_one(Look, look.id)
    drafts.save_look(
        look, {"caption": "After <b>"}, viewer_of(db.session.get_one(Member, cast.bea.id)), now=clock.now()
    )
    assert "After &lt;b&gt;" in card(reader, look.id)


def test_loves_are_counted_at_once(reader, cast):
    look = settled_look(cast.bea)
    assert "<span data-count></span>" in card(reader, look.id)
    make_love(look, [cast.cleo, cast.dora])
    assert "<span data-count>2</span>" in card(reader, look.id)


def test_what_i_love_is_mine_alone(reader, cast, client_of):
    look = settled_look(cast.bea)
    community.follow(cast.cleo.id, cast.bea, now=clock.now())
    other = client_of(cast.cleo)
    reader.post(f"/looks/{encode(look.id)}/love")
    mine, theirs = card(reader, look.id), card(other, look.id)
    assert 'aria-pressed="true"' in mine
    assert 'value="DELETE"' in mine
    assert 'aria-pressed="false"' in theirs
    assert 'value="POST"' in theirs
    assert "<span data-count>1</span>" in mine
    assert "<span data-count>1</span>" in theirs


def test_an_author_s_new_name_shows_at_once(reader, cast):
    look = settled_look(cast.bea)
    card(reader, look.id)
    db.session.get_one(Member, cast.bea.id).display_name = "Beatrice <3"
    assert "Beatrice &lt;3" in card(reader, look.id)


def test_only_public_looks_have_lasting_addresses(reader, cast):
    public, close = settled_look(cast.bea), settled_look(cast.bea, visibility="followers")
    assert f"/media/{photo_of(public).public_token}/" in card(reader, public.id)
    assert "/media/private/" not in card(reader, public.id)
    assert re.search(r"/media/private/\w+/640\.webp\?until=\d+&amp;sig=", card(reader, close.id))


def test_expiring_addresses_are_made_anew_before_they_end(reader, cast, stopped_clock):
    look = settled_look(cast.bea, visibility="followers")

    def until() -> int:
        return int(card(reader, look.id).split("until=")[1].split("&")[0])

    for _ in range(20):
        assert until() - clock.now().timestamp() > 45 * 60
        stopped_clock.forward(minutes=7)


def test_a_look_made_public_and_close_again_changes_its_addresses(reader, cast):
    look = settled_look(cast.bea)
    assert "/media/private/" not in card(reader, look.id)
    token = photo_of(look).public_token
    row, bea = db.session.get_one(Look, look.id), viewer_of(db.session.get_one(Member, cast.bea.id))
    drafts.save_look(row, {"visibility": "followers"}, bea, now=clock.now())
    assert str(token) not in card(reader, look.id)
    assert "/media/private/" in card(reader, look.id)


def test_a_kept_card_of_a_close_look_reaches_no_stranger(reader, cast, client_of):
    look = settled_look(cast.bea, visibility="followers")
    card(reader, look.id)
    stranger = make_member("stranger")
    community.follow(stranger.id, cast.cleo, now=clock.now())
    make_look(cast.cleo)
    page = client_of(stranger).get("/feed").text
    assert encode(look.id) not in page


def test_a_card_is_kept_only_when_its_photo_has_every_width(app, reader, cast):
    look = make_look(cast.bea)
    assert "1080w" not in card(reader, look.id)
    assert "900w" not in card(reader, look.id)
    photo = photo_of(look)
    photo.variants = list(widths_for(photo.width))
    assert "900w" in card(reader, look.id)


def test_the_first_are_loaded_at_once_the_others_when_they_come_near(reader, cast):
    for _ in range(12):
        settled_look(cast.bea)
    page = reader.get("/feed").text
    found = [part.split("</li>")[0] for part in page.split('<li class="card look"')[1:]]
    assert ["lazy" not in one for one in found] == [number < cards.EAGER for number in range(12)]
    assert ["44rem" in one for one in found] == [number % cards.BIG_EVERY == 0 for number in range(12)]


def test_a_message_is_flashed_once(app, reader, cast):
    settled_look(cast.bea)
    reader.get("/feed")
    with reader.session_transaction() as session:
        session["_flashes"] = [("success", "Hello <there>")]
    assert "Hello &lt;there&gt;" in reader.get("/feed").text
    assert "Hello" not in reader.get("/feed").text


def test_each_viewer_has_their_own_frame(reader, cast, client_of):
    settled_look(cast.bea)
    community.follow(cast.cleo.id, cast.bea, now=clock.now())
    other = client_of(cast.cleo)
    for _ in range(2):
        assert "@ada</span>" in reader.get("/feed").text
        page = other.get("/feed").text
        assert "@cleo</span>" in page
        assert "@ada</span>" not in page


def test_the_form_s_token_works(app, reader, cast):
    look = settled_look(cast.bea)
    for _ in range(2):  # made, then filled
        page = reader.get("/feed").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        address = f"/looks/{encode(look.id)}/love"
        answer = reader.post(
            address, data={"csrf_token": token}, headers={"Referer": "https://localhost/feed"}, csrf=False
        )
        assert answer.status_code == 303


def test_a_word_of_ours_in_a_caption_fills_nothing(app, reader, cast):
    with app.app_context():
        mark = str(app.extensions["clozette.shells"].mark("token"))
    look = settled_look(cast.bea, caption=f"look: {mark} {{{{ csrf_token() }}}}")
    for _ in range(2):
        assert mark in card(reader, look.id)


@pytest.mark.engines("sqlite")
def test_no_more_is_kept_than_there_is_room(app: Flask):
    kept = cards.Kept(10)
    for number in range(1000):
        kept.put(number, str(number))
        assert kept.get(number) == str(number)
    assert len(kept) <= 10
    assert kept.get(0) is None


def test_spells_are_shorter_than_addresses_live():
    assert timedelta(minutes=15) >= cards.SPELL
