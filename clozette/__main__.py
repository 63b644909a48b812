"""``python -m clozette`` is the ``clozette`` command."""

from clozette.cli import main

main()
