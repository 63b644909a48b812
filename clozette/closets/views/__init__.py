"""Pages of the closet: the closet itself, adding an item, one item, its photos."""
