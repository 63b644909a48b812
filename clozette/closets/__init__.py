"""Closets: what members have, and what they wish for.

An *item* is a garment or accessory in a member's closet, ``owned`` or ``wished``, with one to six photos. It is private
until its owner *publicises* it, a dated act that can be undone; publicised, it may be opened to *styling* by others.
An item is *available*, *in the wash*, *at repair* or *lent*, and may be *archived* with a reason. An *upload* is a photo
that a member sent with a form and that belongs to no item yet. Events: ``ItemAdded``, ``ItemChanged``,
``ItemPublicised``, ``ItemHidden``, ``ItemRemoved``.
"""
