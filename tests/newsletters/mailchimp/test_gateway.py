"""What comes over the wire in pieces."""

import socket
import threading
from collections.abc import Iterator

import pytest

from clozette.kernel.ports import mailchimp_gateway as gateway
from clozette.kernel.ports.mailing_list import Later


@pytest.fixture
def silent() -> Iterator[str]:
    """Give the address of a server that promises a hundred bytes, sends three and says nothing more."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
                over.wait(10)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join(10)


@pytest.mark.requirement(129)
def test_results_that_do_not_end_are_asked_for_again(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "READ", 0.2)
    with pytest.raises(Later):
        gateway.Gateway(silent, "key-us1", None, 0).fetch(f"{silent}/results")
