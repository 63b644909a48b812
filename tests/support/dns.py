"""A DNS server on this machine, by UDP and TCP at one port, that says what a test has published."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

LARGEST = 1232
Records = dict[tuple[str, str], tuple[str, ...]]


@dataclass
class Zone:
    """What is published: records by name and kind. ``broken`` names fail at the server, ``silent`` ones get no answer.

    :ivar by_tcp: the questions that came by TCP.
    """

    records: Records = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    port: int = 0
    by_tcp: list[str] = field(default_factory=list)

    def answer(self, wire: bytes, *, udp: bool) -> bytes | None:
        """Return the answer to a question, or nothing."""
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        if not udp:
            self.by_tcp.append(name)
        if name in self.silent:
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(response, name, dns.rdatatype.to_text(query.question[0].rdtype))
        made = response.to_wire(max_size=65535)
        if not udp or len(made) <= LARGEST:
            return made
        cut = dns.message.make_response(query, recursion_available=True)
        cut.flags |= dns.flags.TC
        return cut.to_wire()

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> None:
        for _hop in range(9):
            values, led = self.records.get((name, kind)), self.records.get((name, "CNAME"))
            if values or not led:
                break
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{led[0]}."))
            name = led[0]
        if values:
            response.answer.append(
                dns.rrset.from_text(f"{name}.", 60, "IN", kind, *(_rdata(one, kind) for one in values))
            )
        elif not any(one == name for one, _kind in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)


@contextmanager
def serving(zone: Zone) -> Iterator[Zone]:
    """Serve a zone on a free port of this machine."""

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            answer = zone.answer(wire, udp=True)
            if answer is not None:
                socket.sendto(answer, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            answer = zone.answer(self.rfile.read(length), udp=False)
            if answer is not None:
                self.wfile.write(struct.pack("!H", len(answer)) + answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp) as tcp:
        zone.port = tcp.server_address[1]
        with socketserver.ThreadingUDPServer(("127.0.0.1", zone.port), Udp) as udp:
            for server in (tcp, udp):
                threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            yield zone
            for server in (tcp, udp):
                server.shutdown()


def _rdata(text: str, kind: str) -> str:
    if kind == "TXT":
        return " ".join(f'"{text[start : start + 100]}"' for start in range(0, len(text), 100))
    return text if kind in {"A", "AAAA"} else f"{text}.".replace("..", ".")
