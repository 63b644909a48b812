"""Pages of the desk: my privacy, the one-time code, what is kept."""

from clozette.rights.desk.views import code, index
from clozette.rights.desk.views.blueprint import blueprint

__all__ = ["blueprint", "code", "index"]
