"""Rules of the house that the linter does not know: each began as a remark that nobody should have to make twice.

A check takes a module and returns its faults. ``EXCEPTIONS`` says where a rule does not hold, and why.
"""

import ast

import pytest

from tests.house import source
from tests.house.source import Module

MAX_LINES = 60
# What the visitor's own headers say of the site's address; links are made from BASE_URL alone.
HEADER_ADDRESSES = {"host", "host_url", "url_root", "base_url", "url", "root_url"}
NETWORK = {
    "aiohttp", "aiosmtpd", "asyncore", "boto3", "botocore", "dns", "ftplib", "http.client", "httpx", "imaplib", "mailchimp_marketing",
    "poplib", "redis", "requests", "smtplib", "socket", "socketserver", "ssl", "stripe", "telnetlib", "urllib.request", "urllib3",
    "websockets",
}  # fmt: skip

_BESIDE = "a program of its own beside the site; what it talks to is on this machine"
EXCEPTIONS: dict[str, dict[str, str]] = {
    "commits_only_at_the_edge": {
        "clozette/kernel/web/edge.py": "the edge",
        "clozette/kernel/tasks/": "one commit a task",
        "clozette/kernel/database.py": "bookkeeping at the edge",
        "clozette/cli": "one commit a command",
        "clozette/newsletters/subscriptions/imports/cli": "a commit a batch: a large file takes minutes",
        "clozette/demo/": "a command that fills a site in many steps",
        "clozette/newsletters/campaigns/services.py": "a savepoint: what a refused start had begun goes with it",
        "clozette/newsletters/sending/engine.py": "a worker's loop: a transaction for each handful of mails",
        "clozette/newsletters/sending/senders.py": "a worker's loop: a transaction for each beat",
        "clozette/newsletters/texts/campaigns.py": "a savepoint: what a refused start had begun goes with it",
        "clozette/newsletters/texts/engine.py": "a worker's loop: a text goes out between the commits of claim and outcome",
        "clozette/shop/products/services.py": "a savepoint: photos that came with a refused form stay, nothing else of it",
        "clozette/shop/payments/reconciling.py": "a savepoint: one thing that can't be compared spoils no other",
        "clozette/sandbox/": _BESIDE,
    },
    "network_only_in_ports": {
        "clozette/kernel/ports/": "this is where",
        "clozette/kernel/checkup.py": "the doctor asks whether services answer, and tells them nothing",
        "clozette/sandbox/": _BESIDE,
        "clozette/development/": _BESIDE,
    },
    "imports_stand_at_the_top": {
        "clozette/kernel/ports/": "libraries that are slow to import",
        "clozette/cli": "a command imports what it runs",
        "clozette/accounts/passwords.py": "zxcvbn's word lists take long to load",
        "clozette/kernel/checkup.py": "Alembic, which web processes never need, takes 11 MB",
    },
    "links_come_from_base_url": {
        "clozette/sandbox/": _BESIDE,
        "clozette/kernel/web/edge.py": "judges the host, as Flask does, and makes no link of it",
    },
    "no_assembled_sql": {
        "clozette/kernel/migrations.py": "a lock's number, our own constant",
        "clozette/kernel/tasks/schema.py": "names from our own metadata, which no parameter can stand for",
        "clozette/privacy/append_only.py": "names from our own metadata, which no parameter can stand for",
    },
    "the_clock_is_asked": {
        "clozette/kernel/clock.py": "the clock",
        "clozette/kernel/tasks/": "the task engine writes the machine's time",
        "clozette/kernel/web/sessions.py": "compares with the signature's time, which the machine gave",
        "clozette/kernel/checkup.py": "compares with a certificate's dates",
        "clozette/kernel/ports/storage.py": "compares with the files' times, which are the machine's",
        "clozette/sandbox/": _BESIDE,
        "clozette/development/": _BESIDE,
    },
}


def commits_only_at_the_edge(module: Module) -> list[str]:
    """Services flush; the web layer, a task and a command commit, each once."""
    return [module.at(call) for call, name in source.calls(module) if name.split(".")[-1] in {"commit", "begin_nested"}]


def network_only_in_ports(module: Module) -> list[str]:
    """What leaves the house goes through ``kernel/ports``."""
    return [
        f"{module.at(node)} {name}"
        for node, name in source.imports(module)
        if any(name == library or name.startswith(f"{library}.") for library in NETWORK)
    ]


def functions_are_short(module: Module) -> list[str]:
    """No function of more than 60 lines."""
    lengths = [(function, function.end_lineno - function.lineno + 1) for function in source.functions(module)]
    return [f"{module.at(function)} {function.name}: {length}" for function, length in lengths if length > MAX_LINES]


def imports_stand_at_the_top(module: Module) -> list[str]:
    """An import hidden in a function hides a dependency."""
    return [
        module.at(node)
        for function in source.functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def links_come_from_base_url(module: Module) -> list[str]:
    """A forged Host header must reach no link (CVE-2021-30185)."""
    asked = [
        module.at(node)
        for node in source.nodes(module)
        if isinstance(node, ast.Attribute) and node.attr in HEADER_ADDRESSES and ast.unparse(node.value) == "request"
    ]
    made = [
        module.at(call)
        for call, name in source.calls(module)
        if name.endswith("url_for") and any(keyword.arg == "_external" for keyword in call.keywords)
    ]
    return asked + made


def no_assembled_sql(module: Module) -> list[str]:
    """The text of a query is a literal; values are parameters."""
    return [
        module.at(call)
        for call, name in source.calls(module)
        if name.split(".")[-1] in {"text", "exec_driver_sql"}
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]


def the_clock_is_asked(module: Module) -> list[str]:
    """``kernel.clock`` is what tests can move."""
    asked = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time", "datetime.datetime.now"}
    return [module.at(call) for call, name in source.calls(module) if name in asked]


def requirement_marks_are_literal(module: Module) -> list[str]:
    """Outside checks read ``@pytest.mark.requirement(12)`` with a pattern: integers, on one line."""
    return [
        module.at(call)
        for call, name in source.calls(module)
        if name == "pytest.mark.requirement"
        and not (
            call.args
            and not call.keywords
            and all(isinstance(number, ast.Constant) and type(number.value) is int for number in call.args)
            and call.lineno == call.end_lineno
        )
    ]


CHECKS = [
    commits_only_at_the_edge,
    network_only_in_ports,
    functions_are_short,
    imports_stand_at_the_top,
    links_come_from_base_url,
    no_assembled_sql,
    the_clock_is_asked,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_program(check):
    excepted = tuple(EXCEPTIONS.get(check.__name__, {}))
    faults = [fault for module in source.modules() if not module.path.startswith(excepted) for fault in check(module)]
    assert not faults, f"{check.__doc__} {faults}"


@pytest.mark.parametrize(
    "check", [requirement_marks_are_literal, functions_are_short], ids=lambda check: check.__name__
)
def test_the_tests(check):
    faults = [fault for module in source.modules("tests") for fault in check(module)]
    assert not faults, f"{check.__doc__} {faults}"


@pytest.mark.parametrize("check", [*CHECKS, requirement_marks_are_literal], ids=lambda check: check.__name__)
def test_a_planted_fault_is_seen(check):
    lines = [
        "import smtplib",
        "def far_too_long():",
        *["    pass"] * 60,
        "@pytest.mark.requirement(FIRST)",
        "def hidden():",
        "    import json",
        "    db.session.commit()",
        "    url_for('a', _external=True)",
        "    sa.text(f'SELECT {x}')",
        "    datetime.now()",
    ]
    assert check(Module("clozette/looks/planted.py", ast.parse("\n".join(lines))))
