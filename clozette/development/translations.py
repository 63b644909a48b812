"""Catalogues: read from the sources, checked for what is missing, compiled where they changed.

``python -m clozette.development.translations update|check|compile``
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from clozette.settings import ROOT

FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
_METHODS = [("clozette/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
_FOLDERS = frozenset({"clozette", "templates"})
_KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "lazy_ngettext": (1, 2)}
_NAMES = re.compile(r"%\((\w+)\)|\{(\w+)\}")


def main() -> None:
    """Do what the first argument says."""
    deed = {"update": update, "check": check, "compile": compile_changed}[sys.argv[1]]
    sys.exit("\n".join(deed()) or None)


def update() -> list[str]:
    """Write the template and bring every catalogue in line with it."""
    template = extract()
    FOLDER.mkdir(exist_ok=True)
    _write(TEMPLATE, template)
    for path in _catalogues():
        catalogue = _read(path)
        catalogue.update(template, no_fuzzy_matching=True)
        _write(path, catalogue)
    return []


def check() -> list[str]:
    """Return what is wrong: a template behind the sources, a message without its translation, a lost placeholder."""
    template = extract()
    faults = []
    if not TEMPLATE.exists() or _ids(_read(TEMPLATE)) != _ids(template):
        faults.append("translations/messages.pot is behind the sources; run: make translations")
    for path in _catalogues():
        faults += [f"{path.parent.parent.name}: {fault}" for fault in _faults(_read(path), template)]
    return faults


def compile_changed() -> list[str]:
    """Compile the catalogues that changed since they were compiled."""
    for path in _catalogues():
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            with compiled.open("wb") as file:
                write_mo(file, _read(path))
    return []


def extract() -> Catalog:
    """Read every marked text of the sources."""
    found = Catalog(project="clozette", charset="utf-8")
    texts = extract_from_dir(
        str(ROOT),
        _METHODS,
        keywords=_KEYWORDS,
        comment_tags=("i18n:",),
        strip_comment_tags=True,
        directory_filter=_holds_texts,
    )
    for name, line, text, comments, context in texts:
        found.add(text, None, [(name, line)], auto_comments=comments, context=context)
    return found


def _holds_texts(folder: str | os.PathLike[str]) -> bool:
    parts = Path(folder).relative_to(ROOT).parts
    return parts[0] in _FOLDERS and parts[:2] != ("clozette", "sandbox")


def _faults(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    translated = {message.id: message for message in catalogue if message.id and any(_texts(message.string))}
    for wanted in template:
        if not wanted.id:
            continue
        message = translated.get(wanted.id)
        if message is None or message.fuzzy:
            yield f"not translated: {_texts(wanted.id)[0]}"
        elif any(_placeholders(text) - _placeholders(_texts(wanted.id)[-1]) for text in _texts(message.string)):
            yield f"an unknown placeholder: {_texts(wanted.id)[0]}"


def _placeholders(text: str) -> set[str]:
    return {first or second for first, second in _NAMES.findall(text)}


def _texts(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _ids(catalogue: Catalog) -> set[object]:
    return {(message.context, _key(message)) for message in catalogue if message.id}


def _key(message: Message) -> tuple[str, ...]:
    return tuple(_texts(message.id))


def _catalogues() -> list[Path]:
    return sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _write(path: Path, catalogue: Catalog) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, sort_by_file=True, omit_header=False, include_lineno=False, width=110)


if __name__ == "__main__":
    main()
