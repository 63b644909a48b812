"""Writing: blocks, templates, merge tags, segments, schedules, the archive."""
