"""Pages of the desk: my privacy, the one-time code, what is kept, requests, contact, and the record of processing."""

from clozette.rights.desk.views import code, contact, index, processing, requests
from clozette.rights.desk.views.blueprint import blueprint

__all__ = ["blueprint", "code", "contact", "index", "processing", "requests"]
