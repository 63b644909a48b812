"""Exports: everything that is kept about one person, in one ZIP, made from what the rooms declare.

An *export* is asked for, made by a task from one snapshot of the database, kept encrypted for a week, fetched a few times
at most, and removed. ``exporter`` writes the archive, ``vault`` keeps it, ``restore`` reads one into an empty site.
"""
