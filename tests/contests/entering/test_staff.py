"""The staff's list of entries, and taking one out; what others see; what the API gives."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from clozette.accounts.services import blocks, tokens
from clozette.contests.entering import queries, services
from clozette.contests.entering.models import EntryPhoto
from clozette.contests.entering.services import Sent
from clozette.kernel import clock, ids
from clozette.kernel.viewer import GUEST
from clozette.media.models import Photo
from clozette.privacy.models import StaffRead
from clozette.rights.export import contents
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_sharing, make_sponsor
from tests.factories.looks import make_look, viewer_of
from tests.support.client import Client


@pytest.fixture
def stage(client: Client, db_session) -> SimpleNamespace:
    """Give a contest that Ada and Bea entered, and somebody of marketing."""
    sponsor = make_sponsor(legal_name="Woolmark Ltd")
    contest = make_contest(sponsor=sponsor, slug="coats")
    sharing = make_sharing(contest, sponsor)
    people = {name: make_member(name, country="DE") for name in ("ada", "bea")}
    made = {
        name: services.enter(contest, member, Sent("0" * 64, f"key-{name}-00", make_look(member)), now=clock.now())
        for name, member in people.items()
    }
    staff = make_member("mark", roles=("marketing",))
    db_session.commit()
    list_ = f"/marketing/contests/{ids.encode(contest.id)}/entries"
    return SimpleNamespace(
        contest=contest,
        sharing=sharing,
        staff=staff,
        list=list_,
        **people,
        **{f"{name}s": one for name, one in made.items()},
    )


@pytest.mark.requirement(8)
def test_the_list_has_numbers_and_handles_alone(client: Client, db_session, stage) -> None:
    first, second = db_session.scalars(sa.select(Photo).join(EntryPhoto, EntryPhoto.photo_id == Photo.id)).all()
    first.dhash = second.dhash
    db_session.commit()
    sign_in(client, stage.staff, second_factor=True)
    page = client.get(stage.list).text
    assert "@ada" in page and "@bea" in page and "ada@" not in page and stage.adas.code.hex() not in page
    assert "also in number 1" in page and "also in number 2" in page
    assert "@ada" not in client.get(f"{stage.list}?state=withdrawn").text


@pytest.mark.requirement(8)
def test_an_entry_is_taken_out_for_a_reason(client: Client, db_session, stage) -> None:
    sign_in(client, stage.staff, second_factor=True)
    address = f"{stage.list}/{ids.encode(stage.adas.id)}/disqualification"
    assert client.post(address, data={"because": "I don't like it"}).status_code == 422
    assert client.post(address, data={"because": "rules-broken"}).status_code == 303
    assert client.post(address, data={"because": "rules-broken"}).status_code == 409
    db_session.expire_all()
    assert (stage.adas.state, stage.adas.left_because, stage.beas.state) == ("disqualified", "rules-broken", "entered")
    (read,) = db_session.scalars(sa.select(StaffRead)).all()
    assert (read.subject_id, read.reader_id, read.reason) == (
        stage.ada.subject_id,
        stage.staff.subject_id,
        "rules-broken",
    )
    sign_in(client, stage.ada)
    assert "does not keep to the rules" in client.get(f"/contests/coats/entries/{ids.encode(stage.adas.id)}").text
    assert client.get("/contests/coats/entries/new").status_code == 303  # nor may she enter another way


def test_who_sees_which_entry(client: Client, db_session, stage) -> None:
    def seen(viewer) -> list[int]:
        return [card.entry.number for card in queries.cards(viewer, stage.contest).items]

    assert seen(GUEST) == [2, 1] == seen(viewer_of(stage.ada))
    blocks.block(stage.bea.id, stage.ada.id, now=clock.now())
    assert seen(viewer_of(stage.ada)) == [1] and seen(viewer_of(stage.bea)) == [2]
    stage.contest.entry_kind = "photos"  # then there is no look that would hide it
    assert seen(viewer_of(stage.ada)) == [1] and seen(viewer_of(stage.bea)) == [2]
    stage.ada.deactivated_at = clock.now()
    db_session.commit()
    assert seen(GUEST) == [2] and queries.counted(stage.contest) == 2
    path = f"/contests/coats/entries/{ids.encode(stage.adas.id)}"
    assert client.get(path).status_code == 404


def test_the_api_enters_shows_and_takes_back(client: Client, db_session, stage) -> None:
    cleo = make_member("cleo", country="DE")
    look = make_look(cleo)
    token = tokens.make(cleo.id, name="t", scopes=("contests:read", "contests:write"), days=1, now=clock.now())
    db_session.commit()

    def call(method: str, path: str, **options):
        return client.open(
            f"/api/v1/contests/coats{path}", method=method, headers={"Authorization": f"Bearer {token}"}, **options
        )

    form = call("GET", "/entries/new").json
    (asked,) = form["sharings"]
    assert asked["wording"] in form["wording"] and "Woolmark Ltd" in asked["wording"] and form["why_not"] is None
    wish = {
        "rules": form["rules"],
        "notice": form["notice"],
        "accept": True,
        "form_key": "my-own-key",
        "look": ids.encode(look.id),
    }
    assert call("POST", "/entries", json={**wish, "accept": False}).status_code == 422
    assert call("POST", "/entries", json={**wish, "notice": "none"}).status_code == 409
    made = call("POST", "/entries", json={**wish, "share": [asked["id"]]})
    assert made.status_code == 201 and made.json["number"] == 3 and made.json["shared"][0]["state"] == "given"
    assert made.json["label"] == "Contest entry, sponsored by Woolmark Ltd" and len(made.json["code"]) == 32
    assert [one["number"] for one in call("GET", "/entries").json] == [3, 2, 1]
    others = call("GET", f"/entries/{ids.encode(stage.adas.id)}").json
    assert others["author"] == "ada" and "code" not in others
    gone = call("DELETE", f"/entries/{made.json['id']}").json
    assert (gone["state"], gone["shared"][0]["state"]) == ("withdrawn", "withdrawn")
    assert call("GET", "/entries/new").json["why_not"] is None  # she may enter anew


def test_an_export_has_the_entry_with_its_photos(db_session, stage) -> None:
    sections = contents.sections(stage.ada.subject_id)
    found = {one.name: db_session.execute(one.select).mappings().all() for one in sections}
    (entry,), (photo,), (shown,) = (found[f"contests_{name}"] for name in ("entries", "entry_photos", "snapshots"))
    assert entry["number"] == 1 and entry["code"] and shown["sha256"]
    assert photo["photo_id"] in {one["id"] for one in found["media_photos"]}
