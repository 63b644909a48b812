"""Nothing stands in the program that nothing of it uses: what tests alone call is no promise, and misleads who reads."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house import source
from tests.house.source import Module

_TWIN = "the twin of a real service"
_AFRESH = "each test begins as a new process does"
_WAY = "a way through the one door, for rooms to come"
_PROOF = "how others check what we prove; the proofs of this program are held against it"
EXCEPTIONS = {
    "clozette.kernel.ports.couriers.Courier": _WAY,
    "clozette.kernel.ports.couriers.Drop": _WAY,
    "clozette.kernel.ports.couriers.Memory": _TWIN,
    "clozette.kernel.ports.mailing_list.Memory": _TWIN,
    "clozette.looks.discovery.forget": _AFRESH,
    "clozette.newsletters.reports.rules.MACHINES": "the words of a column; every answer is held against them",
    "clozette.newsletters.sending.senders.forget_me": _AFRESH,
    "clozette.privacy.tree.merkle.is_consistent": _PROOF,
    "clozette.rights.desk.words.PHRASES": "marked for translation here, looked up by their words",
}
_MARKS_ONLY = {"cache", "contextmanager", "dataclass"}
"""Decorators that hand what they decorate to nobody; any other (a route, a task, a command) makes it known."""
_IN_TEMPLATE = re.compile(r"\b(\w+)\.(\w+)")


def dotted(module: Module) -> str:
    """Return a module's name as imports write it."""
    return module.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def defined(module: Module) -> Iterator[str]:
    """Yield the functions, classes and constants at the top of a module that somebody has to name to use them."""
    for node in module.tree.body:
        if isinstance(node, source.Function | ast.ClassDef):
            if all(ast.unparse(one).partition("(")[0].split(".")[-1] in _MARKS_ONLY for one in node.decorator_list):
                yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (one.id for one in targets if isinstance(one, ast.Name))


def used(module: Module, known: set[str]) -> Iterator[str]:
    """Yield the dotted names that a module uses, its own and those of modules that it imports."""
    aliases: dict[str, str] = {}
    for node in source.nodes(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                aliases[one.asname or one.name] = f"{node.module}.{one.name}"
                yield f"{node.module}.{one.name}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield f"{dotted(module)}.{node.id}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield f"{dotted(module)}.{node.value}"  # an annotation of what comes below
    for node in source.nodes(module):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and aliases.get(node.value.id) in known:
            yield f"{aliases[node.value.id]}.{node.attr}"


def unused(modules: tuple[Module, ...], users: tuple[Module, ...], templates: str) -> list[str]:
    """Return what nothing names, neither a module nor a template."""
    known = {dotted(module) for module in modules}
    names = {name for module in (*modules, *users) for name in used(module, known)}
    shown = {f"{found[1]}.{found[2]}" for found in _IN_TEMPLATE.finditer(templates)}
    every = [f"{dotted(module)}.{name}" for module in modules for name in defined(module) if not name.startswith("_")]
    return [name for name in every if name not in names and ".".join(name.split(".")[-2:]) not in shown]


def test_everything_is_used() -> None:
    templates = "\n".join(path.read_text(encoding="utf-8") for path in source.templates())
    users = tuple(module for folder in ("benchmarks", "tools") for module in source.modules(folder))
    assert set(unused(source.modules(), users, templates)) == EXCEPTIONS.keys()


@pytest.mark.parametrize(
    "line", ["def left():\n    ...", "LEFT = 1", "LEFT: int = 1", "@dataclass\nclass Left:\n    ..."]
)
def test_a_planted_fault_is_seen(line: str) -> None:
    assert len(unused((Module("clozette/planted.py", ast.parse(line)),), (), "")) == 1
