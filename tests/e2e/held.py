"""Clients that open connections and hold them, as a process of its own: `python -m tests.e2e.held`.

Each kind sends its first bytes, and then a drip again and again.
"""

import json
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

ADDRESS = "127.0.0.9"
"""Where the attack comes from: another address than the shoppers'."""
DRIP_S = 0.5
_UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: shop.cart.v2\r\n"
)
_FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


class Kind(NamedTuple):
    """What a held connection sends at first, and from then on."""

    first: bytes
    drip: bytes


def kinds(host: str) -> Mapping[str, Kind]:
    """Return every kind of held connection, as it is sent to *host*."""

    def request(line: str, *headers: str) -> bytes:
        return f"{line} HTTP/1.1\r\nHost: {host}\r\n{''.join(headers)}\r\n".encode()

    many = "".join(f"X-{number}: x\r\n" for number in range(130))
    return {
        "the body of an answered GET": Kind(request("GET /", "Content-Length: 9999\r\n"), b"x"),
        "the body of a POST": Kind(request("POST /login", _FORM, "Content-Length: 9999\r\n"), b"x"),
        "a handshake with 130 headers": Kind(request("GET /ws", _UPGRADE, many), b"x"),
        "a handshake with a line of 9 kB": Kind(
            request("GET /ws", _UPGRADE, f"X: {'x' * 9000}\r\n"), b"x" * 130
        ),
        "a handshake with a body": Kind(
            request("GET /ws", _UPGRADE, "Content-Length: 5\r\n"), b"x"
        ),
        "600 GETs whose answers are not read": Kind(request("GET /") * 600, b"G"),
        "endless chunks on a GET": Kind(
            request("GET /", "Transfer-Encoding: chunked\r\n"), b"1\r\nx\r\n"
        ),
        "nothing": Kind(b"", b""),
        "headers": Kind(request("GET /")[:-2], b"X: x\r\n"),
    }


class Outcome(NamedTuple):
    """How many connections of a kind were opened, for how long the longest was, and the rest."""

    opened: int
    longest_s: float
    open_at_end: int


class _Held:
    """One connection that is held."""

    def __init__(self, port: int, kind: Kind):
        self.began_s = time.monotonic()
        self.ended_s: float | None = None
        self._drip = kind.drip
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.bind((ADDRESS, 0))
        self._socket.settimeout(5)
        try:
            self._socket.connect(("127.0.0.1", port))
            self._socket.settimeout(0)
            self._send(kind.first)
        except OSError:
            self.end()

    def drip(self) -> None:
        """Send a little more, and note if the connection has ended."""
        if self.ended_s is None:
            try:
                self._send(self._drip)
            except OSError:
                self.end()

    def end(self) -> None:
        """Close it."""
        self._socket.close()
        self.ended_s = time.monotonic()

    def _send(self, data: bytes) -> None:
        with suppress(BlockingIOError):
            if data:
                self._socket.send(data)
            elif not self._socket.recv(65536):
                raise ConnectionResetError


def hold(port: int, host: str, names: list[str], each: int, for_s: float) -> Iterator[Outcome]:
    """Hold *each* connections of the named kinds for *for_s* seconds; yield how that ended."""
    chosen = [kinds(host)[name] for name in names]
    held = [[_Held(port, kind) for kind in chosen] for _ in range(each)]
    deadline_s = time.monotonic() + for_s
    while time.monotonic() < deadline_s:
        began_s = time.monotonic()
        for row in held:
            for one in row:
                one.drip()
        time.sleep(max(0.01, DRIP_S - (time.monotonic() - began_s)))
    for of_kind in zip(*held, strict=True):
        lives_s = [one.ended_s - one.began_s for one in of_kind if one.ended_s is not None]
        yield Outcome(each, max(lives_s, default=0.0), each - len(lives_s))


def main() -> None:
    """Read what to hold as JSON, and write the outcomes as JSON."""
    given = json.load(sys.stdin)
    sys.stdout.write(json.dumps(list(hold(**given))))


if __name__ == "__main__":
    main()
