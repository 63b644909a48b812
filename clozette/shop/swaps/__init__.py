"""Swaps of two, three or four members: a ring of purchases that cancel out if every parcel arrives.

Each pays what they receive as a *deposit*. If all parcels arrive, all deposits go back; if one does not, whoever missed it
has their money back, and what did arrive counts as sold for its deposit. A *leg* is one parcel of the ring.
"""
