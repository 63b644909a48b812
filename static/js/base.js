// Loaded on every page, needed by none.
