"""HAProxy in front of several servers, as in a deployment."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import pytest

from tests.databases import PATIENCE_S, wait_until
from tests.e2e.server import Server, free_port
from tests.e2e.shared import Shared

CONFIG = """
global
    maxconn 5000
defaults
    mode http
    timeout connect 2s
    timeout check 3s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h
    option redispatch 1
    retries 3
frontend statistics
    bind 127.0.0.1:{statistics_port}
    stats enable
    stats uri /
frontend shop
    bind 127.0.0.1:{port}
    default_backend servers
backend servers
    balance leastconn
    option httpchk
    http-check send meth GET uri /readyz
    http-check expect status 200
    default-server check inter 500ms fall 2 rise 2
"""
"""The timings of checks are those of `deploy/haproxy.cfg`."""


class Balancer:
    """An HAProxy process that balances one address over several servers."""

    def __init__(self, home: Path, program: str):
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self._statistics_port = free_port()
        self._config = home / "haproxy.cfg"
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, servers: Sequence[Server]) -> None:
        """Start HAProxy before *servers*, and return when it listens."""
        lines = [
            f"    server s{each.port} 127.0.0.1:{each.port} check port {_metrics_port(each)}"
            for each in servers
        ]
        self._config.write_text(
            CONFIG.format(port=self.port, statistics_port=self._statistics_port)
            + "\n".join(lines)
            + "\n"
        )
        command = [self._program, "-db", "-f", str(self._config)]
        self._process = subprocess.Popen(command)
        deadline_s = time.monotonic() + PATIENCE_S
        while not self._listens():
            assert time.monotonic() < deadline_s, "HAProxy does not listen"
            time.sleep(0.02)

    def end(self) -> None:
        """Kill the HAProxy process."""
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE_S)

    def wait_for(self, server: Server) -> None:
        """Wait until HAProxy has seen that *server* is ready."""
        wait_until(lambda: f"servers,s{server.port},UP" in self._states())

    def _states(self) -> list[str]:
        """Return backend, server and state of each line of HAProxy's statistics."""
        with urlopen(f"http://127.0.0.1:{self._statistics_port}/;csv") as answer:
            head, *lines = answer.read().decode().splitlines()
        state = head.split(",").index("status")
        cells = (line.split(",") for line in lines)
        return [",".join((*each[:2], each[state])) for each in cells]

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


class BalancedServers(NamedTuple):
    """Servers behind one address."""

    origin: str
    servers: list[Server]
    balancer: Balancer | None = None
    """What is behind the address, if it is not one of the servers."""

    def roll(self) -> list[float]:
        """Restart one server after the other, as a deploy does; return how long each took."""
        return [self._restart(server) for server in self.servers]

    def _restart(self, server: Server) -> float:
        began_s = time.monotonic()
        server.send_signal(signal.SIGTERM)
        code, took_s = server.exit_code(), time.monotonic() - began_s
        assert code == 0
        server.start()
        if self.balancer:
            self.balancer.wait_for(server)
        return took_s


def require_haproxy() -> str:
    """Return HAProxy's program; skip the test where it is not installed."""
    if (program := shutil.which("haproxy")) is None:
        pytest.skip("there is no HAProxy here (on Debian: apt-get install haproxy)")
    return program


@contextmanager
def balanced(
    home: Path, shared: Shared, count: int, **settings: object
) -> Iterator[BalancedServers]:
    """Open *count* servers on one database behind one address; skip the test without HAProxy."""
    balancer, url = Balancer(home, require_haproxy()), shared.cluster.new()
    defaults = {"redis": shared.redis.url, "origins": balancer.origin, **settings}
    servers = [_server(home, url, f"s{number}", **defaults) for number in range(count)]
    try:
        for server in servers:
            server.origin = balancer.origin
            server.start()
        balancer.start(servers)
        yield BalancedServers(balancer.origin, servers, balancer)
    finally:
        balancer.end()
        for server in servers:
            server.end()


def _server(home: Path, url: str, name: str, **settings: object) -> Server:
    (home / name).mkdir()
    metrics = f"127.0.0.1:{free_port()}"
    return Server(home / name, url, node=name, metrics=metrics, **settings)


def _metrics_port(server: Server) -> str:
    return server.environment["SHOP_METRICS"].rpartition(":")[2]
