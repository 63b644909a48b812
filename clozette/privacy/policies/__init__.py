"""Policies and terms of use: immutable versions for each edition and language, named by the SHA-256 of their bytes.

A *version* is a text with the day from which it holds (``2026-11-22``). It is *announced* once everybody who must know
has been told, and holds from its day on, never before it was announced. A *change* says for one purpose whether a
version means more than the one before; only what is *material*, and rests on consent, is asked again.
"""

from clozette.privacy.policies.versions import PolicyVersion, find, here, in_force, text_of

__all__ = ["PolicyVersion", "find", "here", "in_force", "text_of"]
