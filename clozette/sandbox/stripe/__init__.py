"""A payment service to try things out with: the part of Stripe that this site speaks to. It moves no money.

``/v1`` and ``/v2`` are its API, ``/pay/<session>`` the page where a card is typed, ``/connect/<account>`` where a seller says
who they are, ``/stripe`` what it knows, with buttons for what banks do. ``POST /stripe/faults`` with ``{"next": ["429"]}``
spoils the next calls. Its webhooks go out signed, in the wrong order, and one of them twice: as they do in life.
"""
