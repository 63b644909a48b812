"""Erasure: asked for, hidden at once, for a fortnight undone by one click, then carried out from the rooms' declarations.

It goes in steps; each is one transaction that also notes it as done, so that a crash at any moment leaves nothing half
done and the next run goes on. What a right or the law makes us keep moves to the *restricted store* with its end date.
"""
