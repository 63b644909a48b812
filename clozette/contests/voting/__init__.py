"""The public vote of a contest: who may vote, each vote once, a ledger in which everybody finds their own, and no total before it is frozen.

A **voter** is a member in one contest, with a code that nobody else knows; a **receipt** is the keyed digest of an entry's
number by that code. A vote is never deleted: it is **taken back** by who gave it, or **set aside** with a public reason.
"""
