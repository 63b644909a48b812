"""A label hangs on a look wherever the look is shown, and its author can't take it off."""

import io
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from PIL import Image

from clozette.accounts.services import tokens
from clozette.community import services as community
from clozette.contests.entering import services
from clozette.kernel import clock
from clozette.kernel.ids import encode
from clozette.kernel.images.shareable import BAND, SIZE, is_drawable
from clozette.looks.models import Look, LookLabel, LookPhoto
from clozette.looks.services import labels
from clozette.looks.services.labels import Label
from clozette.media.services import add_photo
from clozette.newsletters.campaigns import digests, rendering
from tests.factories import photos
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry, make_sponsor
from tests.factories.looks import make_look, make_love
from tests.factories.newsletters import make_campaign, make_newsletter

LINE = "Contest entry, sponsored by Woolmark Ltd"


@pytest.fixture
def stage(db_session) -> SimpleNamespace:
    """Give a look of Ada's that is entered in a contest; Bea follows her and loves it, and made two of her own."""
    contest = make_contest(sponsor=make_sponsor(legal_name="Woolmark Ltd"), slug="coats", title="Best coat")
    ada, bea = make_member("ada"), make_member("bea")
    make_look(bea)
    make_look(bea)
    look = make_look(ada, caption="Rain #coats")
    make_love(look, [bea])
    community.follow(bea.id, ada, now=clock.now())
    services.put_label(contest, make_entry(contest, ada, look_id=look.id), now=clock.now())
    db_session.commit()
    return SimpleNamespace(contest=contest, ada=ada, bea=bea, look=look, path=f"/looks/{encode(look.id)}")


def hung(session) -> list[str]:
    return list(session.scalars(sa.select(LookLabel.sponsor)))


def test_on_every_page_that_shows_the_look(client, stage) -> None:
    paths = ["/", "/discover", "/tags/coats", "/search?q=rain", "/@ada", stage.path]
    assert [path for path in paths if LINE not in client.get(path).text] == []
    page = client.get(stage.path).text
    assert f'property="og:title" content="{LINE} – A look by' in page and f"{stage.path}/share.jpg?v=" in page
    sign_in(client, stage.bea)
    assert LINE in client.get("/feed").text
    sign_in(client, stage.ada)
    assert LINE in client.get("/looks").text
    assert LINE in client.get("/contests/coats/entries").text and LINE in client.get("/contests/coats").text


def test_on_whatever_page_leads_to_the_look(app, client, stage) -> None:
    """A walk: a page for people that links to the look has the line too, but where its author alone is told of loves."""
    plain = sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments)
    walked = [path for path in plain if not path.startswith(("/api/", "/static"))]
    walked += ["/@ada", "/@bea", "/tags/coats", "/search?q=rain", "/contests/coats", "/contests/coats/entries"]
    missing = []
    for member in (None, stage.bea, stage.ada):
        if member is not None:
            sign_in(client, member)
        for path in walked:
            answer = client.get(path)
            if f'{stage.path}"' in answer.text and LINE not in answer.text:
                missing.append(path)
    assert set(missing) <= {"/notifications"}


def test_in_the_api(client, stage) -> None:
    def read(member, path):
        token = tokens.make(member.id, name="t", scopes=("looks:read", "feed:read"), days=1, now=clock.now())
        return client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}).json

    own = read(stage.ada, stage.path)
    assert own["labels"] == [
        {
            "kind": "contest",
            "text": LINE,
            "title": "Best coat",
            "sponsor": "Woolmark Ltd",
            "address": "/contests/coats",
        }
    ]
    for listed in (read(stage.bea, "/feed"), read(stage.bea, "/members/ada/looks"), read(stage.bea, "/looks/newest")):
        assert own["labels"] in [one["labels"] for one in listed]


def test_in_newsletters_and_their_feed(app, client, db_session, stage) -> None:
    now = clock.now()
    shown = [{"kind": "look", "look": encode(stage.look.id)}]
    newsletter = make_newsletter("weekly", has_archive=True)
    letter = make_campaign(newsletter, blocks=shown, state="finished", started_at=now, archived_at=now)
    draft, _faults = rendering.attempt(rendering.draft_of(letter))
    assert LINE in draft.html and LINE in draft.text
    digest = make_campaign(newsletter, kind="digest", blocks=[{"kind": "news"}], started_at=now)
    (own,) = digests.pieces(digest, [stage.bea.subject_id]).values()
    assert LINE in own[0] and LINE in own[1]
    db_session.commit()
    assert LINE in client.get(f"/newsletters/weekly/archive/{encode(letter.id)}").text
    assert LINE in client.get("/newsletters/weekly/archive.atom").text


def test_drawn_into_the_picture_that_other_sites_show(client, db_session, stage) -> None:
    upload = photos.upload(photos.encoded(photos.shirt(photos.RED)))
    kept = add_photo(stage.ada.subject_id, upload, clock.now())
    plain = make_look(stage.ada)
    for look in (stage.look, plain):
        db_session.query(LookPhoto).filter_by(look_id=look.id).delete()
    db_session.add(LookPhoto(look_id=stage.look.id, photo_id=kept.id, position=0))
    db_session.commit()
    answer = client.get(f"{stage.path}/share.jpg")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    drawn = Image.open(io.BytesIO(answer.data)).convert("L")
    assert drawn.size == SIZE
    band = drawn.crop((0, SIZE[1] - BAND, *SIZE))
    darkest, lightest = band.getextrema()
    assert darkest < 60 and lightest > 220  # light letters on a dark band
    labels.take(stage.look.id, "contest", stage.contest.id)
    db_session.commit()
    without = Image.open(io.BytesIO(client.get(f"{stage.path}/share.jpg").data)).convert("L")
    assert without.crop((0, SIZE[1] - BAND, *SIZE)).tobytes() != band.tobytes()
    assert client.get(f"/looks/{encode(plain.id)}/share.jpg").status_code == 404


@pytest.mark.parametrize("visibility", ["members", "followers"])
def test_no_picture_of_a_look_that_is_not_public(client, db_session, stage, visibility: str) -> None:
    stage.look.visibility = visibility
    db_session.commit()
    sign_in(client, stage.ada)
    assert client.get(f"{stage.path}/share.jpg").status_code == 404


def test_names_that_the_font_does_not_know() -> None:
    assert is_drawable("Contest entry, sponsored by Müller & Søn – “Łódź”…") and not is_drawable("株式会社")


def test_the_author_can_not_take_it_off(client, db_session, stage) -> None:
    sign_in(client, stage.ada)
    page = client.get(f"{stage.path}/edit").text
    assert "Woolmark" not in page
    typed = {"caption": "Sun", "version": stage.look.version, "visibility": "public", "labels": "none"}
    assert client.post(f"{stage.path}/edit", data=typed).status_code == 422  # there is no such field
    typed.pop("labels")
    assert client.post(f"{stage.path}/edit", data=typed).status_code == 303
    assert hung(db_session) == ["Woolmark Ltd"] and LINE in client.get(stage.path).text


def test_an_open_editor_is_told(client, db_session, stage) -> None:
    sign_in(client, stage.ada)
    before = stage.look.version
    labels.take(stage.look.id, "contest", stage.contest.id)
    db_session.commit()
    answer = client.post(f"{stage.path}/edit", data={"caption": "Sun", "version": before, "visibility": "public"})
    assert answer.status_code == 409 and "Sun" in answer.text


def test_each_change_is_a_version(db_session, stage) -> None:
    def version() -> int:
        db_session.expire_all()
        return db_session.get_one(Look, stage.look.id).version

    known = version()
    same = Label("contest", stage.contest.id, "Best coat", "Woolmark Ltd", "/contests/coats")
    labels.put(stage.look.id, same, now=clock.now())
    assert version() == known
    labels.put(stage.look.id, Label("contest", stage.contest.id, "Best coat", "Other", "/x"), now=clock.now())
    assert version() == known + 1 and hung(db_session) == ["Other"]
    labels.take(stage.look.id, "contest", stage.contest.id)
    labels.take(stage.look.id, "contest", stage.contest.id)
    assert version() == known + 2 and hung(db_session) == []
    labels.put(stage.look.id, same, now=clock.now())
    assert version() == known + 3 and hung(db_session) == ["Woolmark Ltd"]


def test_two_labels_say_which_contest_each_is(client, db_session, stage) -> None:
    assert "· Best coat" not in client.get(stage.path).text, "one says it by where it leads"
    sponsor = make_sponsor(legal_name="Mill Lane Ltd")
    other = make_contest(sponsor=sponsor, slug="rain", title="Rainy days")
    services.put_label(other, make_entry(other, stage.ada, look_id=stage.look.id), now=clock.now())
    db_session.commit()
    for path in ("/discover", stage.path):
        page = client.get(path).text
        assert f"{LINE} · Best coat" in page
        assert "Contest entry, sponsored by Mill Lane Ltd · Rainy days" in page
