"""The files of digital goods: what a seller puts beside a listing for a fee, kept privately, and fetched by who paid.

A *file* is never changed: another one takes its place, and who bought the one before keeps it.
"""
