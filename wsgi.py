"""Production entry: any WSGI server finds ``application`` here."""

from clozette import create_app

application = create_app()
