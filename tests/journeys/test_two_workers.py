"""Limits hold over the worker processes of a real server, whichever store counts."""

import http.client
from collections import Counter

import pytest

from tests.support import live

LIMIT = 30


def ask(site: live.LiveSite, path: str) -> int:
    """Ask over a connection of its own, so that any worker may answer."""
    connection = http.client.HTTPSConnection(
        "localhost", site.port, context=site.certificate.client_context(), timeout=10
    )
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("store", ["file", "redis"])
def test_two_workers_count_together(store, request):
    redis_url = request.getfixturevalue("redis_server").url if store == "redis" else ""
    with live.running(workers=2, worker=False, address_limit=f"{LIMIT} per hour", redis_url=redis_url) as site:
        answers = Counter(ask(site, "/policy") for _ in range(2 * LIMIT))
    assert answers == {200: LIMIT, 429: LIMIT}
