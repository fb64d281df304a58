"""Compares how long the shop takes with addresses that have an account and with others."""

import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from statistics import median

from app.domain.accounts import AccountId
from app.store.accounts import Person, add_account
from app.store.engines import connect
from app.store.queries import run_query
from bench.shop import MeasuredShop, measured_shop
from tests.e2e.server import Server

MAX_DIFFERENCE = 0.02
TIMES_EACH = 4
"""An address gets five mails an hour; after those it takes another way, known or not."""

Ask = Callable[[HTTPConnection, str], None]
"""Sends the request that is measured, about an address, and reads its answer."""


def run(ask: Ask, **settings: str) -> None:
    """Compare for as many addresses as the command line says, and exit."""
    sys.exit(compare(ask, int(sys.argv[1]) if len(sys.argv) > 1 else 250, **settings))


def compare(ask: Ask, addresses: int, **settings: str) -> int:
    """Print the medians of both, each address asked for four times, in alternating order.

    Return 1 if they differ by more than 2 %.
    """
    known: list[float] = []
    unknown: list[float] = []
    with measured_shop(Server, **settings) as measured:
        emails = _add_confirmed(measured, addresses)
        connection = HTTPConnection(measured.server.host)
        ask(connection, "first@bench.example")
        for number in range(addresses * TIMES_EACH):
            email = emails[number % addresses]
            other = email.replace("known", "other")
            pair = [(known, email), (unknown, other)]
            for times, each in pair if number % 2 else reversed(pair):
                times.append(_ms(ask, connection, each))
        connection.close()
    one, other_ms = median(known), median(unknown)
    print(
        f"known e-mail {one:.3f} ms, unknown {other_ms:.3f} ms: medians of {len(known)} tries each;"
        f" unknown is {other_ms / one:.3f} times known"
    )
    return int(abs(other_ms / one - 1) > MAX_DIFFERENCE)


def _add_confirmed(measured: MeasuredShop, count: int) -> list[str]:
    """Add *count* accounts whose addresses are confirmed; return those."""
    engine = connect(measured.server.database)
    emails = [f"known-{os.urandom(6).hex()}@bench.example" for _ in range(count)]
    for number, email in enumerate(emails):
        person = Person(AccountId(f"u-{number}"), email, "Known", "no hash")
        run_query(engine, add_account, person, "e0", int(time.time()))
    engine.dispose()
    return emails


def _ms(ask: Ask, connection: HTTPConnection, email: str) -> float:
    began_s = time.perf_counter()
    ask(connection, email)
    return (time.perf_counter() - began_s) * 1000
