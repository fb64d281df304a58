"""What a shopper may ask of a cart, in so many words."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable

from app.client.encode import ClientOp
from app.domain.catalog import Money, Sku
from app.domain.ops import (
    AcceptLine,
    AddLine,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    Undo,
    UnsaveLine,
)
from app.domain.verdicts import Verdict

Answer = Awaitable[Verdict]


class CartOps(ABC):
    """Every op as a method; each returns at once what the verdict can be awaited from."""

    @abstractmethod
    def send(self, wish: ClientOp) -> Answer:
        """Ask for *wish*."""

    def add(self, sku: str, qty: int = 1, seen: int | None = None) -> Answer:
        """Add so many; *seen* is the price that the shopper had in front of them."""
        return self.send(AddLine(Sku(sku), qty, _money(seen)))

    def set(self, sku: str, qty: int, seen: int | None = None) -> Answer:
        """Have exactly so many; none takes the line out."""
        return self.send(SetLine(Sku(sku), qty, _money(seen)))

    def accept(self, sku: str, price: int) -> Answer:
        """Agree to this price, if it is today's."""
        return self.send(AcceptLine(Sku(sku), Money(price)))

    def save(self, sku: str) -> Answer:
        """Move a line to those saved for later."""
        return self.send(SaveLine(Sku(sku)))

    def unsave(self, sku: str) -> Answer:
        """Move a saved line back into the cart."""
        return self.send(UnsaveLine(Sku(sku)))

    def note(self, text: str) -> Answer:
        """Write on the order."""
        return self.send(SetNote(text))

    def voucher(self, code: str | None) -> Answer:
        """Put a voucher on the cart, or take it off."""
        return self.send(SetVoucher(code))

    def undo(self, rev: int | None = None) -> Answer:
        """Take the newest change back; with *rev*, only if it made that revision."""
        return self.send(Undo(rev))


def _money(price: int | None) -> Money | None:
    return None if price is None else Money(price)
