"""Subscribers from a file, with the evidence of their consent: looked at first, taken then, each row at most once."""
