"""What the second channel keeps is told in plain words."""

from clozette.kernel.personal import Personal
from clozette.newsletters.mailchimp.personal_data import MAILCHIMP
from clozette.rights.desk import words


def test_every_detail_and_phrase_has_plain_words() -> None:
    columns = {name: said for table in MAILCHIMP.values() for name, said in table.columns.items()}
    personal = {name: said for name, said in columns.items() if isinstance(said, Personal)}
    assert not set(personal) - set(words.DETAILS)
    said = {text for one in personal.values() for text in (one.retention, one.hidden_because) if text}
    assert not said - {str(phrase) for phrase in words.PHRASES}
