"""Limits: both stores count alike, over threads and processes; the site fails closed for passwords and open for reading."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import contextmanager

import pytest
from flask import request
from limits import parse, parse_many
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from clozette import create_app
from clozette.kernel.viewer import Viewer
from clozette.kernel.web import limits, limits_windows
from clozette.kernel.web.errors import MESSAGES
from clozette.kernel.web.gate import everyone
from clozette.kernel.web.limits_store import FileStorage
from tests.support.application import test_settings as settings_for
from tests.support.client import Client

NAME = "a test's try"


@pytest.fixture
def _declared(monkeypatch):
    monkeypatch.setitem(limits.DECLARED, NAME, parse_many("3 per minute; 5 per hour"))


@pytest.fixture(params=["file", "redis"])
def store(request, tmp_path):
    if request.param == "file":
        return FileStorage(f"clozette-file://{tmp_path}/limits")
    return limits._redis(request.getfixturevalue("redis_server").url)


class TestStores:
    """What both stores promise."""

    def test_a_moving_window_lets_so_many_through_and_more_later(self, store):
        item, limiter = parse("2 per second"), MovingWindowRateLimiter(store)
        assert [limiter.hit(item, "a") for _ in range(4)] == [True, True, False, False]
        assert limiter.hit(item, "b"), "another key has a window of its own"
        assert limiter.get_window_stats(item, "a").remaining == 0
        assert 0 < limiter.get_window_stats(item, "a").reset_time - time.time() <= 1
        time.sleep(1.05)
        assert limiter.test(item, "a")
        assert limiter.hit(item, "a")

    def test_a_fixed_window_counts_and_ends(self, store):
        item, limiter = parse("2 per second"), FixedWindowRateLimiter(store)
        assert [limiter.hit(item, "a") for _ in range(3)] == [True, True, False]
        assert limiter.get_window_stats(item, "a").reset_time - time.time() <= 1.01
        time.sleep(1.05)
        assert limiter.hit(item, "a")

    def test_clear_and_reset(self, store):
        item = parse("1 per minute")
        moving, fixed = MovingWindowRateLimiter(store), FixedWindowRateLimiter(store)
        assert moving.hit(item, "a") and fixed.hit(item, "b") and moving.hit(item, "c")
        moving.clear(item, "a")
        assert moving.test(item, "a") and not moving.test(item, "c")
        store.reset()
        assert moving.test(item, "c") and fixed.test(item, "b")
        assert store.check()

    def test_threads_take_no_place_twice(self, store):
        item, admitted = parse("50 per minute"), []

        def run():
            limiter = MovingWindowRateLimiter(store)
            admitted.extend(limiter.hit(item, "a") for _ in range(30))

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(admitted) == 50

    def test_processes_take_no_place_twice(self, store, redis_server):
        where = f"clozette-file://{store.path}" if isinstance(store, FileStorage) else redis_server.url
        program = textwrap.dedent(f"""
            from limits import parse, strategies
            from clozette.kernel.web import limits
            from clozette.kernel.web.limits_store import FileStorage
            where, item = {where!r}, parse("40 per minute")
            store = FileStorage(where) if where.startswith("clozette") else limits._redis(where)
            for limiter in (strategies.MovingWindowRateLimiter(store), strategies.FixedWindowRateLimiter(store)):
                print(sum(limiter.hit(item, type(limiter).__name__) for _ in range(60)))
        """)
        started = [
            subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)
        ]
        admitted = [[int(count) for count in process.communicate()[0].split()] for process in started]
        assert [sum(counts) for counts in zip(*admitted, strict=True)] == [40, 40]


def test_the_file_forgets_what_is_over(tmp_path, stopped_clock, monkeypatch):
    monkeypatch.setattr("clozette.kernel.web.limits_store.PRUNE_EVERY", 10)
    store = FileStorage(f"clozette-file://{tmp_path}/limits")
    for number in range(25):
        stopped_clock.forward(minutes=2)
        MovingWindowRateLimiter(store).hit(parse("1 per minute"), str(number))
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT count(*) FROM tries").fetchone()[0] <= 10


class TestWindows:
    """The file of fixed windows, where it is smaller than what is counted."""

    @pytest.fixture
    def windows(self, tmp_path, monkeypatch):
        monkeypatch.setattr(limits_windows, "_BUCKETS", 1)
        return limits_windows.Windows(tmp_path / "var" / "limits.windows")

    def test_windows_stand_side_by_side(self, windows):
        names = [f"window {number}" for number in range(8)]
        for times in range(3):
            assert [windows.count(name, 60, 1, now=100) for name in names] == [(times + 1, 160)] * 8
        windows.clear("one that nobody opened")
        windows.clear(names[3])
        assert [windows.standing(name, now=159)[0] for name in names] == [3, 3, 3, 0, 3, 3, 3, 3]
        assert windows.standing(names[0], now=159) == (3, 160)
        assert windows.standing(names[0], now=160) == (0, 160)
        assert windows.count(names[0], 60, 1, now=160) == (1, 220)

    def test_many_push_out_no_window_of_one_who_presses_on(self, windows):
        windows.count("somebody", 300, 1, now=0)
        for now in range(100):
            assert windows.count("somebody", 300, 1, now)[0] == now + 2
            for number in range(9):
                windows.count(f"passer-by {now} {number}", 300, 1, now)

    def test_what_is_over_gives_its_place_first(self, windows):
        for _ in range(5):
            windows.count("before", 10, 1, now=0)
        for number in range(8):
            windows.count(f"since {number}", 300, 1, now=10)
        assert [windows.standing(f"since {number}", now=11)[0] for number in range(8)] == [1] * 8

    def test_a_file_that_was_cut_or_lost_forgets(self, windows, tmp_path):
        assert [windows.count("a", 60, 1, now=0)[0] for _ in range(2)] == [1, 2]
        os.truncate(tmp_path / "var" / "limits.windows", 5)
        assert [windows.count("a", 60, 1, now=0)[0] for _ in range(2)] == [1, 2]
        windows.reset()
        assert windows.count("a", 60, 1, now=0)[0] == 1

    def test_nobody_counts_while_another_process_does(self, windows, tmp_path):
        windows.count("a", 60, 1, now=0)
        counting = threading.Thread(target=windows.count, args=("a", 60, 1, 0))
        with (tmp_path / "var" / "limits.windows").open("rb") as other:
            fcntl.flock(other, fcntl.LOCK_EX)  # a lock belongs to whoever opened the file, in whatever process
            counting.start()
            counting.join(0.05)
            assert counting.is_alive()
            fcntl.flock(other, fcntl.LOCK_UN)
        counting.join()
        assert windows.standing("a", now=0)[0] == 2

    def test_a_fork_counts_too(self, windows):
        windows.count("a", 60, 1, now=0)
        before = windows._known
        child = os.fork()
        if child == 0:
            windows.count("a", 60, 1, now=0)
            os._exit(int(windows._known is before))
        assert os.waitpid(child, 0)[1] == 0, "a file shared with a fork locks nothing"
        assert windows.standing("a", now=0)[0] == 2


class TestDeclared:
    """``check`` and ``forget``."""

    @pytest.fixture(autouse=True)
    def _in_a_request(self, workshop_app, workshop, _declared):
        with workshop_app.test_request_context("/"):
            yield

    def test_to_429_and_back(self, stopped_clock):
        for _ in range(3):
            limits.check(NAME, "ada")
        with pytest.raises(TooManyRequests) as caught:
            limits.check(NAME, "ada")
        assert caught.value.retry_after == 60
        limits.check(NAME, "bea")
        stopped_clock.forward(seconds=61)
        limits.check(NAME, "ada")

    def test_the_longer_window_counts_too(self, stopped_clock):
        for _ in range(5):
            limits.check(NAME, "ada")
            stopped_clock.forward(minutes=2)
        with pytest.raises(TooManyRequests) as caught:
            limits.check(NAME, "ada")
        assert 3000 <= caught.value.retry_after <= 3600

    def test_a_success_wipes_the_slate(self):
        for _ in range(3):
            limits.check(NAME, "ada")
        limits.forget(NAME, "ada")
        limits.check(NAME, "ada")

    def test_a_name_is_given_once(self):
        with pytest.raises(ValueError, match="two limits"):
            limits.declare(NAME, "1 per day")

    def test_an_unknown_name_is_an_error(self):
        with pytest.raises(KeyError):
            limits.check("nobody declared this", "ada")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "local"),
    ],
)
def test_address_key(workshop_app, address, key):
    with workshop_app.test_request_context("/", environ_overrides={"REMOTE_ADDR": address}):
        assert limits.address_key() == key


@contextmanager
def site(folder, **changes):
    """Give a client of an application with small limits."""
    app = create_app(settings_for(f"sqlite:///{folder / 'clozette.db'}", folder, **changes), TESTING=True)
    app.test_client_class = Client

    @app.get("/try")
    @everyone()
    def _try():
        limits.check(NAME, request.args["who"])
        return "done"

    @app.get("/page")
    @everyone()
    def _page():
        return "a page"

    yield app.test_client()


class TestRequests:
    """Every request counts, by address and by member."""

    def test_by_address_to_429_and_back(self, tmp_path, stopped_clock):
        with site(tmp_path, address_limit="3 per minute") as client:
            assert [client.get("/page").status_code for _ in range(4)] == [200, 200, 200, 429]
            refused = client.get("/page")
            assert str(MESSAGES[429]) in refused.text
            assert 0 < int(refused.headers["Retry-After"]) <= 60
            assert client.get("/api/v1/anything").mimetype == "application/problem+json"
            assert client.get("/page", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
            stopped_clock.forward(seconds=61)
            assert client.get("/page").status_code == 200

    def test_by_member_whatever_the_address(self, tmp_path, stopped_clock):
        with site(tmp_path, member_limit="3 per minute") as client:
            viewer = Viewer(member_id=7, subject_id=8, is_confirmed=True, display_name="Ada", handle="ada")
            client.application.extensions["clozette.viewer_loader"] = lambda: viewer
            addresses = [f"192.0.2.{number}" for number in range(5)]
            answers = [client.get("/page", environ_base={"REMOTE_ADDR": address}) for address in addresses]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
            stopped_clock.forward(seconds=61)
            assert client.get("/page").status_code == 200

    def test_a_forged_header_gives_no_new_address(self, tmp_path):
        with site(tmp_path, address_limit="3 per minute") as client:
            forged = [{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(5)]
            answers = [client.get("/page", headers=headers) for headers in forged]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]

    def test_behind_one_proxy_only_its_own_word_counts(self, tmp_path):
        with site(tmp_path, address_limit="3 per minute", trusted_proxies=1) as client:
            forged = [{"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.1"} for number in range(5)]
            answers = [client.get("/page", headers=headers) for headers in forged]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
            other = {"X-Forwarded-For": "198.51.100.2"}
            assert client.get("/page", headers=other).status_code == 200

    def test_static_files_are_not_counted(self, tmp_path):
        with site(tmp_path, address_limit="2 per minute") as client:
            assert [client.get("/static/icons/sprite.svg").status_code for _ in range(5)] == [200] * 5

    @pytest.mark.usefixtures("_declared")
    def test_no_address_is_kept(self, tmp_path):
        with site(tmp_path) as client:
            client.get("/page", environ_base={"REMOTE_ADDR": "198.51.100.77"})
            with client.application.test_request_context("/", environ_base={"REMOTE_ADDR": "198.51.100.77"}):
                limits.check(NAME, limits.address_key())
            kept = [path.read_bytes() for path in sorted(tmp_path.glob("limits.*"))]
            assert len(kept) >= 2 and all(kept)
            assert b"198.51.100" not in b"".join(kept)


@pytest.mark.usefixtures("_declared")
class TestLostStores:
    """Redis gone: the file counts. The file gone too: no password is tried, pages are still read."""

    def test_redis_gone_and_back(self, tmp_path, redis_server, monkeypatch):
        monkeypatch.setattr(limits, "REDIS_PAUSE", 0.0)
        with site(tmp_path, redis_url=redis_server.url) as client:
            assert client.get("/try?who=ada").status_code == 200
            with redis_server.client() as redis:
                assert redis.dbsize() > 0
            redis_server.kill()
            try:
                assert [client.get("/try?who=ada").status_code for _ in range(4)] == [200, 200, 200, 429]
                assert client.get("/page").status_code == 200
            finally:
                redis_server.start()
            assert client.get("/try?who=ada").status_code == 200

    def test_a_redis_that_hangs_is_left_alone(self, tmp_path):
        path = tmp_path / "socket"
        with _silent_server(path), site(tmp_path, redis_url=f"unix://{path}") as client:
            started = time.monotonic()
            assert [client.get("/try?who=ada").status_code for _ in range(4)] == [200, 200, 200, 429]
            assert time.monotonic() - started < limits.REDIS_PATIENCE * 4

    def test_nothing_to_count_with(self, tmp_path):
        with site(tmp_path, redis_url=f"unix://{tmp_path / 'nobody'}") as client:
            for name in ("limits.db", "limits.windows"):
                (tmp_path / name).unlink(missing_ok=True)
                (tmp_path / name).mkdir()
            assert client.get("/page").status_code == 200
            refused = client.get("/try?who=ada")
            assert refused.status_code == 503
            with client.application.test_request_context("/"), pytest.raises(ServiceUnavailable):
                limits.check(NAME, "ada")


@contextmanager
def _silent_server(path):
    import socket

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(16)
        yield
    os.unlink(path)
