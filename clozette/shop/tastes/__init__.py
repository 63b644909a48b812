"""What members tell of their own accord about how they shop and who they are (CP7): asked after buying, never before.

It is kept while the member agrees to research, used as numbers about many and nothing else, and goes with that consent.
"""
