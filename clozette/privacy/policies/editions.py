"""Editions: the countries' sites that the policies are written for."""

from dataclasses import dataclass

from clozette.kernel import context
from clozette.settings import Settings

KINDS = ("policy", "terms")


@dataclass(frozen=True)
class Edition:
    """One country's site.

    :param code: how addresses of versions write it.
    :param languages: what its texts are written in, the one to fall back to first.
    """

    name: str
    code: str
    languages: tuple[str, ...]


EDITIONS = {
    "clozette.co": Edition("clozette.co", "co", ("en", "id")),
    "clozette.co.id": Edition("clozette.co.id", "co-id", ("id", "en")),
}
BY_CODE = {edition.code: edition for edition in EDITIONS.values()}
LANGUAGE_NAMES = {"en": "English", "id": "Bahasa Indonesia"}


def edition_here() -> str:
    """Return the edition that this site is: the Indonesian one under an Indonesian name, else the international one."""
    settings: Settings = context.app().extensions["clozette.settings"]
    return "clozette.co.id" if settings.host.split(":")[0].endswith(".id") else "clozette.co"
