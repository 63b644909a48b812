"""An archive taken into an empty site is the member again; a forged one is nothing."""

import hashlib
import io
import json
import random
import zipfile

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clozette import cli
from clozette.accounts.models import Member, Role, SignIn
from clozette.closets.models import Item
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.looks.models import Look, LookPhoto, Love
from clozette.looks.services import publication
from clozette.media import files
from clozette.media.models import Photo
from clozette.rights.export import exporter, restore
from clozette.rights.export.received import Unfit
from tests.factories import accounts, closets, looks, photos
from tests.support.application import open_site

# What the other site derives anew, or what is this site's own.
DERIVED = {"media_photos": {"folder", "variants", "avif", "bytes"}, "accounts_members": {"tf_primary_method"}}
CONTENT = (
    "accounts_members",
    "accounts_handles",
    "closets_items",
    "closets_item_photos",
    "closets_labels",
    "closets_uploads",
    "community_approvers",
    "looks_looks",
    "looks_photos",
    "looks_hotspots",
    "looks_tags",
    "looks_comments",
    "looks_loves",
    "looks_authors",
    "looks_revisions",
    "media_photos",
)


@pytest.fixture(scope="module")
def elsewhere():
    """An empty site."""
    with open_site("sqlite") as opened:
        yield opened


@pytest.fixture
def empty(elsewhere):
    yield elsewhere.app
    elsewhere.reset()


def exported(member: Member) -> io.BytesIO:
    """Return a member's archive."""
    made, subject_id = io.BytesIO(), member.subject_id
    db.session.commit()
    exporter.write(made, subject_id)
    made.seek(0)
    return made


def restored(app, archive: io.BytesIO) -> restore.Restored:
    """Take an archive into another site, as the command does."""
    with app.app_context():
        found = restore.load(archive)
        db.session.commit()
        return found


def again(app) -> io.BytesIO:
    """Return the archive of the one member of a site."""
    with app.app_context():
        return exported(db.session.scalars(sa.select(Member)).one())


def content(archive: io.BytesIO) -> dict[str, list[dict]]:
    """Return the rows of an archive that must be the same again."""
    with zipfile.ZipFile(archive) as opened:
        return {
            name: [
                {key: value for key, value in row.items() if key not in DERIVED.get(name, ())}
                for row in json.loads(opened.read(f"data/{name}.json"))["rows"]
            ]
            for name in CONTENT
        }


def originals(archive: io.BytesIO) -> dict[str, str]:
    """Return the digests of the photos."""
    with zipfile.ZipFile(archive) as opened:
        return {
            name: hashlib.sha256(opened.read(name)).hexdigest()
            for name in opened.namelist()
            if name.startswith("media/")
        }


def keep_originals(member: Member) -> None:
    """Give every photo of a member a file, each its own bytes."""
    for number, photo in enumerate(
        db.session.scalars(sa.select(Photo).where(Photo.subject_id == member.subject_id)).all()
    ):
        data = photos.encoded(photos.quarters(48 + number % 40, 64))
        files.put_original(photo.folder, photo.suffix, data)
        photo.sha256 = hashlib.sha256(data).hexdigest()
    db.session.flush()


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)


@st.composite
def lives(draw):
    """What a member did: a few items and looks with any words."""
    return {
        "bio": draw(words),
        "items": draw(st.lists(st.fixed_dictionaries({"brand": words, "notes": words, "tag": words}), max_size=3)),
        "looks": draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "caption": words,
                        "alt": words,
                        "comment": words,
                        "out": st.booleans(),
                        "photos": st.integers(1, 3),
                    }
                ),
                max_size=4,
            )
        ),
    }


def live(life) -> Member:
    """Make a member who did all that."""
    now, member = clock.now(), accounts.make_member(bio=life["bio"])
    items = []
    for one in life["items"]:
        tags = [one["tag"]] if one["tag"] else []
        facts = {"brand": one["brand"] or None, "notes": one["notes"] or None, "tags": tags, "bought_on": now.date()}
        items.append(closets.make_item(member, **facts))
    for one in life["looks"]:
        look = looks.make_look(
            member, published=one["out"], photos=one["photos"], alt=one["alt"], caption=one["caption"]
        )
        looks.make_comment(look, member, one["comment"])
        looks.make_love(look, [member])
        if items:
            looks.tag_item(look, items[0])
    keep_originals(member)
    return member


@pytest.mark.requirement(83)
@given(life=lives())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_round_trip_loses_nothing(app, elsewhere, life):
    with app.app_context():
        archive = exported(live(life))
    try:
        restored(elsewhere.app, archive)
        second = again(elsewhere.app)
        assert content(second) == content(archive)
        assert originals(second) == originals(archive)
        assert len(originals(archive)) == len(life["items"]) + sum(look["photos"] for look in life["looks"])
    finally:
        elsewhere.reset()


@pytest.mark.requirement(83, 90)
@pytest.mark.engines("sqlite")
def test_five_thousand_looks_lose_nothing(app, empty, db_session):
    member = accounts.make_member("busy")
    chance = random.Random(5000)
    _make_looks(member, 5000, chance)
    archive = exported(member)
    found = restored(empty, archive)
    assert found.rows["looks_looks"] == found.rows["looks_photos"] == found.rows["media_photos"] == 5000
    second = again(empty)
    assert content(second) == content(archive)
    assert originals(second) == originals(archive)
    assert len(originals(archive)) == 5000


def _make_looks(member: Member, number: int, chance: random.Random) -> None:
    """Add looks in bulk, each with a photo of its own bytes."""
    plain, now = photos.encoded(photos.quarters(32, 32)), clock.now()
    pictures, published, links = [], [], []
    for place in range(number):
        data = plain[:-2] + b"\xff\xfe" + (6).to_bytes(2, "big") + place.to_bytes(4, "big") + plain[-2:]
        folder = f"{place:032x}"
        files.put_original(folder, "jpg", data)
        digest = hashlib.sha256(data).hexdigest()
        pictures.append(_photo(member, folder, digest, now))
        published.append({"id": looks_id(place), "member_id": member.id, "caption": f"{place} {chance.random()} ✂"})
        links.append({"photo_id": pictures[-1]["id"], "look_id": looks_id(place), "position": 0})
    shared = {"visibility": "public", "created_at": now, "changed_at": now, "published_at": now}
    db.session.execute(sa.insert(Photo), pictures)
    db.session.execute(sa.insert(Look), [{**look, **shared, "feed_key": look["id"]} for look in published])
    db.session.execute(sa.insert(LookPhoto), links)
    publication.recount(member.id)


def looks_id(place: int) -> int:
    """Return an id that a look may have."""
    return 900_000_000_000_000_000 + place * 4_194_304


def _photo(member: Member, folder: str, digest: str, now) -> dict:
    return {
        "id": looks_id(int(folder, 16)) + 1,
        "subject_id": member.subject_id,
        "created_at": now,
        "sha256": digest,
        "bytes": 1,
        "width": 32,
        "height": 32,
        "placeholder": "",
        "colours": [],
        "dhash": 2**62 + int(folder, 16),
        "variants": [],
        "avif": [],
        "folder": folder,
        "suffix": "jpg",
    }


def test_what_came_in_works(app, empty, db_session):
    """The member signs in by a new password, sees photos, and the search finds what was derived anew."""
    member = live({"bio": "Hi", "items": [{"brand": "Ärmel", "notes": "", "tag": "rot"}], "looks": []})
    looks.make_love(looks.make_look(member), [accounts.make_member()])
    keep_originals(member)
    subject_id = member.subject_id
    restored(empty, exported(member))
    with empty.app_context():
        assert tasks.drain(empty)
        item = db.session.scalars(sa.select(Item)).one()
        assert item.brand_key
        assert "rot" in item.search_text
        photo = db.session.scalars(sa.select(Photo)).first()
        assert photo.variants
        look = db.session.scalars(sa.select(Look)).one()
        assert look.love_count == 0  # whoever loved it is not here
        found = db.session.scalars(sa.select(Member)).one()
        assert found.password.startswith("$argon2")
        assert found.subject_id == subject_id


def test_rights_and_ways_in_are_not_taken_over(app, empty, db_session, client):
    member = accounts.make_member(roles=("admin",))
    accounts.sign_in(client, member)
    found = restored(empty, exported(member))
    with empty.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Role)) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SignIn)) == 0
    assert found.left_out["accounts_roles"]


def test_a_second_time_is_refused_whole(app, empty, db_session):
    archive = exported(live({"bio": "", "items": [], "looks": []}))
    restored(empty, archive)
    with empty.app_context(), pytest.raises(Unfit, match="here already"):
        restore.load(archive)


def rewritten(archive: io.BytesIO, change, *, honest: bool = True) -> io.BytesIO:
    """Return a forged archive; ``honest``: its manifest fits."""
    forged = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(forged, "w") as new:
        kept = {name: old.read(name) for name in old.namelist()}
        change(kept)
        manifest = json.loads(kept.pop("manifest.json"))
        if honest:
            manifest["files"] = [
                {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for path, data in kept.items()
            ]
        for path, data in {**kept, "manifest.json": json.dumps(manifest).encode()}.items():
            new.writestr(path, data)
    forged.seek(0)
    return forged


def replace(name: str, old: str, new: str):
    """Return a change of one table."""

    def change(kept) -> None:
        path = f"data/{name}.json"
        assert old.encode() in kept[path]
        kept[path] = kept[path].replace(old.encode(), new.encode())

    return change


@pytest.mark.parametrize(
    ("change", "honest"),
    [
        (replace("looks_looks", "Caption", "Changed"), False),
        (lambda kept: kept.pop("data/looks_looks.json"), False),
        (lambda kept: kept.update({"../../evil": b"x"}), False),
        (replace("looks_looks", '"caption"', '"captain"'), True),
        (replace("looks_looks", '"version": ', '"version": "x", "love_count": '), True),
        (replace("looks_looks", "Caption", "C" * 5000), True),
        (replace("accounts_members", '"handle": "', '"handle": "../'), True),
        (replace("accounts_members", '"bio"', '"password": "x", "bio"'), True),
        (lambda kept: kept.update({"data/accounts_members.json": b"[]"}), True),
    ],
    ids=["changed", "lost", "added", "column", "type", "long", "handle", "hidden", "shape"],
)
def test_a_forged_archive_is_refused_and_leaves_nothing(app, empty, db_session, change, honest):
    member = live({"bio": "", "items": [], "looks": []})
    looks.make_look(member, caption="Caption")
    keep_originals(member)
    forged = rewritten(exported(member), change, honest=honest)
    with empty.app_context():
        with pytest.raises(Unfit):
            restore.load(forged)
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 0


def test_nothing_comes_in_for_somebody_else(app, empty, db_session):
    """A row that names another member, or hangs on another's row, stays outside."""
    member, other = live({"bio": "", "items": [], "looks": []}), accounts.make_member("other")
    look = looks.make_look(other, caption="Caption")
    looks.make_love(look, [member])
    found = restored(empty, exported(member))
    assert "looks_loves" not in found.rows
    assert sum(found.left_out["looks_loves"].values()) == 1
    with empty.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Love)) == 0


def test_the_commands(app, empty, db_session, tmp_path):
    member = live({"bio": "From the command line", "items": [], "looks": []})
    handle = member.handle
    db_session.commit()
    path = tmp_path / "one.zip"
    runner = CliRunner()
    made = runner.invoke(cli.commands, ["export", "member", handle, "--to", str(path)], obj=lambda: app)
    assert made.exit_code == 0, made.output
    assert path.stat().st_mode & 0o077 == 0
    taken = runner.invoke(cli.commands, ["export", "load", str(path)], obj=lambda: empty)
    assert taken.exit_code == 0, taken.output
    with empty.app_context():
        assert db.session.scalars(sa.select(Member)).one().bio == "From the command line"
    twice = runner.invoke(cli.commands, ["export", "load", str(path)], obj=lambda: empty)
    assert twice.exit_code == 1
    assert "here already" in twice.output
    path.write_bytes(path.read_bytes()[:-30])
    assert "no whole ZIP" in runner.invoke(cli.commands, ["export", "load", str(path)], obj=lambda: empty).output
    nobody = runner.invoke(cli.commands, ["export", "member", "nobody_here"], obj=lambda: app)
    assert nobody.exit_code == 1
