"""The picture block: taken in by the media room, shown with words, and gone when no campaign has it."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import FileStorage

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.images import CleanPhoto
from clozette.kernel.ports.storage import StorageError
from clozette.kernel.tasks import drain
from clozette.media import intake
from clozette.media.models import Photo
from clozette.newsletters.campaigns import checks, rendering, services
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.pictures import mailed, tasks
from clozette.newsletters.campaigns.pictures import services as pictures
from clozette.newsletters.campaigns.pictures.models import Holding, Picture
from clozette.newsletters.campaigns.rendering import BadCampaign
from clozette.newsletters.subscriptions.models import Newsletter
from tests.factories import photos
from tests.factories.newsletters import make_campaign
from tests.support import lines
from tests.support.client import Client

ALT = "A red coat on a hook"


def path_of(campaign: Campaign, more: str = "") -> str:
    return f"/marketing/campaigns/{ids.encode(campaign.id)}{more}"


def form_of(campaign: Campaign, **more: Any) -> dict[str, Any]:
    """Return the editor's form of a mail with one picture."""
    return {
        "title": "Coats",
        "subject_line": "Coats",
        "version": campaign.version,
        "b0_kind": "picture",
        "b0_alt": ALT,
        "do": "save",
        **more,
    }


def file_of(data: bytes, name: str = "coat.jpg") -> tuple[BytesIO, str]:
    return BytesIO(data), name


def block_of(picture: Picture, **more: str) -> dict[str, str]:
    return {"kind": "picture", "picture": ids.encode(picture.id), "alt": ALT, "address": "", **more}


def taken_in(width: int = 900, height: int = 600) -> Picture:
    return pictures.take_in(FileStorage(BytesIO(photos.jpeg(width, height)), "coat.jpg"), clock.now())


def count(session: orm.Session) -> tuple[int, int, int]:
    """Return how many pictures, photos and holdings there are."""
    tables = (Picture, Photo, Holding)
    found = [session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in tables]
    return found[0], found[1], found[2]


def content_of(*blocks: dict[str, str]) -> services.Content:
    return services.Content("Coats", "Coats", "", blocks)


def test_a_picture_is_uploaded_and_shown(client: Client, editor: object, newsletter: Newsletter) -> None:
    campaign = make_campaign(newsletter)
    file = file_of(photos.jpeg(900, 600))
    assert client.post(path_of(campaign), data=form_of(campaign, b0_picture_file=file)).status_code == 303
    (block,) = campaign.blocks
    assert block["alt"] == ALT and block["picture"]
    html = rendering.render(campaign).html
    found = re.search(rf'<img[^>]* src="https://localhost(/newsletters/pictures/\w{{32}}\.jpg)" alt="{ALT}"', html)
    assert found and 'width="536" height="357"' in html and "max-width:536px" in html
    answer = client.get(found.group(1))
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    page = client.get(path_of(campaign)).text
    assert f'name="b0_picture" value="{block["picture"]}"' in page and "block__picture" in page


def test_uploading_saves_nothing_and_forgets_nothing(
    client: Client, editor: object, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = make_campaign(newsletter)
    before = list(campaign.blocks)
    file = file_of(photos.jpeg(300, 200))
    page = client.post(path_of(campaign), data=form_of(campaign, b0_picture_file=file, b0_alt="", do="upload:0"))
    assert page.status_code == 200 and campaign.blocks == before
    picture = db_session.scalars(sa.select(Picture)).one()
    assert f'name="b0_picture" value="{ids.encode(picture.id)}"' in page.text
    refused = client.post(path_of(campaign), data=form_of(campaign, b0_alt="", b0_picture=ids.encode(picture.id)))
    assert refused.status_code == 422 and f'value="{ids.encode(picture.id)}"' in refused.text


def test_a_picture_stays_although_its_form_is_refused(
    client: Client, editor: object, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = make_campaign(newsletter)
    form = form_of(campaign, b0_picture_file=file_of(photos.jpeg(300, 200)), version=7)
    page = client.post(path_of(campaign), data=form)
    picture = db_session.scalars(sa.select(Picture)).one()
    assert page.status_code == 409 and f'value="{ids.encode(picture.id)}"' in page.text
    assert campaign.version == 1 and count(db_session) == (1, 1, 0)


def test_no_transaction_is_open_while_a_picture_is_decoded(
    app: Flask,
    client: Client,
    editor: object,
    newsletter: Newsletter,
    db_session: orm.Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On SQLite it would keep everybody else from writing."""
    held, read = [], intake.read_photo

    def watched(stream: Any) -> CleanPhoto:
        held.append(lines.held(app))
        return read(stream)

    monkeypatch.setattr(intake, "read_photo", watched)
    campaign = make_campaign(newsletter)
    blocks = {f"b{number}_kind": "picture" for number in range(8)} | {f"b{number}_alt": ALT for number in range(8)}
    files = {f"b{number}_picture_file": file_of(photos.jpeg(300 + number, 200)) for number in range(8)}
    path, form = path_of(campaign), form_of(campaign, **blocks, **files)
    db_session.commit()
    assert client.post(path, data=form).status_code == 303
    assert held == [[0, 0]] * 8


@pytest.mark.parametrize(
    ("data", "words"), [(b"<svg onload=alert(1)>", "photo"), (b"GIF89a", "photo"), (b"\xff" * (25 * 2**20 + 1), "MB")]
)
def test_what_is_no_picture_is_refused_in_words(
    client: Client, editor: object, newsletter: Newsletter, db_session: orm.Session, data: bytes, words: str
) -> None:
    campaign = make_campaign(newsletter)
    page = client.post(path_of(campaign), data=form_of(campaign, b0_picture_file=file_of(data)))
    assert page.status_code == 422
    assert words in " ".join(re.findall(r'class="field__error"[^>]*>(.*?)</p>', page.text, re.DOTALL))
    assert count(db_session) == (0, 0, 0)


def test_a_picture_needs_words_and_a_good_link(newsletter: Newsletter, db_session: orm.Session) -> None:
    picture = taken_in(300, 200)
    campaign = make_campaign(newsletter, blocks=[block_of(picture, alt=" ", address="javascript:alert(1)")])
    with pytest.raises(BadCampaign) as bad:
        rendering.render(campaign)
    assert len(bad.value.faults) == 2 and {one.block for one in bad.value.faults} == {0}
    campaign.blocks = [{**block_of(picture), "picture": "zzz"}]
    with pytest.raises(BadCampaign, match="Choose a picture"):
        rendering.render(campaign)


def test_the_words_stand_in_the_text_with_the_link(newsletter: Newsletter, db_session: orm.Session) -> None:
    block = block_of(taken_in(300, 200), alt='Coats "&" <hats>', address="/looks")
    made = rendering.render(make_campaign(newsletter, blocks=[block]))
    assert 'Coats "&" <hats>: https://localhost/looks' in made.text
    assert 'alt="Coats &#34;&amp;&#34; &lt;hats&gt;"' in made.html and 'width="300" height="200"' in made.html
    assert re.search(r'<a class="c-ink" href="https://localhost/looks"[^>]*>\s*<img', made.html)


def test_the_archive_shows_it_as_the_site_does(client: Client, newsletter: Newsletter, db_session: orm.Session) -> None:
    newsletter.has_archive = True
    picture = taken_in()
    sent = {"state": "finished", "started_at": clock.now(), "archived_at": clock.now()}
    campaign = make_campaign(newsletter, blocks=[block_of(picture)], **sent)
    page = client.get(f"/newsletters/{newsletter.slug}/archive/{ids.encode(campaign.id)}")
    assert page.status_code == 200
    assert re.search(rf'src="/media/{picture.photo.public_token}/640.webp" srcset="[^"]+"[^>]*alt="{ALT}"', page.text)


@pytest.mark.parametrize("page", ["archive", "archive.atom", "editor"])
def test_many_pictures_take_no_more_queries_than_one(
    client: Client,
    editor: object,
    newsletter: Newsletter,
    db_session: orm.Session,
    query_counter: Callable[[], Any],
    page: str,
) -> None:
    newsletter.has_archive = True
    sent = {"state": "draft"} if page == "editor" else {"state": "finished", "archived_at": clock.now()}
    campaign = make_campaign(newsletter, blocks=[block_of(taken_in())], **sent)
    path = path_of(campaign) if page == "editor" else f"/newsletters/{newsletter.slug}/{page}"
    path += f"/{ids.encode(campaign.id)}" if page == "archive" else ""
    numbers, campaign_id = [], campaign.id
    for more in (0, 0, 5):
        campaign = db_session.get_one(Campaign, campaign_id)
        campaign.blocks = [*campaign.blocks, *(block_of(taken_in(300 + one, 200)) for one in range(more))]
        db_session.commit()
        db_session.expunge_all()
        with query_counter() as statements:
            assert client.get(path).text.count("/media/") >= 1 + more
        numbers.append(len(statements))
    assert numbers[1] == numbers[2]


def test_nothing_is_left_of_a_draft_that_is_thrown_away(
    client: Client, editor: object, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign, picture = make_campaign(newsletter), taken_in()
    address = f"/newsletters/pictures/{picture.photo.public_token}.jpg"
    services.save(campaign, content_of(block_of(picture)), version=1)
    copy = services.copy(campaign, by_id=None, now=clock.now())
    db_session.commit()
    assert count(db_session) == (1, 1, 2)
    assert client.delete(path_of(campaign)).status_code == 303
    assert count(db_session) == (1, 1, 1) and client.get(address).status_code == 200
    assert client.delete(path_of(copy)).status_code == 303
    assert count(db_session) == (0, 0, 0) and client.get(address).status_code == 404


def test_a_picture_that_is_exchanged_goes(newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign, old, new = make_campaign(newsletter), taken_in(), taken_in(300, 200)
    services.save(campaign, content_of(block_of(old), block_of(old)), version=1)
    services.save(campaign, content_of(block_of(new)), version=2)
    assert db_session.scalars(sa.select(Picture.id)).all() == [new.id] and count(db_session) == (1, 1, 1)
    with pytest.raises(BadCampaign):
        services.save(campaign, content_of({**block_of(new), "picture": ids.encode(old.id)}), version=3)
    assert campaign.version == 3 and count(db_session) == (1, 1, 1)


def test_a_picture_that_goes_while_a_form_is_saved_undoes_it(
    newsletter: Newsletter, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, picture = make_campaign(newsletter), taken_in()
    monkeypatch.setattr(services, "check", lambda *_: pictures.sweep(clock.now() + timedelta(days=2)))
    with pytest.raises(BadCampaign, match="not there any more"):
        services.save(campaign, content_of(block_of(picture)), version=1)
    db_session.expire_all()
    assert campaign.version == 1 and count(db_session) == (0, 0, 0)


@pytest.mark.engines("postgresql")
def test_two_that_exchange_pictures_do_not_wait_for_each_other(
    app: Flask, newsletter: Newsletter, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (make_campaign(newsletter).id for _ in range(2))
    here, there = (block_of(taken_in(300, 200)) for _ in range(2))
    for campaign_id in (first, second):
        pictures.hold(campaign_id, [here, there])
    db_session.commit()
    meet, let_go, faults = threading.Barrier(2), pictures.let_go, []

    def slowly(campaign_id: int, picture_ids: set[int]) -> None:
        with suppress(threading.BrokenBarrierError):
            meet.wait(0.3)
        let_go(campaign_id, picture_ids)

    def hold(campaign_id: int, block: dict[str, str]) -> None:
        with app.app_context():
            try:
                assert pictures.hold(campaign_id, [block])
                db.session.commit()
            except OperationalError as error:
                faults.append(error)

    monkeypatch.setattr(pictures, "let_go", slowly)
    threads = [threading.Thread(target=hold, args=pair) for pair in ((first, here), (second, there))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and count(db_session) == (2, 2, 2)


def test_what_nobody_saved_goes_after_a_day(
    newsletter: Newsletter, db_session: orm.Session, stopped_clock: object
) -> None:
    campaign, kept, _lost = make_campaign(newsletter), taken_in(), taken_in(300, 200)
    services.save(campaign, content_of(block_of(kept)), version=1)
    tasks.sweep_pictures()
    assert count(db_session) == (2, 2, 1)
    stopped_clock.forward(hours=25)  # type: ignore[attr-defined]
    for _ in range(2):
        tasks.sweep_pictures()
    assert db_session.scalars(sa.select(Picture.id)).all() == [kept.id] and count(db_session) == (1, 1, 1)


def test_few_are_locked_at_once_as_they_go(
    app: Flask, newsletter: Newsletter, db_session: orm.Session, stopped_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, kept, *lost = make_campaign(newsletter), *(taken_in(300 + one, 200) for one in range(6))
    services.save(campaign, content_of(block_of(kept)), version=1)
    locked, lock, number = [], pictures._locked, len(lost)

    def noted(picture_ids: Any) -> set[int]:
        locked.append(len(picture_ids))
        return lock(picture_ids)

    monkeypatch.setattr(pictures, "AT_ONCE", 2)
    monkeypatch.setattr(pictures, "_locked", noted)
    stopped_clock.forward(hours=25)  # type: ignore[attr-defined]
    tasks.sweep_pictures()
    drain(app)
    assert number == 5 and locked == [2, 2, 1]
    assert db_session.scalars(sa.select(Picture.id)).all() == [kept.id] and count(db_session) == (1, 1, 1)


def test_a_heavy_picture_is_told(
    newsletter: Newsletter, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = make_campaign(newsletter, blocks=[block_of(taken_in(300, 200))])
    assert not [one for one in checks.findings(campaign) if ALT in one.what]
    monkeypatch.setattr(mailed, "size", lambda _photo: 300 * 1024)
    assert [one.level for one in checks.findings(campaign) if "300 kB" in one.what and ALT in one.what] == ["amber"]


def test_files_that_cannot_be_read_stop_nothing(
    newsletter: Newsletter, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, asked = make_campaign(newsletter, blocks=[block_of(taken_in(300, 200))]), []

    def away(*key: object) -> bytes:
        asked.append(key)
        raise StorageError

    monkeypatch.setattr(mailed.files, "variant", away)
    assert not [one for one in checks.findings(campaign) if ALT in one.what] and len(asked) == 1
    services.start_now(campaign, clock.now())
    assert campaign.state == "queueing" and len(asked) == 1  # nor does a start hold its locks while a store is asked


def test_a_picture_is_nobodys(newsletter: Newsletter, db_session: orm.Session) -> None:
    assert taken_in().photo.subject_id is None
