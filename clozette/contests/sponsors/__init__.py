"""Sponsors, what they are given, and how they get it."""
