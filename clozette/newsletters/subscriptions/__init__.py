"""Newsletters, contacts, and how they stand to each other: asking, confirming, leaving, suppression."""
