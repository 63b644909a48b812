// Loaded on pages with a form.
