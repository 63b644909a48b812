"""Pictures in mails."""

from io import BytesIO

from PIL import Image
from sqlalchemy import orm

from clozette.kernel import clock, ids
from clozette.looks.models import LookPhoto
from clozette.media import services as media
from clozette.newsletters.campaigns import rendering
from clozette.newsletters.subscriptions.models import Newsletter
from tests.factories import photos
from tests.factories.accounts import make_member
from tests.factories.looks import make_look
from tests.factories.newsletters import make_campaign
from tests.support.client import Client


def test_a_look_in_a_mail_has_a_picture_that_every_mail_program_shows(
    client: Client, newsletter: Newsletter, db_session: orm.Session
) -> None:
    author = make_member("olivia")
    photo = media.add_photo(author.subject_id, photos.upload(photos.jpeg(900, 600)), clock.now())
    media.publish_photo(photo)
    look = make_look(author)
    for old in db_session.query(LookPhoto).filter_by(look_id=look.id):
        db_session.delete(old)
    db_session.flush()
    db_session.add(LookPhoto(look_id=look.id, photo_id=photo.id, position=0, alt="A coat"))
    db_session.flush()
    path = f"/newsletters/pictures/{photo.public_token}.jpg"
    made = rendering.render(make_campaign(newsletter, blocks=[{"kind": "look", "look": ids.encode(look.id)}]))
    assert f'src="https://localhost{path}" alt="A coat"' in made.html
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert Image.open(BytesIO(answer.data)).size == (640, 427)
    assert client.get(path).data == answer.data
    media.hide_photo(photo)
    assert client.get(path).status_code == 404
    assert client.get(f"/newsletters/pictures/{'0' * 32}.jpg").status_code == 404
