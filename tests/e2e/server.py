"""A server process with its own database, which tests start, stop, kill and restart."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXIT_S = 60
FIRST_PORT, FIRST_EPHEMERAL_PORT = 10_000, 32_768
"""`FIRST_EPHEMERAL_PORT` is Linux's default."""
TEST_SETTINGS = {"registrations": 1000, "confirm": "off", "log": "info"}
"""All tests register accounts from one address, so the rate limit is raised; few read mails."""


class Server:
    """One shop: its folder, port and settings stay the same when its process is restarted."""

    program = "app.cli"
    prefix: tuple[str, ...] = ()
    """A command that runs the process, such as `prlimit`."""

    def __init__(self, home: Path, database: str | None = None, **settings: object):
        self.home = home
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.origin = f"http://{self.host}"
        self.database = database or f"sqlite:///{home / 'shop.db'}"
        self.arguments: tuple[str, ...] = ("run",)
        self.log = home / "log"
        self.log.touch()
        self.environment = environment(
            bind=self.host,
            database=self.database,
            secret="a secret for the tests of this shop alone",
            **{**TEST_SETTINGS, "mail_folder": home / "mail", **settings},
        )
        self._process: subprocess.Popen[str] | None = None

    @property
    def running(self) -> subprocess.Popen[str]:
        """Return the newest process."""
        assert self._process, "the server was never started"
        return self._process

    @property
    def is_open(self) -> bool:
        """Return whether the newest process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start a process, and return when it prints that it is open."""
        self.begin()
        assert self.running.stdout
        ready = self.running.stdout.readline()
        if not ready.startswith(f"The shop is open at {self.origin} "):
            self.kill()
            pytest.fail(f"the shop is not ready: {self.log.read_text()}")

    def begin(self) -> None:
        """Start a process without waiting until it is open."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", self.program, *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def send_signal(self, sign: signal.Signals) -> None:
        """Send a signal without waiting for its effect."""
        self.running.send_signal(sign)

    def exit_code(self, within_s: float = EXIT_S) -> int:
        """Wait for the process to end, and return its exit code."""
        code = self.running.wait(within_s)
        assert self.running.stdout
        self.running.stdout.close()
        return code

    def kill(self) -> None:
        """Kill the process with SIGKILL."""
        self.running.kill()
        self.exit_code()

    def end(self) -> None:
        """Stop the process with SIGTERM, if it runs."""
        if self.is_open:
            self.send_signal(signal.SIGTERM)
        if self._process:
            self.exit_code()

    def command(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the same build in its own process, with the same settings."""
        return run_command(*words, environment=self.environment, given=given, program=self.program)

    def events(self) -> list[dict[str, Any]]:
        """Return all log events of all processes."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def alarms(self) -> list[dict[str, Any]]:
        """Return the log events of tabs that are ahead of the database."""
        return [event for event in self.events() if event["event"].startswith("alarm: ")]

    def error_events(self) -> list[dict[str, Any]]:
        """Return the log events of errors, without alarms."""
        failures = [event for event in self.events() if event["level"] in {"error", "critical"}]
        return [event for event in failures if event not in self.alarms()]


def environment(**settings: object) -> dict[str, str]:
    """Return the environment of a command: this process's, with only these settings of the shop."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOP_")}
    return inherited | {f"SHOP_{name.upper()}": str(value) for name, value in settings.items()}


def run_command(
    *words: str, environment: Mapping[str, str], given: str = "", program: str = Server.program
) -> subprocess.CompletedProcess[str]:
    """Run a command of the shop to its end."""
    return subprocess.run(
        [sys.executable, "-m", program, *words],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=environment,
        input=given,
        text=True,
        timeout=EXIT_S,
    )


def free_port(in_a_row: int = 1) -> int:
    """Return the first of *in_a_row* free ports.

    None of them is ephemeral, since the system could assign such a port at any moment.
    """
    while True:
        first = random.randrange(FIRST_PORT, FIRST_EPHEMERAL_PORT - in_a_row)
        if all(map(_is_free, range(first, first + in_a_row))):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
