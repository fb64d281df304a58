"""Prints what the body of a cart consists of, in bytes, and what it costs to write one down.

python -m bench.body
"""

import timeit
from collections.abc import Iterator
from itertools import cycle, islice
from typing import NamedTuple
from uuid import UUID

import msgspec

from app.domain.cart import Cart
from app.domain.catalog import Catalog, Money, Product, Sku
from app.domain.ops import SetLine
from app.domain.outbox import OpRef, OutboxId
from app.domain.rules import rule
from app.store.cart_body import encode_body
from tests.examples import EMPTY, NOON

PARTS = ("lines", "steps", "outboxes")
ENCODINGS, REPEATS = 2000, 5
DIGEST = "Ab3-_9"
"""As long as every op's."""


class Shape(NamedTuple):
    """A cart with so many lines, changed by so many ops from so many outboxes in turn."""

    lines: int
    outboxes: int
    ops: int

    def cart(self) -> Cart:
        """Return the cart."""
        catalog = _catalog(self.lines)
        cart = EMPTY
        for ref, sku in zip(self._refs(), cycle(catalog.products), strict=False):
            cart = rule(cart, ref, SetLine(sku, ref.n % 20 + 1), catalog, NOON).cart
        return cart

    def _refs(self) -> Iterator[OpRef]:
        names = [OutboxId(str(UUID(int=number))) for number in range(self.outboxes)]
        for at, name in enumerate(islice(cycle(names), self.ops)):
            yield OpRef(name, at // self.outboxes + 1, DIGEST)


SHAPES = (
    Shape(1, 1, 1),
    Shape(3, 1, 10),
    Shape(10, 1, 40),
    Shape(10, 2, 200),
    Shape(100, 16, 1600),
)


def main() -> None:
    """Print a table."""
    print("| lines | outboxes | ops | bytes | " + " | ".join(PARTS) + " | rest | µs to encode |")
    print("| --- " * (len(PARTS) + 6) + "|")
    for shape in SHAPES:
        cart = shape.cart()
        text = encode_body(cart)
        parts = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        sizes = [len(bytes(parts[name])) for name in PARTS]
        cells = (*shape, len(text), *sizes, len(text) - sum(sizes), f"{_encode_us(cart):.1f}")
        print("| " + " | ".join(str(cell) for cell in cells) + " |")


def _catalog(count: int) -> Catalog:
    """Return products whose SKUs are as long as those of the seeded catalogue."""
    skus = [Sku(f"granny-smith-{number:03}-1kg") for number in range(count)]
    return Catalog(
        {
            sku: Product(sku, sku, sku, "each", "fruit", "apple", "", Money(220), 10**6)
            for sku in skus
        },
        {},
    )


def _encode_us(cart: Cart) -> float:
    times = timeit.repeat(lambda: encode_body(cart), number=ENCODINGS, repeat=REPEATS)
    return min(times) / ENCODINGS * 1e6


if __name__ == "__main__":
    main()
