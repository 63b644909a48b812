"""Reads the program's own source for the structure checks."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clozette.settings import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file, parsed."""

    path: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        """Return where a node stands, as an editor opens it."""
        return f"{self.path}:{getattr(node, 'lineno', 0)}"


@cache
def modules(folder: str = "clozette") -> tuple[Module, ...]:
    """Return every module under a folder of the project."""
    return tuple(
        Module(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


@cache
def nodes(module: Module) -> tuple[ast.AST, ...]:
    """Return everything in a module."""
    return tuple(ast.walk(module.tree))


def imports(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield every imported module's name, wherever the import stands."""
    for node in nodes(module):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node, name.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module


def functions(module: Module) -> Iterator[Function]:
    """Yield every function, nested ones too."""
    for node in nodes(module):
        if isinstance(node, Function):
            yield node


@cache
def calls(module: Module) -> tuple[tuple[ast.Call, str], ...]:
    """Return every call with what is called, as written (``db.session.commit``)."""
    return tuple((node, ast.unparse(node.func)) for node in nodes(module) if isinstance(node, ast.Call))


def templates() -> list[Path]:
    """Return every page and mail template."""
    return [path for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in {".html", ".txt"}]
