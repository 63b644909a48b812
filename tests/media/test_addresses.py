"""Who gets a photo's bytes, and how long they may be kept."""

import itertools
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask import Flask

from clozette.kernel import ids, tasks
from clozette.kernel.database import db
from clozette.media import addresses, files, services
from clozette.media.models import Photo
from clozette.settings import Settings
from tests.factories import photos

Add = Callable[..., Photo]


@pytest.fixture
def photo(add: Add) -> Photo:
    made = add(photos.encoded(photos.quarters(1300, 900)))
    db.session.commit()
    return made


@pytest.fixture
def public(photo: Photo) -> Photo:
    services.publish_photo(photo)
    db.session.commit()
    return photo


def test_a_public_photo_is_cacheable_for_ever(client: Any, public: Photo) -> None:
    answer = client.get(addresses.photo_src(public, 640))
    assert answer.status_code == 200
    assert answer.data == files.variant(public.folder, 640, "webp")
    headers = answer.headers
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Type"] == "image/webp"
    assert headers["Content-Disposition"] == 'inline; filename="photo-640.webp"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert (
        "sandbox" in headers["Content-Security-Policy"] and "default-src 'none'" in headers["Content-Security-Policy"]
    )
    assert headers.getlist("Content-Security-Policy") == [headers["Content-Security-Policy"]]
    assert "Set-Cookie" not in headers
    assert "Cookie" not in headers.get("Vary", "")


def test_a_public_address_says_nothing_about_the_photo_s_id(public: Photo) -> None:
    assert ids.encode(public.id) not in addresses.photo_src(public, 640)


def test_head_asks_without_the_bytes(client: Any, public: Photo) -> None:
    answer = client.head(addresses.photo_src(public, 320))
    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/media/{token}/641.webp", "/media/{token}/0.webp", "/media/{token}/640.jpg", "/media/{token}/640.svg",
        "/media/{token}/original.jpg", "/media/{token}/../original.jpg", "/media/{token}/99999999999999999999.webp",
        "/media/" + "0" * 32 + "/640.webp", "/media/{token}", "/media/", "/media/private/{id}/640.webp",
        "/media/private/{id}/640.webp?until=99999999999&sig=", "/media/private/{id}/640.webp?until=&sig=",
    ],
)  # fmt: skip
def test_anything_else_is_404(client: Any, public: Photo, path: str) -> None:
    assert client.get(path.format(token=public.public_token, id=ids.encode(public.id))).status_code == 404


def test_hiding_kills_the_public_address(client: Any, public: Photo) -> None:
    where = addresses.photo_src(public, 640)
    services.hide_photo(public)
    assert client.get(where).status_code == 404
    services.publish_photo(public)
    assert client.get(where).status_code == 404
    assert client.get(addresses.photo_src(public, 640)).status_code == 200


def test_a_width_that_is_not_ready_is_answered_by_the_nearest_for_a_minute(client: Any, public: Photo) -> None:
    for width, stands_in in ((1080, 640), (160, 320)):
        answer = client.get(f"/media/{public.public_token}/{width}.webp")
        assert answer.data == files.variant(public.folder, stands_in, "webp")
        assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert client.get(f"/media/{public.public_token}/1080.avif").headers["Content-Type"] == "image/webp"


def test_avif_is_served_as_such(app: Flask, client: Any, public: Photo) -> None:
    tasks.drain(app)
    answer = client.get(f"/media/{public.public_token}/1080.avif")
    assert answer.headers["Content-Type"] == "image/avif"
    assert answer.headers["Cache-Control"].endswith("immutable")
    assert answer.data[4:12] == b"ftypavif"


def test_a_file_that_is_lost_is_404(client: Any, public: Photo) -> None:
    files.remove(public.folder)
    assert client.get(addresses.photo_src(public, 640)).status_code == 404


# --- private ---


def test_a_private_photo_is_shown_to_who_has_a_signed_address(client: Any, photo: Photo, stopped_clock: Any) -> None:
    where = addresses.photo_src(photo, 640)
    assert where.startswith(f"/media/private/{ids.encode(photo.id)}/640.webp?until=")
    answer = client.get(where)
    assert answer.data == files.variant(photo.folder, 640, "webp")
    cache = answer.headers["Cache-Control"]
    assert cache.startswith("private, max-age=") and "public" not in cache
    assert 3600 <= int(cache.split("max-age=")[1].split(",")[0]) <= 7200
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_it_expires(client: Any, photo: Photo, stopped_clock: Any) -> None:
    where = addresses.photo_src(photo, 640)
    stopped_clock.forward(minutes=59)
    assert client.get(where).status_code == 200
    stopped_clock.forward(minutes=61)
    assert client.get(where).status_code == 404


def test_pages_within_an_hour_name_the_same_address(photo: Photo, stopped_clock: Any) -> None:
    stopped_clock.stop(stopped_clock.stop().replace(minute=1))
    first = addresses.photo_src(photo, 640)
    stopped_clock.forward(minutes=58)
    assert addresses.photo_src(photo, 640) == first
    stopped_clock.forward(minutes=2)
    assert addresses.photo_src(photo, 640) != first


def test_a_signature_is_for_one_photo_one_width_one_moment(client: Any, add: Add, photo: Photo) -> None:
    other = add(photos.encoded(photos.shirt()))
    db.session.commit()
    parts = urlsplit(addresses.photo_src(photo, 640))
    until, signature = (parse_qs(parts.query)[name][0] for name in ("until", "sig"))
    good = f"/media/private/{ids.encode(photo.id)}/640.webp?until={until}&sig={signature}"
    assert client.get(good).status_code == 200
    for bad in (
        good.replace("/640.webp", "/320.webp"),
        good.replace("/640.webp", "/640.avif"),
        good.replace(ids.encode(photo.id), ids.encode(other.id)),
        good.replace(f"until={until}", f"until={int(until) + 1}"),
        good.replace(f"until={until}", f"until={until}0"),
        good[:-1],
        good + "A",
        good.replace("sig=", "sig=x"),
    ):
        assert client.get(bad).status_code == 404, bad


NONSENSE_SIGNATURES = ("é" * 24, "\u0000" * 24, "\udcff", "😀", "a" * 20_000, "", "=" * 24)
NONSENSE_MOMENTS = ("99999999999", "²", "-1", "1e9", "9" * 400, "٣", "", "0x10")


def test_nonsense_is_404_never_500(client: Any, photo: Photo) -> None:
    path = f"/media/private/{ids.encode(photo.id)}/640.webp"
    for until, signature in itertools.product(NONSENSE_MOMENTS, NONSENSE_SIGNATURES):
        query = f"until={quote(until)}&sig={quote(signature, errors='surrogateescape')}"
        status = client.get(f"{path}?{query}").status_code
        # Undecodable bytes and control characters are refused at the door.
        assert status == 404 or (status == 400 and signature in ("\u0000" * 24, "\udcff")), query
    for until, signature in itertools.product(NONSENSE_MOMENTS, NONSENSE_SIGNATURES):
        assert addresses.seconds_left(photo.id, 640, "webp", until, signature) == 0


def test_the_first_key_signs_and_all_verify(
    app: Flask, client: Any, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_keys(*keys: str) -> None:
        monkeypatch.setitem(app.extensions, "clozette.settings", Settings(secret_keys=keys, media_url=before.media_url))

    before: Settings = app.extensions["clozette.settings"]
    old = addresses.photo_src(photo, 640)
    with_keys("n" * 40, *before.secret_keys)
    assert client.get(old).status_code == 200
    new = addresses.photo_src(photo, 640)
    assert new != old
    assert client.get(new).status_code == 200
    with_keys("n" * 40)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_the_key_is_not_the_session_s_own(app: Flask) -> None:
    secret = app.extensions["clozette.settings"].secret_keys
    assert secret[0].encode() not in addresses._derived(secret)


# --- srcset ---


def test_srcset_names_what_is_ready_with_its_real_width(app: Flask, public: Photo) -> None:
    token = public.public_token
    assert addresses.photo_srcset(public) == f"/media/{token}/320.webp 320w, /media/{token}/640.webp 640w"
    assert addresses.photo_avif_srcset(public) == ""
    tasks.drain(app)
    db.session.refresh(public)
    assert addresses.photo_srcset(public).endswith(f"/media/{token}/1080.webp 1080w, /media/{token}/1600.webp 1300w")
    assert addresses.photo_avif_srcset(public).endswith(
        f"/media/{token}/1080.avif 1080w, /media/{token}/1600.avif 1300w"
    )
    assert f"{token}/640.webp 640w" in addresses.photo_avif_srcset(public)
    assert addresses.photo_src(public, 700) == f"/media/{token}/1080.webp"


def test_the_macro(app: Flask, client: Any, public: Photo) -> None:
    tasks.drain(app)
    db.session.refresh(public)
    template = '{% from "media/_photo.html" import photo_img %}{{ photo_img(photo, alt, "50vw", eager=eager) }}'
    made = app.jinja_env.from_string(template).render(photo=public, alt='A "<b>', eager=False)
    assert 'alt="A &#34;&lt;b&gt;"' in made
    assert 'width="1300" height="900"' in made
    assert 'loading="lazy"' in made and "fetchpriority" not in made
    assert "data:image/webp;base64," in made
    assert "style=" not in made
    assert 'type="image/avif"' in made
    eager = app.jinja_env.from_string(template).render(photo=public, alt="", eager=True)
    assert "lazy" not in eager and 'fetchpriority="high"' in eager
