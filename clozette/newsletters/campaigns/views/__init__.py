"""Pages of writing: for marketing staff, and the public archive."""

from clozette.newsletters.campaigns.views import editing, going, pictures, previews, readers
from clozette.newsletters.campaigns.views.archive import archive_blueprint
from clozette.newsletters.campaigns.views.blueprint import blueprint

BLUEPRINTS = (blueprint, archive_blueprint)

__all__ = ["BLUEPRINTS", "editing", "going", "pictures", "previews", "readers"]
