"""Holds every call of Stripe's client against the types that come with it: an unknown, missing or misspelt key fails."""

import ast
import importlib
import inspect
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

import typing_extensions
from stripe._request_options import RequestOptions
from stripe._stripe_context import StripeContext
from stripe._stripe_service import StripeService

WRITES = frozenset({"post", "delete"})
_WRAPPERS = (NotRequired, Required, typing_extensions.NotRequired, typing_extensions.Required)


def faults(kind: Any, value: Any, path: str = "") -> list[str]:
    """Return what is wrong with a value that a type is promised for."""
    if typing_extensions.is_typeddict(kind):
        return _dict_faults(kind, value, path)
    origin, inside = get_origin(kind), get_args(kind)
    if origin in _WRAPPERS:
        return faults(inside[0], value, path)
    if origin in (Union, types.UnionType):
        tried = [faults(one, value, path) for one in inside]
        return [] if [] in tried else min(tried, key=len)
    if origin is Literal:
        return [] if value in inside else [f"{path}: {value!r} is none of {inside}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{path}: no list"]
        return [fault for number, one in enumerate(value) for fault in faults(inside[0], one, f"{path}[{number}]")]
    if origin is dict:
        is_one = isinstance(value, dict)
        return (
            [fault for name in value for fault in faults(inside[1], value[name], f"{path}.{name}")]
            if is_one
            else [path]
        )
    if kind is Any:
        return []
    plain = origin or kind
    fits = isinstance(value, plain) and not (plain is int and isinstance(value, bool))
    return [] if fits else [f"{path}: {type(value).__name__} is no {plain}"]


def _dict_faults(kind: Any, value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: no object"]
    hints = hints_of(kind)
    found = [f"{path}.{name}: unknown" for name in value.keys() - hints.keys()]
    needed = {
        name for name, hint in hints.items() if get_origin(hint) not in (NotRequired, typing_extensions.NotRequired)
    }
    found += [f"{path}.{name}: missing" for name in needed - value.keys()]
    for name in value.keys() & hints.keys():
        found += faults(hints[name], value[name], f"{path}.{name}")
    return found


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """Return a type's keys; the client's own options travel apart and are none of them."""
    names = {"StripeContext": StripeContext, "Mapping": Mapping, **vars(sys.modules[kind.__module__])}
    hints = get_type_hints(kind, names, include_extras=True)
    return {name: hint for name, hint in hints.items() if kind is RequestOptions or name not in _OPTIONS}


_OPTIONS = frozenset(RequestOptions.__annotations__)


@cache
def params_of(service: type, method: str) -> Any:
    """Return the type of what a method of a service takes; nothing for one that takes nothing typed."""
    found = inspect.signature(getattr(service, method)).parameters.get("params")
    if found is None:
        return None
    kind = found.annotation
    named = [one.__forward_arg__ for one in get_args(kind) if hasattr(one, "__forward_arg__")]
    name = kind if isinstance(kind, str) else named[0]
    tree = ast.parse(inspect.getsource(sys.modules[service.__module__]))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and name in {one.name for one in node.names}:
            return getattr(importlib.import_module(node.module), name)
    raise LookupError(name)


Call = tuple[str, str, dict[str, Any], dict[str, Any]]


@contextmanager
def checked() -> Iterator[list[Call]]:
    """Hold every call against its types, and every write against having a key; a fault raises where it is made."""
    calls: list[Call] = []
    original = StripeService._request

    def request(self: Any, method: str, url: str, params: Any = None, options: Any = None, **more: Any) -> Any:
        deed = inspect.currentframe().f_back.f_code.co_name
        kind = params_of(type(self), deed)
        given = dict(params or {})
        wrong = faults(kind, given) if kind is not None else []
        wrong += faults(RequestOptions, dict(options or {}), "options")
        if method in WRITES and not (options or {}).get("idempotency_key"):
            wrong.append("a write without an idempotency key")
        assert not wrong, f"{type(self).__name__}.{deed}: {wrong}"
        calls.append((method, url, given, dict(options or {})))
        return original(self, method, url, params, options, **more)

    StripeService._request = request
    try:
        yield calls
    finally:
        StripeService._request = original
