"""What we leave in people's browsers, and what their browsers tell us: the list of cookies, Global Privacy Control, and the
addresses under ``/.well-known/`` where programs look.
"""
