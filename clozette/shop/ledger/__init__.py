"""Whose money it is: moves from an account to another, none without its counterpart, none ever changed."""
