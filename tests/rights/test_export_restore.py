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
from clozette.accounts.services import members
from clozette.closets.models import Item
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.looks.models import Look, LookPhoto, Love
from clozette.looks.services import publication
from clozette.media import files
from clozette.media.models import HiddenPerson, Photo
from clozette.rights.export import exporter, received, restore
from clozette.rights.export.received import Unfit
from tests.factories import accounts, closets, looks, photos
from tests.support.application import open_site

# What the other site derives anew, or what is this site's own.
DERIVED = {
    "media_photos": {"folder", "variants", "avif", "bytes", "placeholder", "colours", "dhash"},
    "accounts_members": {"tf_primary_method", "deactivated_at", "leaving_at"},
}
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
        photo.width, photo.height = 48 + number % 40, 64
        data = photos.encoded(photos.quarters(photo.width, photo.height))
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
        data = plain[:14] + (place + 1).to_bytes(2, "big") + plain[16:]  # how many dots there are to the inch
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


def refused(app, forged: io.BytesIO, match: str) -> None:
    """See that an archive is refused in words, and that nothing of it is there."""
    with app.app_context():
        with pytest.raises(Unfit, match=match):
            restore.load(forged)
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 0


@pytest.fixture(scope="module")
def packed(elsewhere):
    """The archive of a member with a look, made once: what is forged is a copy."""
    with elsewhere.app.app_context():
        member = live({"bio": "", "items": [], "looks": []})
        looks.make_look(member, caption="Caption")
        keep_originals(member)
        made = exported(member).getvalue()
    elsewhere.reset()
    return made


@pytest.fixture
def archive(packed):
    return io.BytesIO(packed)


def edited(name: str, **values):
    """Return a change of the values of a table's first row; ``...`` takes a value away."""

    def change(kept) -> None:
        path = f"data/{name}.json"
        head, first, *rest = kept[path].split(b"\n")
        row = {**json.loads(first.removesuffix(b",")), **values}
        row = {key: value for key, value in row.items() if value is not ...}
        kept[path] = b"\n".join([head, json.dumps(row).encode() + b"," * first.endswith(b","), *rest])

    return change


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (edited("looks_looks", caption="a\0b"), "caption"),
        (edited("looks_looks", caption="\ud800"), "caption"),
        (edited("looks_looks", version=2**63), "version"),
        (edited("looks_looks", version="9" * 19), "version"),
        (edited("looks_looks", version="\u0661"), "version"),
        (edited("looks_looks", created_at="2026-01-01T00:00:00"), "created_at"),
        (edited("looks_looks", created_at="0001-01-01T00:00:00+14:00"), "created_at"),
        (edited("looks_looks", id=...), "looks_looks: id"),
        (edited("looks_looks", id=None), "looks_looks: id"),
        (edited("looks_looks", created_at=...), "created_at"),
        (edited("accounts_members", email=None), "email"),
        (edited("media_photos", colours=["\0"]), "colours"),
        (edited("media_photos", colours=[float("nan")]), "colours"),
        (edited("media_photos", public_token="../.."), "public address"),
        (lambda kept: kept.update({"data/looks_looks.json": kept["data/looks_looks.json"][:-4]}), "breaks off"),
    ],
)
def test_a_value_that_no_database_keeps_is_refused_in_words(empty, archive, change, match):
    refused(empty, rewritten(archive, change), match)


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"files": None}, "not as it should be"),
        ({"files": [{"path": "x"}]}, "not as it should be"),
        ({"files": [{"path": "x", "bytes": "1", "sha256": ""}]}, "not as it should be"),
        ({"counts": [1]}, "not as it should be"),
        ({"counts": {"looks_looks": "many"}}, "not as it should be"),
        ({"complete": 1}, "not as it should be"),
        ({"subject": None}, "not as it should be"),
        ({"subject": "!"}, "whose it is"),
        ({"version": [1]}, "Its version"),
    ],
)
def test_a_manifest_of_another_shape_is_refused_in_words(empty, archive, said, match):
    def change(kept) -> None:
        kept["manifest.json"] = json.dumps({**json.loads(kept["manifest.json"]), **said}).encode()

    refused(empty, rewritten(archive, change, honest="files" not in said), match)


def test_the_zip_itself_is_believed_no_size(empty, archive, monkeypatch):
    """Caps hold before anything is unpacked; encrypted and broken entries are told, not stumbled over."""
    data = archive.getvalue()
    locked = bytearray(data)
    locked[data.index(b"PK\x01\x02") + 8] |= 1
    refused(empty, io.BytesIO(locked), "encrypted")
    packed = bytearray(data)
    at = packed.index(b"PK\x03\x04")
    start = at + 30 + sum(int.from_bytes(packed[at + here : at + here + 2], "little") for here in (26, 28))
    packed[start : start + 8] = b"\xff" * 8
    refused(empty, io.BytesIO(packed), "can't be unpacked")
    monkeypatch.setattr(received, "MOST_MANIFEST", 100)
    refused(empty, io.BytesIO(data), "manifest is too large")
    monkeypatch.setattr(received, "MOST_TOGETHER", 1000)
    refused(empty, io.BytesIO(data), "larger than an export")


def test_nothing_is_believed_of_a_photo(empty, archive):
    """Its facts come from its bytes; what hides a place or a second file in it is made anew."""

    def change(kept) -> None:
        said = {"sha256": "0" * 64, "colours": ["red"], "placeholder": "javascript:"}
        edited("media_photos", width=1, height=9, dhash=1, **said)(kept)
        (path,) = (name for name in kept if name.startswith("media/"))
        kept[path] = kept[path][:2] + b"\xff\xfe\x00\x08secret" + kept[path][2:]

    restored(empty, rewritten(archive, change))
    with empty.app_context():
        photo = db.session.scalars(sa.select(Photo)).one()
        kept = files.original(photo.folder, photo.suffix)
        assert b"secret" not in kept
        assert (photo.width, photo.height) == (48, 64)
        assert photo.sha256 == hashlib.sha256(kept).hexdigest()
        assert photo.dhash != 1
        assert photo.placeholder.startswith("data:image/webp")
        assert photo.colours[0].startswith("#")


def test_a_photo_that_is_too_large_stays_outside(empty, archive, monkeypatch):
    monkeypatch.setattr(restore, "MAX_BYTES", 100)
    found = restored(empty, archive)
    assert sum(found.left_out["media_photos"].values()) == 1


@pytest.mark.requirement(83, 105)
def test_who_was_leaving_there_arrives_here(app, empty, db_session):
    member = live({"bio": "", "items": [], "looks": []})
    members.leave(member, now=clock.now())
    found = restored(empty, exported(member))
    assert sum(found.left_out["media_hidden"].values()) == 1
    with empty.app_context():
        arrived = db.session.scalars(sa.select(Member)).one()
        assert (arrived.deactivated_at, arrived.leaving_at) == (None, None)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(HiddenPerson)) == 0


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
