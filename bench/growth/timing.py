"""Two shops under measurement, a small and a large one, and what their pages cost."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import NamedTuple, Self
from urllib.parse import urlencode

from app.load.server import cost
from bench.growth.pages import PAGES, Page
from tests.e2e.server import Server

STAFF = ("grace@bench.example", "--name", "Grace", "--staff")
SHOPPER = ("ada@bench.example", "--name", "Ada")
PASSWORD = "as many bricks as there are"  # noqa: S105 - of a shop that lives for a minute
OTHER_PATH = "/api/products/gala-apples-1kg"
OTHER_PAUSE_S = 0.002
ASKED_BESIDE = 5
TIMEOUT_S = 120


class Cost(NamedTuple):
    """Medians of a page, in milliseconds, and the longest that another visitor waited meanwhile."""

    ms: float
    cpu_ms: float
    other_ms: float


class Comparison(NamedTuple):
    """A page in both shops."""

    page: Page
    small: Cost
    large: Cost


class GrownShop:
    """A running server on a filled database, with a shopper and a member of staff signed in."""

    def __init__(self, home: Path, database: str):
        self._server = Server(home, database, limits="load", log="warning")
        self.start_s = 0.0
        self._cookies: dict[bool, str] = {}
        self._numbers = count(100)

    def __enter__(self) -> Self:
        """Start the server, and sign both in."""
        began_s = time.monotonic()
        self._server.start()
        self.start_s = time.monotonic() - began_s
        for words in (SHOPPER, STAFF):
            made = self._server.command("account", "add", *words, given=f"{PASSWORD}\n")
            assert not made.returncode, made.stderr
            self._cookies[words is STAFF] = self._sign_in(words[0])
        self._connection = self._connect()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop the server."""
        self._connection.close()
        self._server.end()

    @property
    def memory_kib(self) -> int:
        """The resident memory of the server."""
        return cost(self._server.running.pid).memory_kib

    def get(self, path: str, *, is_for_staff: bool) -> tuple[float, float]:
        """Return how long a page takes, and the server's CPU, in milliseconds."""
        headers = {"Host": self._server.host, "Cookie": self._cookies[is_for_staff]}
        spent_ns, began_s = self._cpu_ns(), time.perf_counter()
        self._connection.request("GET", path.format(next(self._numbers)), headers=headers)
        answer = self._connection.getresponse()
        answer.read()
        took_s = time.perf_counter() - began_s
        self._connection.close()  # the server closes one that is not used for a while
        assert answer.status == 200, (path, answer.status)
        return 1000 * took_s, (self._cpu_ns() - spent_ns) / 1e6

    def waits(self, stop: Event) -> Iterator[float]:
        """Ask for a product until *stop*, and yield how long each answer took, in milliseconds."""
        connection = self._connect()
        while not stop.is_set():
            began_s = time.perf_counter()
            connection.request("GET", OTHER_PATH, headers={"Host": self._server.host})
            connection.getresponse().read()
            yield 1000 * (time.perf_counter() - began_s)
            time.sleep(OTHER_PAUSE_S)
        connection.close()

    def _connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self._server.port, timeout=TIMEOUT_S)

    def _sign_in(self, email: str) -> str:
        connection = self._connect()
        headers = {
            "Host": self._server.host,
            "Origin": self._server.origin,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        fields = urlencode({"email": email, "password": PASSWORD})
        connection.request("POST", "/login", fields, headers)
        answer = connection.getresponse()
        assert answer.status == 303, answer.read()
        connection.close()
        return answer.headers["Set-Cookie"].partition(";")[0]

    def _cpu_ns(self) -> int:
        """Return the CPU of all threads of the server so far (Linux: /proc)."""
        spent = 0
        for task in Path(f"/proc/{self._server.running.pid}/task").iterdir():
            with suppress(OSError):  # the thread ended
                spent += int((task / "schedstat").read_text().split()[0])
        return spent


def compare(
    small: GrownShop, large: GrownShop, rounds: int, pages: Iterable[Page] = PAGES
) -> Iterator[Comparison]:
    """Time *pages* in both shops, in turns."""
    for page in pages:
        times: dict[GrownShop, list[tuple[float, float]]] = {small: [], large: []}
        for _ in range(rounds):
            for shop, taken in times.items():
                path = page.at(is_large=shop is large)
                taken.append(shop.get(path, is_for_staff=page.is_for_staff))
        costs = [
            _cost(shop, taken, page, page.at(is_large=shop is large))
            for shop, taken in times.items()
        ]
        yield Comparison(page, *costs)


def _cost(shop: GrownShop, times: list[tuple[float, float]], page: Page, path: str) -> Cost:
    ms, cpu_ms = (median(each) for each in zip(*times, strict=True))
    return Cost(ms, cpu_ms, _longest_wait(shop, page, path))


def _longest_wait(shop: GrownShop, page: Page, path: str) -> float:
    """Return the longest that somebody else waits while the page is asked for a few times."""
    stop, waits = Event(), [0.0]
    other = Thread(target=lambda: waits.extend(shop.waits(stop)))
    other.start()
    for _ in range(ASKED_BESIDE):
        shop.get(path, is_for_staff=page.is_for_staff)
    stop.set()
    other.join()
    return max(waits)
