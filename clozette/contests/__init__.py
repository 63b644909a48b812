"""Contests, surveys and promotions, with their sponsors, and the badges and points that they bring."""
