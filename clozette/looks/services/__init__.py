"""Deeds on looks, by ability: drafts, photos and hotspots, publication, loves, comments. They flush and never commit."""
