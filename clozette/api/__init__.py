"""The JSON API as a whole: one OpenAPI description of every room's JSON blueprint, and a page to browse it.

The views themselves live in the rooms (``<room>/api.py``); this room only gathers them. Words: an *operation* is one
method of one address; a *scope* is what a token must be allowed for it.
"""
