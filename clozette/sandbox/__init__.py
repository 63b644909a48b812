"""The outside world of a development machine: a mail server with a mailbox page, and an inbox for text messages.

A process of its own that knows nothing of the rooms; production refuses to use it.
"""
