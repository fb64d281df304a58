"""Two servers behind the proxies of deploy/, with their configurations but for addresses and TLS.

The servers share nothing: these tests are about routing, headers and addresses.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple, Self

import pytest
from httpx import AsyncClient

from tests.e2e.catalog import APPLES
from tests.e2e.conftest import ServerFactory
from tests.e2e.event_tab import events_path, hello_of
from tests.e2e.raw_client import PASSWORD, Frame, Shopper, hello_fields, new_shopper
from tests.e2e.raw_http import raw_connection, request
from tests.e2e.server import ROOT, Server, free_port
from tests.processes import killed_at_end

TIMEOUT_S = 20
STREAMS = 8
"""More than a browser has connections to a host over HTTP/1.1; an account has up to ten."""
DRAIN_MS = 4000
ELSEWHERE = "127.0.0.5"
"""Another loopback address, for a client to connect from."""

Command = tuple[str, ...]
Ports = tuple[int, int, int]


class ProxiedServers(NamedTuple):
    """A proxy and the two servers behind it; `public` has the address of the proxy.

    `plain_port` is where the proxy answers without TLS in production, with a redirect;
    `http2_port` is where it speaks HTTP/2, as to browsers.
    """

    public: Server
    a: Server
    b: Server
    plain_port: int
    http2_port: int

    async def register(self) -> Shopper:
        """Return a shopper of one of the servers, to which the proxy sends all that they ask."""
        ada = Shopper(self.public)
        body = {"email": "ada@shop.example", "password": PASSWORD, "name": "Ada"}
        registered = await ada.send("POST", "/api/accounts", body)
        node = registered.headers["set-cookie"].partition("shop-node=")[2].partition(";")[0]
        ada.cookie += f"; shop-node={node}"
        return ada


def haproxy(text: str, ports: Ports, servers: tuple[Server, Server], home: Path) -> Command:
    """Write HAProxy's configuration for *servers* at *ports*; return the command that starts it."""
    http2 = f"\n    bind 127.0.0.1:{ports[2]} proto h2"
    text = re.sub(r"bind :443 .*", f"bind 127.0.0.1:{ports[0]}{http2}", text)
    text = text.replace("bind :80", f"bind 127.0.0.1:{ports[1]}").replace(" secure ", " ")
    text = text.replace("maxconn 40000", "maxconn 400")
    for address, server in zip(("10.77.0.11", "10.77.0.12"), servers, strict=True):
        metrics_port = server.environment["SHOP_METRICS"].rpartition(":")[2]
        text = text.replace(f"{address}:8000", f"{server.host} port {metrics_port}")
    (home / "haproxy.cfg").write_text(text)
    return ("haproxy", "-db", "-f", str(home / "haproxy.cfg"))


def nginx(text: str, ports: Ports, servers: tuple[Server, Server], home: Path) -> Command:
    """Write nginx's configuration for *servers* at *ports*; return the command that starts it."""
    http2 = f"listen 127.0.0.1:{ports[2]} http2;"
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{ports[0]}; {http2}")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{ports[1]};")
    text = re.sub(r"    ssl_.*\n", "", text).replace("httponly secure", "httponly")
    text = text.replace("Host $host;", "Host $http_host;")
    for address, server in zip(("10.77.0.11", "10.77.0.12"), servers, strict=True):
        text = text.replace(f"{address}:8000", server.host)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {home}/{kind};" for kind in kinds)
    head = f"daemon off; pid {home}/pid; error_log stderr; events {{ }}"
    (home / "nginx.conf").write_text(f"{head} http {{ access_log off; {paths} {text} }}")
    return ("nginx", "-e", "stderr", "-p", str(home), "-c", str(home / "nginx.conf"))


PROXIES: dict[str, Callable[[str, Ports, tuple[Server, Server], Path], Command]] = {
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
    text = (ROOT / "deploy" / request.param).read_text()
    plain_port, http2_port = free_port(), free_port()
    command = configure(text, (public.port, plain_port, http2_port), (a, b), tmp_path)
    a.origin = b.origin = public.origin
    a.start()
    b.start()
    with killed_at_end(subprocess.Popen(command)) as process:
        _wait_until_listening(public.port)
        yield ProxiedServers(public, a, b, plain_port, http2_port)
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
    async with await proxied.register() as ada:
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


async def test_event_streams_pass_the_proxy_as_they_come_more_than_six_on_one_connection(
    proxied: ProxiedServers,
) -> None:
    ada = await proxied.register()
    headers = {"Host": proxied.public.host, "Cookie": ada.cookie}
    url = f"http://127.0.0.1:{proxied.http2_port}"
    async with (
        AsyncClient(
            http1=False, http2=True, base_url=url, headers=headers, timeout=TIMEOUT_S
        ) as browser,
        AsyncExitStack() as open_streams,
    ):
        tabs = [await _Stream.open(browser, open_streams) for _ in range(STREAMS)]
        op = {"t": "op", "n": 1, "k": "line.add", "sku": APPLES, "qty": 2}
        body = {"to": tabs[0].to, "frames": [json.dumps(op)]}
        assert (await browser.post("/api/cart/frames", json=body)).status_code == 204
        patches = [await tab.expect("patch") for tab in tabs]
        assert [patch["lines"][APPLES]["qty"] for patch in patches] == [2] * STREAMS
        for server in (proxied.a, proxied.b):
            server.send_signal(signal.SIGTERM)
        assert [(await tab.expect("close"))["code"] for tab in tabs] == [1012] * STREAMS


class _Stream:
    """An event stream over HTTP/2."""

    def __init__(self, lines: AsyncIterator[str]):
        self.to = ""
        self._lines = lines

    @classmethod
    async def open(cls, browser: AsyncClient, open_streams: AsyncExitStack) -> Self:
        """Open one, and read on until its cart has come."""
        request = browser.stream("GET", events_path(hello_of()))
        response = await open_streams.enter_async_context(request)
        assert (response.status_code, response.http_version) == (200, "HTTP/2")
        stream = cls(response.aiter_lines())
        stream.to = (await stream.expect("open"))["to"]
        await stream.expect("snapshot")
        return stream

    async def expect(self, wanted: str) -> Frame:
        """Read up to the event of this name, or the frame of this type."""
        name = ""
        async for line in self._lines:
            field, _, text = line.partition(": ")
            if field == "event":
                name = text
            elif field == "data":
                data = json.loads(text)
                if wanted in {name, data.get("t")}:
                    return dict(data)
                name = ""
        raise AssertionError("the stream ended")


async def test_the_proxy_does_not_expose_metrics_or_probes(proxied: ProxiedServers) -> None:
    async with await new_shopper(proxied.public) as ada:
        for path in ("/metrics", "/readyz"):
            assert (await ada.send("GET", path)).status == 404


async def test_the_proxy_redirects_to_the_shop_only(proxied: ProxiedServers) -> None:
    plain = HTTPConnection("127.0.0.1", proxied.plain_port, timeout=TIMEOUT_S)
    plain.request("GET", "/cart?a=b", headers={"Host": "evil.example"})

    answer = plain.getresponse()

    assert (answer.status, answer.headers["Location"]) == (308, "https://shop.example/cart?a=b")
    plain.close()


@pytest.mark.timeout(600)
async def test_a_body_that_does_not_come_is_waited_for_by_the_proxy_alone(
    proxied: ProxiedServers,
) -> None:
    form = "Content-Type: application/x-www-form-urlencoded"
    began_s = time.monotonic()
    async with raw_connection(proxied.public) as held:
        held.write(request(proxied.public, "POST", "/login", form, "Content-Length: 9") + b"x")
        answer = await held.read_to_end()

    assert time.monotonic() - began_s < 15
    assert not answer or answer.startswith(b"HTTP/1.1 408")
    assert not [
        event
        for one in (proxied.a, proxied.b)
        for event in one.events()
        if event["event"] == "connections refused or ended"
    ]
