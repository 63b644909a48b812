"""Staff pages. A *record* is what the site keeps about one member; looking at it needs a reason and is written down."""
