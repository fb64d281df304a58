"""Two servers behind the proxies of deploy/, with their configurations but for addresses and TLS.

The servers share nothing here: this is about what passes through a proxy, and where to.
"""

import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.catalog import APPLES
from tests.e2e.conftest import Street
from tests.e2e.raw_client import PASSWORD, Shopper, hello_fields, new_shopper
from tests.e2e.server import ROOT, Server, free_port

TIMEOUT_S = 20
DRAIN_MS = 4000
ELSEWHERE = "127.0.0.5"
"""Another address of this machine, to come from."""

Words = tuple[str, ...]


class Front(NamedTuple):
    """A proxy's address, dressed as a server that shoppers can go to, and who is behind it."""

    door: Server
    a: Server
    b: Server


def haproxy(text: str, port: int, servers: tuple[Server, Server], home: Path) -> Words:
    """Write down how HAProxy serves *servers* at *port*; return how it is run."""
    text = re.sub(r"bind :443 .*", f"bind 127.0.0.1:{port}", text)
    text = text.replace("bind :80", f"bind 127.0.0.1:{free_port()}").replace(" secure ", " ")
    text = text.replace("maxconn 40000", "maxconn 400")
    for address, server in zip(("10.77.0.11", "10.77.0.12"), servers, strict=True):
        watched = server.environment["SHOP_METRICS"].rpartition(":")[2]
        text = text.replace(f"{address}:8000", f"{server.host} port {watched}")
    (home / "haproxy.cfg").write_text(text)
    return ("haproxy", "-db", "-f", str(home / "haproxy.cfg"))


def nginx(text: str, port: int, servers: tuple[Server, Server], home: Path) -> Words:
    """Likewise for nginx."""
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = re.sub(r"    ssl_.*\n", "", text).replace("httponly secure", "httponly")
    text = text.replace("Host $host;", "Host $http_host;")
    for address, server in zip(("10.77.0.11", "10.77.0.12"), servers, strict=True):
        text = text.replace(f"{address}:8000", server.host)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {home}/{kind};" for kind in kinds)
    head = f"daemon off; pid {home}/pid; error_log stderr; events {{ }}"
    (home / "nginx.conf").write_text(f"{head} http {{ access_log off; {paths} {text} }}")
    return ("nginx", "-e", "stderr", "-p", str(home), "-c", str(home / "nginx.conf"))


PROXIES: dict[str, Callable[[str, int, tuple[Server, Server], Path], Words]] = {
    "haproxy.cfg": haproxy,
    "nginx.conf": nginx,
}


@pytest.fixture(params=PROXIES)
def front(request: pytest.FixtureRequest, street: Street, tmp_path: Path) -> Iterator[Front]:
    """Run a proxy before two servers."""
    dress = PROXIES[request.param]
    if shutil.which(dress.__name__) is None:
        pytest.skip(f"there is no {dress.__name__} here")
    door = street.build()
    a, b = (
        street.build(
            origins=door.origin,
            proxies="127.0.0.1",
            metrics=f"127.0.0.1:{free_port()}",
            node=name,
            drain_ms=DRAIN_MS,
        )
        for name in "ab"
    )
    words = dress((ROOT / "deploy" / request.param).read_text(), door.port, (a, b), tmp_path)
    a.origin = b.origin = door.origin
    a.start()
    b.start()
    process = subprocess.Popen(words)
    try:
        _await(door.port)
        yield Front(door, a, b)
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)


def _await(port: int) -> None:
    give_up_s = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < give_up_s
            time.sleep(0.05)


async def test_requests_and_frames_pass_the_proxy_also_while_a_server_drains(
    front: Front,
) -> None:
    """The login is known to one of the servers alone, so each answer shows that it sticks."""
    async with Shopper(front.door) as ada:
        body = {"email": "ada@shop.example", "password": PASSWORD, "name": "Ada"}
        told = await ada.send("POST", "/api/accounts", body)
        node = told.headers["set-cookie"].partition("shop-node=")[2].partition(";")[0]
        ada.cookie += f"; shop-node={node}"
        assert [(await ada.send("GET", "/api/cart")).status for _ in range(4)] == [200] * 4

        headers = {"Cookie": ada.cookie, "X-Forwarded-For": "203.0.113.7"}
        raw_socket = await ada.socket(additional_headers=headers, local_addr=(ELSEWHERE, 0))
        await raw_socket.send_frame("hello", **hello_fields(raw_socket))
        assert (await raw_socket.submit(1, "line.add", sku=APPLES, qty=2))["t"] == "ok"
        ((server, address),) = (
            (server, event["address"])
            for server in (front.a, front.b)
            for event in server.events()
            if event["event"] == "socket opened"
        )
        assert address == ELSEWHERE

        server.tell(signal.SIGTERM)
        await raw_socket.expect("drain")
        assert [(await ada.send("GET", "/shop")).status for _ in range(4)] == [200] * 4
        assert (await raw_socket.submit(2, "line.add", sku=APPLES, qty=1))["rev"] == 2
        assert (await raw_socket.close_frame()).code == 1012


async def test_the_proxy_does_not_expose_metrics_or_probes(front: Front) -> None:
    async with await new_shopper(front.door) as ada:
        for path in ("/metrics", "/readyz"):
            assert (await ada.send("GET", path)).status == 404
