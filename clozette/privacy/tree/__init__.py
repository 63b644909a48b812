"""The tamper-evident tree: every entry of the ledgers is a leaf, chained and hashed as RFC 6962 says, its heads signed.

A *leaf* is the bytes that an entry commits to; a *position* its number in the tree, given by the one sequencer; a *head*
the signed root of the tree at a size, published outside of the database; a *proof* shows that a leaf is under a head
(inclusion) or that one head grew from another (consistency). The hashed bytes hold no personal data in clear.
"""
