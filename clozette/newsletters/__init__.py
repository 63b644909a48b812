"""Newsletters: what people subscribe to, what is written and sent to them, and what comes back; text messages besides.

A *newsletter* is the series, a *campaign* one sending of it, a *contact* an address that somebody gave us, a
*subscription* how one contact stands to one newsletter, a *sending* one campaign to one contact. A *suppression* is an
address that gets no more marketing, whatever else happens to it.
"""
