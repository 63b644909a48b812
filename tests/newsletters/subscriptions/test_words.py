"""What subscriptions keep is told in plain words."""

from clozette.kernel.personal import Personal
from clozette.newsletters.subscriptions.personal_data import SUBSCRIPTIONS
from clozette.rights.desk import words


def test_every_detail_and_phrase_has_plain_words() -> None:
    columns = {
        name: said
        for table in SUBSCRIPTIONS.values()
        for name, said in table.columns.items()
        if isinstance(said, Personal)
    }
    assert not set(columns) - set(words.DETAILS)
    marked = {str(phrase) for phrase in words.PHRASES}
    said = {text for one in columns.values() for text in (one.retention, one.hidden_because, one.kept_because) if text}
    assert not said - marked
