"""How long the shop takes to refuse a wrong password: of a known e-mail address, and of none.

    python -m bench.logins [TRIES]

Two medians that can be told apart would tell a stranger who has an account (SECURITY.md). Ends
with 1 if they are further apart than a twentieth.
"""

import asyncio
import os
import sys
import time
from statistics import median

from app.client import Problem, Shop
from bench.shop import measured_shop

KNOWN = "known@bench.example"
APART = 0.05


async def refused_ms(shop: Shop, email: str) -> float:
    """Return how long it takes until *email* is not let in."""
    began_s = time.perf_counter()
    code = await refusal(shop, email)
    took_s = time.perf_counter() - began_s
    assert code == "wrong_login", code
    return took_s * 1000


async def refusal(shop: Shop, email: str) -> str | None:
    """Return the code with which *email* is not let in, if it is not."""
    try:
        await shop.login(email, "a guess, and wrong")
    except Problem as problem:
        return problem.code
    return None


async def main(tries: int) -> int:
    """Try both in turn, each as often first, and print what came of it."""
    known: list[float] = []
    unknown: list[float] = []
    with measured_shop() as measured:
        shop = Shop(measured.server.origin)
        await shop.register(KNOWN, "seven brown bricks", "Known")
        for number in range(tries):
            nobody = f"{os.urandom(6).hex()}@bench.example"
            pair = [(known, KNOWN), (unknown, nobody)]
            for times, email in pair if number % 2 else reversed(pair):
                times.append(await refused_ms(shop, email))
    one, other = median(known), median(unknown)
    print(
        f"known e-mail {one:.2f} ms, unknown {other:.2f} ms: medians of {tries} tries each;"
        f" unknown is {other / one:.3f} times known"
    )
    return int(abs(other / one - 1) > APART)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)))
