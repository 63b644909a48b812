"""What every page may use: hashed static files, hidden fields, dates and money, and redirects told to scripts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import g
from markupsafe import escape

from clozette.kernel import clock
from clozette.kernel.money import Money
from clozette.kernel.viewer import GUEST, Viewer
from clozette.kernel.web import pages


def address_of(gallery, path):
    page = gallery.get("/pieces").text
    return re.search(rf'"(/static/{re.escape(path)}\?v=\w+)"', page)[1]


class TestStaticFiles:
    def test_present_version_is_kept_for_ever(self, gallery):
        answer = gallery.get(address_of(gallery, "css/base.css"))
        assert answer.status_code == 200
        assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "immutable", "max-age=31536000"}

    @pytest.mark.parametrize("version", ["", "?v=", "?v=000000000000"])
    def test_other_versions_are_asked_for_again(self, gallery, version):
        answer = gallery.get(f"/static/css/base.css{version}")
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["Cache-Control"]
        assert "max-age" not in answer.headers["Cache-Control"]

    @pytest.mark.parametrize("path", ["css/none.css", "../pyproject.toml", "css/", "css/../../pyproject.toml"])
    def test_nothing_else_is_served(self, gallery, path):
        for version in ("", "?v=000000000000"):
            assert gallery.get(f"/static/{path}{version}").status_code == 404

    def test_version_and_integrity_change_with_the_content(self, tmp_path):
        files = pages.StaticFiles(tmp_path, watch=True)
        (tmp_path / "a.css").write_text("one")
        first = files["a.css"]
        (tmp_path / "a.css").write_text("two, later")
        second = files["a.css"]
        assert first.address != second.address
        assert first.integrity != second.integrity

    def test_missing_file_is_an_error_in_the_page(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            pages.StaticFiles(tmp_path, watch=False)["none.css"]

    def test_scripts_carry_their_hash_and_the_nonce(self, gallery):
        answer = gallery.get("/pieces")
        nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[1]
        for script in re.findall(r"<script[^>]*>", answer.text):
            assert f'nonce="{nonce}"' in script
            assert "src" not in script or 'integrity="sha384-' in script


def test_manifest_has_its_well_known_address(gallery):
    answer = gallery.get("/manifest.webmanifest")
    assert answer.status_code == 200
    assert answer.mimetype == "application/manifest+json"
    assert answer.json["name"] == "Clozette"


class TestFollow:
    """A script that says it won't follow is told where to go."""

    def test_redirect_is_told(self, gallery, got):
        answer = gallery.post("/love", data=token(gallery, _method="POST"), headers={"X-Follow": "no"})
        assert answer.status_code == 204
        assert answer.headers["X-Location"] == "/pieces"
        assert "Location" not in answer.headers
        assert got == [("love", "POST")]

    def test_without_the_header_it_is_a_redirect(self, gallery):
        answer = gallery.post("/love", data=token(gallery, _method="POST"))
        assert (answer.status_code, answer.headers["Location"]) == (303, "/pieces")


def token(gallery, **fields):
    page = gallery.get("/pieces").text
    return {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1], **fields}


class TestWords:
    @pytest.mark.parametrize(
        ("passed", "said"),
        [
            (timedelta(seconds=-5), "1 second ago"),
            (timedelta(minutes=5), "5 minutes ago"),
            (timedelta(hours=20), "20 hours ago"),
            (timedelta(days=5), "5 days ago"),
            (timedelta(days=40), "Nov 27, 2025"),
        ],
    )
    def test_time_ago(self, gallery_app, passed, said):
        now = datetime(2026, 1, 6, 12, tzinfo=UTC)
        with clock.frozen(now), gallery_app.test_request_context():
            gallery_app.preprocess_request()
            assert pages.time_ago(now - passed) == said

    def test_money(self, gallery_app):
        with gallery_app.test_request_context():
            gallery_app.preprocess_request()
            assert pages.money(12950, "EUR") == pages.money(Money(12950, "EUR")) == "€129.50"

    def test_next_page_keeps_the_question(self, gallery_app):
        with gallery_app.test_request_context("/closet?kind=owned&kind=wished&after=old"):
            assert pages.next_page("new") == "?kind=owned&kind=wished&after=new"

    def test_hidden_fields_are_escaped(self):
        assert pages.method('"><b>') == '<input type="hidden" name="_method" value="&#34;&gt;&lt;b&gt;">'


class TestFrame:
    def test_only_pages_that_exist_are_linked(self, gallery):
        page = gallery.get("/pieces").text
        assert 'href="/policy"' in page
        assert 'href="/terms"' not in page
        assert 'href="/about"' not in page

    def test_guests_get_no_token_and_no_cookie(self, gallery):
        answer = gallery.get("/pieces?guest")
        assert "csrf_token" not in answer.text.replace("confirm", "") or "Delete this look?" in answer.text
        assert 'id="act"' not in answer.text
        assert 'href="/login"' in answer.text

    def test_members_have_their_places(self, gallery):
        page = gallery.get("/pieces").text
        for address in ("/feed", "/discover", "/closet", "/@mei", "/notifications"):
            assert f'href="{address}"' in page
        assert page.count('id="act"') == 1

    @pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500, 503])
    def test_errors_have_a_page(self, gallery, status):
        answer = gallery.get(f"/wrong/{status}")
        assert answer.status_code == status
        assert answer.text.count("<h1") == 1
        assert "There is nothing here, or it isn&#39;t shared with you." in answer.text


class TestKeptFrames:
    """The frame is kept between requests, but never shown to somebody else or in another place."""

    def frame(self, gallery_app, part, path, who):
        with gallery_app.test_request_context(path):
            g.viewer = who
            return pages.frame(part)

    @pytest.fixture(autouse=True)
    def kept(self, gallery_app):
        gallery_app.extensions["clozette.frames"].clear()
        return gallery_app.extensions["clozette.frames"]

    def test_everybody_sees_their_own_name(self, gallery_app, kept):
        for handle, name in (("mei", "Mei Tan"), ("ayu", "<Ayu>"), ("mei", "Mei T.")):
            who = Viewer(member_id=1, handle=handle, display_name=name)
            shown = self.frame(gallery_app, "header", "/feed", who)
            assert f"<strong>{escape(name)}</strong>" in shown
            assert f'href="/@{handle}"' in shown
        assert "/login" in self.frame(gallery_app, "header", "/feed", GUEST)
        assert len(kept) == 4

    def test_the_place_is_marked(self, gallery_app):
        who = Viewer(member_id=1, handle="mei", display_name="Mei")
        marked = [
            re.findall(r'href="([^"]+)" aria-current="page"', self.frame(gallery_app, "tabbar", path, who))
            for path in ("/closet", "/closet", "/@mei", "/@ayu", "/items/x")
        ]
        assert marked == [["/closet"], ["/closet"], ["/@mei"], [], []]

    def test_staff_see_the_way_to_their_pages_only_with_the_second_factor(self, gallery_app):
        roles = frozenset({"admin"})
        plain = Viewer(member_id=1, handle="mei", display_name="Mei", roles=roles)
        proven = Viewer(member_id=1, handle="mei", display_name="Mei", roles=roles, has_second_factor=True)
        shown = [self.frame(gallery_app, "member_menu", "/feed", who) for who in (plain, proven)]
        assert [page.count('href="/admin"') for page in shown] == [0, 1]
