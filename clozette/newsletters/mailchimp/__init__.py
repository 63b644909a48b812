"""Mailchimp as a second channel: what it knows follows what we know. Everything works without it.

A contact that Mailchimp knows, or should, has a *remote* row: it counts how often something changed that Mailchimp must
hear of (``asked``), in the transaction of the change, and up to which of these it was told (``done``). Telling looks at
how things stand then, not at what happened, so that it may come late, twice or out of order. Whoever left on either side
has left. ``TalkAsked`` says that somebody has to be told of something.
"""
