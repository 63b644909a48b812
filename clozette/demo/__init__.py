"""The demo community: garments drawn by our own code (or photographs from a folder), members, looks, a year of life.

``drawings`` and ``fabrics`` make pictures; ``people`` makes names and words; ``community`` tells the story through the
rooms' own services.
"""
