"""What is in all carts, read in slices; a cart that cannot be read is left out, and logged."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from heapq import merge
from typing import NamedTuple

from sqlalchemy import Connection, select

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.paging import After, Start
from app.store.carts import readable_lines
from app.store.tables import accounts, carts

SLICE = 200
"""So many carts take a few milliseconds."""
PAGE_SIZE = 50
PAGE_KEY = (int, str)
"""The types of what a page of idle carts begins after: when one was saved last, and whose it is."""
BEFORE_ALL = AccountId("")


class CartCount(NamedTuple):
    """In how many carts a product is, and how many units of it they have together."""

    carts: int
    units: int


NOT_HELD = CartCount(0, 0)


class Idle(NamedTuple):
    """An abandoned cart: its owner's name, how much is in it, and when it was saved last."""

    name: str
    lines: int
    units: int
    since_s: int


class IdlePage(NamedTuple):
    """Whose carts a page of idle ones shows, and where the next begins if there is one."""

    whose: Sequence[AccountId]
    next_page: After | None


class FilledCarts:
    """Whose carts are not empty, those first that were saved longest ago, in seconds since 1970.

    These are two columns, since rows of them would need five times the memory.
    """

    def __init__(self, saved_s: Sequence[int], whose: Sequence[AccountId]):
        self._saved_s = saved_s
        self._whose = whose

    def page(self, before_s: int, start: Start) -> IdlePage:
        """Return a page of those that were last saved before *before_s*."""
        end = bisect_left(self._saved_s, before_s)
        first = self._first(start)
        last = min(first + PAGE_SIZE, end)
        shown = self._whose[first:last]
        if not shown or last == end:
            return IdlePage(shown, None)
        return IdlePage(shown, After((self._saved_s[last - 1], shown[-1])))

    def _first(self, start: Start) -> int:
        if isinstance(start, int):
            return (start - 1) * PAGE_SIZE
        places = range(len(self._whose))
        at = bisect_left(places, start.key, key=lambda at: (self._saved_s[at], self._whose[at]))
        is_here = at < len(places) and (self._saved_s[at], self._whose[at]) == start.key
        return at + is_here


class CartTally:
    """What has been counted so far; only one thread at a time may use it."""

    def __init__(self) -> None:
        self._holders = Counter[Sku]()
        self._units = Counter[Sku]()
        self._filled: list[list[tuple[int, AccountId]]] = []

    def add_slice(self, connection: Connection, after: AccountId) -> AccountId | None:
        """Count the carts after the one of an account; return whose is the last, if more follow."""
        query = select(carts).where(carts.c.account > after).order_by(carts.c.account)
        rows = connection.execute(query.limit(SLICE)).all()
        filled = []
        for row, lines in readable_lines(rows):
            self._holders.update(lines.keys())
            self._units.update({sku: line.qty for sku, line in lines.items()})
            if lines:
                filled.append((row.updated_at, AccountId(row.account)))
        self._filled.append(sorted(filled))
        return AccountId(rows[-1].account) if len(rows) == SLICE else None

    def held(self) -> dict[Sku, CartCount]:
        """Return what is in carts, the most units first."""
        most_first = sorted(self._units, key=lambda sku: (-self._units[sku], sku))
        return {sku: CartCount(self._holders[sku], self._units[sku]) for sku in most_first}

    def filled(self) -> FilledCarts:
        """Return the carts that are not empty.

        Slices are merged one by one: to sort all at once would keep every other thread waiting.
        """
        saved_s, whose = array("q"), []
        for at_s, account in merge(*self._filled):
            saved_s.append(at_s)
            whose.append(account)
        return FilledCarts(saved_s, whose)


def list_idle(connection: Connection, whose: Sequence[AccountId], before_s: int) -> list[Idle]:
    """Return the carts of *whose*, the longest idle first.

    Those that were emptied or saved since they were counted are left out.
    """
    query = (
        select(carts, accounts.c.name)
        .join(accounts)
        .where(carts.c.account.in_(whose), carts.c.updated_at < before_s)
        .order_by(carts.c.updated_at, carts.c.account)
    )
    return [
        Idle(row.name, len(lines), sum(line.qty for line in lines.values()), row.updated_at)
        for row, lines in readable_lines(connection.execute(query))
        if lines
    ]
