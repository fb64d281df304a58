"""A Redis server for tests, which they can stop and start."""

import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.databases import PATIENCE_S
from tests.e2e.server import free_port


class RedisServer:
    """A Redis server on a free port, without persistence."""

    def __init__(self, program: Path):
        self._program = program
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the URL of the server."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start the server, and return when it answers."""
        words = ("--bind", "127.0.0.1", "--port", str(self._port), "--save", "")
        self._process = subprocess.Popen([self._program, *words], stdout=subprocess.DEVNULL)
        deadline_s = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < deadline_s, "Redis does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill the server."""
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None

    def _answers(self) -> bool:
        with Redis.from_url(self.url) as client, suppress(RedisError):
            return bool(client.ping())
        return False


def find_redis() -> Path | None:
    """Return the path of the server program, if it is installed."""
    found = shutil.which("redis-server")
    return Path(found) if found else None
