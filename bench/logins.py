"""Measures whether sign-in timing reveals which e-mail addresses have an account.

    python -m bench.logins [TRIES]

Compares the time to refuse a wrong password for a known address and for an unknown one
(SECURITY.md). Exits with 1 if the medians differ by more than 5 %.
"""

import asyncio
import os
import sys
import time
from statistics import median

from app.client import Problem, Shop
from bench.shop import measured_shop

KNOWN = "known@bench.example"
MAX_DIFFERENCE = 0.05


async def refusal_ms(shop: Shop, email: str) -> float:
    """Return the milliseconds until a login of *email* is refused."""
    began_s = time.perf_counter()
    code = await refusal(shop, email)
    took_s = time.perf_counter() - began_s
    assert code == "wrong_login", code
    return took_s * 1000


async def refusal(shop: Shop, email: str) -> str | None:
    """Return the code with which a login of *email* is refused."""
    try:
        await shop.login(email, "a guess, and wrong")
    except Problem as problem:
        return problem.code
    return None


async def main(tries: int) -> int:
    """Try both addresses in alternating order, and print the medians."""
    known: list[float] = []
    unknown: list[float] = []
    with measured_shop() as measured:
        shop = Shop(measured.server.origin)
        await shop.register(KNOWN, "seven brown bricks", "Known")
        for number in range(tries):
            nobody = f"{os.urandom(6).hex()}@bench.example"
            pair = [(known, KNOWN), (unknown, nobody)]
            for times, email in pair if number % 2 else reversed(pair):
                times.append(await refusal_ms(shop, email))
    one, other = median(known), median(unknown)
    print(
        f"known e-mail {one:.2f} ms, unknown {other:.2f} ms: medians of {tries} tries each;"
        f" unknown is {other / one:.3f} times known"
    )
    return int(abs(other / one - 1) > MAX_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)))
