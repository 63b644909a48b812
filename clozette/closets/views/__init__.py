"""Pages of the closet: the closet itself, adding an item, one item, its photos."""

from clozette.closets.views import adding, closet, items, photos

BLUEPRINTS = (closet.blueprint, adding.blueprint, items.blueprint, photos.blueprint)
