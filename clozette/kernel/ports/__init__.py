"""Promises to the outside world: a Protocol, the real thing, and an in-memory twin."""
