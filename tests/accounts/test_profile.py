"""Profile and handle."""

import pytest
import sqlalchemy as sa

from clozette.accounts import handles
from clozette.accounts.models import Handle, Member
from clozette.kernel import clock
from clozette.media.models import Photo
from tests.factories import photos
from tests.factories.accounts import make_member, make_minor, sign_in

PROFILE = {"display_name": "Ada", "bio": "I sew.\nAnd mend.", "country": "FR", "time_zone": "Europe/Paris"}


class TestProfile:
    def test_change(self, client, db_session):
        ada = make_member("ada")
        sign_in(client, ada)
        assert client.post("/settings/profile", data=PROFILE).headers["Location"] == "/settings/profile"
        db_session.expire_all()
        assert (ada.display_name, ada.bio, ada.country, ada.time_zone) == tuple(PROFILE.values())
        page = client.get("/settings/profile").text
        assert "And mend." in page
        assert 'value="FR" selected' in page

    @pytest.mark.parametrize(
        "changes",
        [
            {"display_name": ""},
            {"bio": "x" * 501},
            {"country": "??"},
            {"time_zone": "Mars/Base"},
            {"locale": "tlh"},
            {"roles": "admin"},
            {"email": "evil@example.test"},
            {"confirmed_at": "2020-01-01"},
            {"birth_date": "1950-01-01"},
            {"id": "1"},
        ],
    )
    @pytest.mark.engines("sqlite")
    def test_bad_input(self, client, db_session, changes):
        ada = make_member("ada")
        sign_in(client, ada)
        before = {column.name: getattr(ada, column.name) for column in Member.__table__.c}
        answer = client.post("/settings/profile", data={**PROFILE, **changes})
        assert answer.status_code == 422
        assert "I sew." in answer.text or "bio" in changes
        db_session.expire_all()
        assert {column.name: getattr(ada, column.name) for column in Member.__table__.c} == before

    def test_language(self, client, app, db_session, monkeypatch):
        ada = make_member("ada")
        sign_in(client, ada)
        assert 'name="locale"' not in client.get("/settings/profile").text
        monkeypatch.setitem(app.extensions, "clozette.languages", ["en", "id"])
        assert "Indonesia" in client.get("/settings/profile").text
        assert client.post("/settings/profile", data={**PROFILE, "locale": "id"}).status_code == 303
        db_session.expire_all()
        assert ada.locale == "id"

    def test_no_move_to_where_one_is_too_young(self, client, db_session):
        kim = make_minor("kim", age=14, country="AT")
        sign_in(client, kim)
        answer = client.post("/settings/profile", data={**PROFILE, "country": "DE"})
        assert answer.status_code == 409
        assert "older than you are" in answer.text
        db_session.expire_all()
        assert kim.country == "AT"


class TestHandle:
    def change(self, client, handle):
        return client.post("/settings/handle", data={"handle": handle})

    def test_change(self, client, db_session):
        ada = make_member("ada")
        sign_in(client, ada)
        assert self.change(client, "@Ada_Lovelace").headers["Location"] == "/settings/profile"
        db_session.expire_all()
        assert ada.handle == "ada_lovelace"
        rows = db_session.execute(sa.select(Handle.handle, Handle.left_at).order_by(Handle.id)).all()
        assert [(row.handle, row.left_at is not None) for row in rows] == [("ada", True), ("ada_lovelace", False)]

    def test_never_issued_again(self, client, app, db_session, person):
        ada, eve = make_member("ada"), make_member("eve")
        sign_in(client, ada)
        self.change(client, "lovelace")
        other = app.test_client()
        sign_in(other, eve)
        for handle in ("ada", "lovelace", "l0velace"):
            assert self.change(other, handle).status_code == 409, handle
        joining = app.test_client().post("/register", data={**person, "handle": "ada"})
        assert joining.status_code == 409
        db_session.expire_all()
        assert eve.handle == "eve"

    def test_not_twice_in_two_weeks_and_back_to_ones_own(self, client, db_session, stopped_clock):
        ada = make_member("ada")
        sign_in(client, ada)
        stopped_clock.forward(minutes=1)
        self.change(client, "lovelace")
        answer = self.change(client, "countess")
        assert answer.status_code == 409
        assert "less than 14 days ago" in answer.text
        stopped_clock.forward(days=15)
        assert self.change(client, "ada").status_code == 303
        db_session.expire_all()
        assert ada.handle == "ada"

    @pytest.mark.parametrize("handle", ["ab", "no spaces", "admin", "www", "ada!", "a" * 31, "", "__"])
    @pytest.mark.engines("sqlite")
    def test_bad_input(self, client, db_session, handle):
        sign_in(client, make_member("ada"))
        assert self.change(client, handle).status_code == 422

    def test_the_same(self, client, db_session):
        sign_in(client, make_member("ada"))
        assert self.change(client, "ada").status_code == 409

    @pytest.mark.parametrize(
        ("typed", "folded"), [("＠Ａda", "ada"), ("ADA", "ada"), (" ada ", "ada"), ("ﬁona", "fiona"), ("@ada", "ada")]
    )
    def test_normalised(self, typed, folded):
        assert handles.normalise(typed) == folded

    @pytest.mark.parametrize(
        "pair",
        [
            ("paul1", "paull"),
            ("p0la", "pola"),
            ("mar_ia", "mar__ia"),
            ("corner", "comer"),
            ("vvilma", "wilma"),
            ("5am", "sam"),
            ("bill", "blll"),
        ],
    )
    def test_skeletons(self, pair):
        assert handles.skeleton(pair[0]) == handles.skeleton(pair[1])


def test_settings_lists_other_rooms_pages(client, app, db_session):
    sign_in(client, make_member("ada"))
    page = client.get("/settings").text
    for path in (
        "/settings/profile",
        "/settings/handle",
        "/settings/security",
        "/settings/sessions",
        "/settings/blocks",
    ):
        assert f'href="{path}"' in page


def test_clock_is_passed(db_session):
    assert make_member("ada").created_at <= clock.now()


class TestAvatar:
    @pytest.fixture
    def ada(self, client, db_session):
        member = make_member("ada")
        sign_in(client, member)
        return member

    def send(self, client, upload, **more):
        return client.post("/settings/profile", data={**PROFILE, "avatar": upload, **more})

    def test_set_replace_remove(self, client, app, db_session, ada):
        assert self.send(client, photos.upload(photos.jpeg())).status_code == 303
        db_session.expire_all()
        first = ada.avatar_token
        assert first
        assert f"/media/{first}/160.webp" in client.get("/settings").text
        assert app.test_client().get(f"/media/{first}/320.webp").status_code == 200

        assert self.send(client, photos.upload(photos.jpeg())).status_code == 303
        db_session.expire_all()
        assert ada.avatar_token != first
        assert app.test_client().get(f"/media/{first}/320.webp").status_code == 404

        assert client.post("/settings/profile", data={**PROFILE, "remove_avatar": "true"}).status_code == 303
        db_session.expire_all()
        assert (ada.avatar_photo_id, ada.avatar_token) == (None, None)
        assert db_session.scalars(sa.select(Photo)).all() == []

    @pytest.mark.engines("sqlite")
    def test_no_photo(self, client, db_session, ada):
        answer = self.send(client, photos.upload(b"<svg/>", "me.svg"))
        assert answer.status_code == 422
        assert 'id="f-avatar-error"' in answer.text
        assert "I sew." in answer.text
        db_session.expire_all()
        assert (ada.avatar_token, ada.bio) == (None, "")
