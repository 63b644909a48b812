"""Photos of members: taken in, cleaned, kept in several widths, shown by addresses, and removed for good.

A *photo* is a row and a folder of files; what was sent is never kept, only what ``kernel.images`` made of it. A photo is
private until it is *published*: until then its addresses are signed and expire, afterwards they carry a public token and
may be kept by anyone for ever. *Hiding* it takes the token away; publishing it again gives a new one. Which photo belongs
to what, and who may see it, is for the rooms above to know. Events: ``PhotoAdded``, ``PhotoRemoved``.
"""
