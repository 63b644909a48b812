"""Publication, and what must agree with it at every moment: authors, tags, photos' addresses, events."""

import itertools
import random
import threading
from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from clozette.accounts.models import Member
from clozette.kernel import clock, events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.looks.events import LookChanging, LookHidden, LookPublished
from clozette.looks.models import Author, Look, LookPhoto, Tag
from clozette.looks.rules import tags_of
from clozette.looks.services import drafts, publication
from clozette.media.models import Photo
from tests.factories.accounts import make_member
from tests.factories.looks import make_look, viewer_of


def told(app, monkeypatch):
    """Return the list that fills with the events that are published."""
    heard = []
    publish = events.publish
    for module in (publication,):
        monkeypatch.setattr(module, "publish", lambda event: (heard.append(event), publish(event)))
    return heard


def counted(member_id):
    """Return what an author's row should say."""
    newest, count = db.session.execute(
        sa.select(sa.func.max(Look.feed_key), sa.func.count(Look.feed_key)).where(Look.member_id == member_id)
    ).one()
    return newest, count


def said(member_id):
    """Return what it says."""
    db.session.expire_all()
    author = db.session.get(Author, member_id)
    return (author.last_feed_key, author.looks_count) if author else (None, 0)


def public_photos(look):
    own = sa.select(Photo.public_token).join(LookPhoto, LookPhoto.photo_id == Photo.id)
    return [token is not None for token in db.session.scalars(own.where(LookPhoto.look_id == look.id))]


def tags(look):
    rows = db.session.execute(sa.select(Tag.tag, Tag.feed_key).where(Tag.look_id == look.id)).all()
    assert {key for _, key in rows} <= {look.feed_key}
    return {tag for tag, _ in rows}


def test_publish_hide_and_publish_again(app, cast, monkeypatch):
    heard = told(app, monkeypatch)
    look = make_look(cast.ada, published=False, caption="#linen #Été", photos=2)
    assert (look.feed_key, look.published_at, tags(look), public_photos(look)) == (None, None, set(), [False, False])
    now = clock.now()
    publication.publish_look(look, now=now)
    first = look.feed_key
    assert look.published_at == now
    assert first > 0
    assert tags(look) == {"linen", "été"}
    assert public_photos(look) == [True, True]
    publication.publish_look(look, now=now)
    assert look.feed_key == first
    publication.hide_look(look)
    publication.hide_look(look)
    assert (look.feed_key, look.published_at, tags(look), public_photos(look)) == (None, None, set(), [False, False])
    publication.publish_look(look, now=now)
    assert look.feed_key > first
    assert heard == [
        LookPublished(look.id, cast.ada.id),
        LookChanging(look.id),
        LookHidden(look.id, cast.ada.id),
        LookPublished(look.id, cast.ada.id),
    ]


@pytest.mark.parametrize("visibility", ["followers", "members"])
def test_photos_of_looks_that_are_not_public_have_no_public_address(visibility, cast):
    look = make_look(cast.ada, visibility=visibility)
    assert public_photos(look) == [False]
    drafts.save_look(look, {"visibility": "public"}, viewer_of(cast.ada), now=clock.now())
    assert public_photos(look) == [True]
    drafts.save_look(look, {"visibility": visibility}, viewer_of(cast.ada), now=clock.now())
    assert public_photos(look) == [False]


def test_a_published_look_that_becomes_private_is_a_draft(cast, monkeypatch, app):
    look = make_look(cast.ada, caption="#linen")
    heard = told(app, monkeypatch)
    drafts.save_look(look, {"visibility": "private"}, viewer_of(cast.ada), now=clock.now())
    assert look.feed_key is None
    assert tags(look) == set()
    assert said(cast.ada.id) == (None, 0)
    assert set(heard) == {LookChanging(look.id), LookHidden(look.id, cast.ada.id)}


def test_an_edited_caption_moves_the_tags(cast):
    look = make_look(cast.ada, caption="#old #kept")
    key = look.feed_key
    drafts.save_look(look, {"caption": "#kept #new"}, viewer_of(cast.ada), now=clock.now())
    assert tags(look) == {"kept", "new"}
    assert look.feed_key == key


@pytest.mark.parametrize(("facts", "code"), [({"photos": 0}, "no_photo"), ({"visibility": "private"}, "private")])
def test_what_can_not_be_published(facts, code, cast):
    look = make_look(cast.ada, published=False, **facts)
    with pytest.raises(Refused) as refused:
        publication.publish_look(look, now=clock.now())
    assert refused.value.refusal.code == code
    assert said(cast.ada.id) == (None, 0)


def test_the_database_itself_refuses_contradictions(cast):
    look_id = make_look(cast.ada, published=False).id
    for wrong in ({"feed_key": 7}, {"published_at": clock.now()}, {"visibility": "everybody"}, {"love_count": -1}):
        with pytest.raises(exc.IntegrityError):
            db.session.execute(sa.update(Look).where(Look.id == look_id).values(**wrong))
        db.session.rollback()
        cast.ada = make_member()
        look_id = make_look(cast.ada, published=False).id


def test_deleting_leaves_nothing(cast):
    look = make_look(cast.ada, caption="#gone", photos=3)
    other = make_look(cast.ada)
    look_id, photo_ids = (
        look.id,
        db.session.scalars(sa.select(LookPhoto.photo_id).where(LookPhoto.look_id == look.id)).all(),
    )
    publication.delete_look(look)
    assert db.session.get(Look, look_id) is None
    assert not db.session.scalars(sa.select(Photo.id).where(Photo.id.in_(photo_ids))).all()
    assert not db.session.scalars(sa.select(Tag).where(Tag.look_id == look_id)).all()
    assert said(cast.ada.id) == (other.feed_key, 1)


@pytest.mark.parametrize("seed", range(6))
def test_authors_agree_with_looks_after_any_deeds(seed, cast):
    chance = random.Random(seed)
    members = [cast.ada, cast.bea]
    looks: list[Look] = []
    for _ in range(60):
        deed = chance.choice(("make", "publish", "hide", "delete", "visibility", "caption"))
        if deed == "make" or not looks:
            looks.append(make_look(chance.choice(members), published=chance.random() < 0.5, caption="#a #b"))
            continue
        look = chance.choice(looks)
        if deed == "publish":
            with suppress(Refused):  # private ones are
                publication.publish_look(look, now=clock.now())
        elif deed == "hide":
            publication.hide_look(look)
        elif deed == "delete":
            looks.remove(look)
            publication.delete_look(look)
        else:
            value = {
                "visibility": chance.choice(("private", "followers", "members", "public")),
                "caption": chance.choice(["#c", "#d"]),
            }
            author = next(one for one in members if one.id == look.member_id)
            drafts.save_look(look, {deed: value[deed]}, viewer_of(author), now=clock.now())
        for member in members:
            assert said(member.id) == counted(member.id), deed
        for one in looks:
            assert tags(one) == (set(tags_of(one.caption)) if one.is_published else set())
            assert all(public is one.is_public for public in public_photos(one))


def test_authors_agree_with_looks_published_and_hidden_at_once(app, cast):
    """Many threads publish and hide looks of one author; the row must say what came of it."""
    member_id = cast.ada.id
    look_ids = [make_look(cast.ada, published=number % 2 == 0).id for number in range(24)]
    db.session.commit()
    gate = threading.Barrier(len(look_ids))
    failures = []

    def turn(look_id, publishes):
        gate.wait()
        try:
            with app.app_context():
                own = sa.select(Look).where(Look.id == look_id)
                look = db.session.scalar(own.with_for_update(key_share=True))
                if publishes:
                    publication.publish_look(look, now=clock.now())
                else:
                    publication.hide_look(look)
                db.session.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(error)

    threads = [threading.Thread(target=turn, args=(one, number % 3)) for number, one in enumerate(look_ids)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert said(member_id) == counted(member_id)
    assert said(member_id)[1] == 16


def test_a_member_goes_with_all_looks(cast):
    make_look(cast.ada, caption="#gone")
    ada_id = cast.ada.id
    db.session.execute(sa.delete(Member).where(Member.id == ada_id))
    left = [
        db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Look, LookPhoto, Tag, Author)
    ]
    assert left == [0, 0, 0, 0]


def test_feed_keys_grow_in_the_order_of_publication(cast):
    looks = [make_look(cast.ada, published=False) for _ in range(5)]
    order = random.Random(1).sample(looks, 5)
    for look in order:
        publication.publish_look(look, now=clock.now())
    keys = [look.feed_key for look in order]
    assert all(one < other for one, other in itertools.pairwise(keys))
