"""Two servers behind the proxies of deploy/, with their configurations but for addresses and TLS.

The servers share nothing: these tests are about routing, headers and addresses.
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
from tests.e2e.conftest import ServerFactory
from tests.e2e.raw_client import PASSWORD, Shopper, hello_fields, new_shopper
from tests.e2e.server import ROOT, Server, free_port

TIMEOUT_S = 20
DRAIN_MS = 4000
ELSEWHERE = "127.0.0.5"
"""Another loopback address, for a client to connect from."""

Command = tuple[str, ...]


class ProxiedServers(NamedTuple):
    """A proxy and the two servers behind it; `public` has the address of the proxy."""

    public: Server
    a: Server
    b: Server


def haproxy(text: str, port: int, servers: tuple[Server, Server], home: Path) -> Command:
    """Write HAProxy's configuration for *servers* at *port*; return the command that starts it."""
    text = re.sub(r"bind :443 .*", f"bind 127.0.0.1:{port}", text)
    text = text.replace("bind :80", f"bind 127.0.0.1:{free_port()}").replace(" secure ", " ")
    text = text.replace("maxconn 40000", "maxconn 400")
    for address, server in zip(("10.77.0.11", "10.77.0.12"), servers, strict=True):
        metrics_port = server.environment["SHOP_METRICS"].rpartition(":")[2]
        text = text.replace(f"{address}:8000", f"{server.host} port {metrics_port}")
    (home / "haproxy.cfg").write_text(text)
    return ("haproxy", "-db", "-f", str(home / "haproxy.cfg"))


def nginx(text: str, port: int, servers: tuple[Server, Server], home: Path) -> Command:
    """Write nginx's configuration for *servers* at *port*; return the command that starts it."""
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


PROXIES: dict[str, Callable[[str, int, tuple[Server, Server], Path], Command]] = {
    "haproxy.cfg": haproxy,
    "nginx.conf": nginx,
}


@pytest.fixture(params=PROXIES)
def proxied(
    request: pytest.FixtureRequest, server_factory: ServerFactory, tmp_path: Path
) -> Iterator[ProxiedServers]:
    """Run a proxy before two servers."""
    configure = PROXIES[request.param]
    if shutil.which(configure.__name__) is None:
        pytest.skip(f"there is no {configure.__name__} here")
    public = server_factory.build()
    a, b = (
        server_factory.build(
            origins=public.origin,
            proxies="127.0.0.1",
            metrics=f"127.0.0.1:{free_port()}",
            node=name,
            drain_ms=DRAIN_MS,
        )
        for name in "ab"
    )
    command = configure(
        (ROOT / "deploy" / request.param).read_text(), public.port, (a, b), tmp_path
    )
    a.origin = b.origin = public.origin
    a.start()
    b.start()
    process = subprocess.Popen(command)
    try:
        _wait_until_listening(public.port)
        yield ProxiedServers(public, a, b)
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)


def _wait_until_listening(port: int) -> None:
    deadline_s = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline_s
            time.sleep(0.05)


async def test_requests_and_frames_pass_the_proxy_also_while_a_server_drains(
    proxied: ProxiedServers,
) -> None:
    """Only one of the servers knows the login, so each response shows that routing is sticky."""
    async with Shopper(proxied.public) as ada:
        body = {"email": "ada@shop.example", "password": PASSWORD, "name": "Ada"}
        registered = await ada.send("POST", "/api/accounts", body)
        node = registered.headers["set-cookie"].partition("shop-node=")[2].partition(";")[0]
        ada.cookie += f"; shop-node={node}"
        assert [(await ada.send("GET", "/api/cart")).status for _ in range(4)] == [200] * 4

        headers = {"Cookie": ada.cookie, "X-Forwarded-For": "203.0.113.7"}
        raw_socket = await ada.socket(additional_headers=headers, local_addr=(ELSEWHERE, 0))
        await raw_socket.send_frame("hello", **hello_fields(raw_socket))
        assert (await raw_socket.submit(1, "line.add", sku=APPLES, qty=2))["t"] == "ok"
        ((server, address),) = (
            (server, event["address"])
            for server in (proxied.a, proxied.b)
            for event in server.events()
            if event["event"] == "socket opened"
        )
        assert address == ELSEWHERE

        server.send_signal(signal.SIGTERM)
        await raw_socket.expect("drain")
        assert [(await ada.send("GET", "/shop")).status for _ in range(4)] == [200] * 4
        assert (await raw_socket.submit(2, "line.add", sku=APPLES, qty=1))["rev"] == 2
        assert (await raw_socket.close_frame()).code == 1012


async def test_the_proxy_does_not_expose_metrics_or_probes(proxied: ProxiedServers) -> None:
    async with await new_shopper(proxied.public) as ada:
        for path in ("/metrics", "/readyz"):
            assert (await ada.send("GET", path)).status == 404
