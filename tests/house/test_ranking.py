"""Badges and points never change in which order anything is shown: nothing that ranks knows them."""

import ast

from tests.house import source

THEIRS = {"badges", "points", "Badge", "PointLine", "Balance", "community_badges", "community_point_lines"}


def test_nothing_that_ranks_reads_badges_or_points() -> None:
    ranking = [*source.modules("clozette/looks"), *source.modules("clozette/closets")]
    assert len(ranking) > 30
    assert [one.path for one in ranking if _named(one) & THEIRS] == []


def test_the_check_sees_a_reader() -> None:
    community = {one.path: one for one in source.modules("clozette/community")}
    assert _named(community["clozette/community/wording.py"]) & THEIRS
    assert not _named(community["clozette/community/queries.py"]) & THEIRS


def _named(module: source.Module) -> set[str]:
    """Return every name that a module imports, and every word it has as a string."""
    named = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("clozette.community"):
            named |= {(node.module or "").rpartition(".")[2], *(one.name for one in node.names)}
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            named.add(node.value)
    return named
