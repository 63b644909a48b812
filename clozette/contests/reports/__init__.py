"""What marketing sees of all contests at a glance: entries and votes by the day, from where, and what was handed over."""
