"""Development entry: ``flask run`` finds ``app`` here."""

from clozette import create_app

app = create_app()
