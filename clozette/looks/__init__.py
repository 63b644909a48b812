"""Looks: outfits that members publish, and the finding of them.

A *look* is one to six photos with a caption, on which *hotspots* tag items of closets. It starts as a draft; its
*publication* is a dated act that can be undone. Members *love* looks and comment on them. ``looks_authors`` keeps one
row per author with their newest publication, which the feed runs on. Events: ``LookPublished``, ``LookHidden``,
``LookLoved``, ``CommentMade``.
"""
