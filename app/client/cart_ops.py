"""A method for each op that changes a cart."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable

from app.domain.catalog import Money, Sku
from app.domain.ops import (
    AcceptLine,
    AcceptSuggestion,
    AddLine,
    ClientOp,
    DeclineSuggestion,
    DiscardLine,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.domain.verdicts import Verdict

PendingVerdict = Awaitable[Verdict]


class CartOps(ABC):
    """Each method submits an op and returns at once; await the result for the verdict."""

    @abstractmethod
    def send(self, op: ClientOp) -> PendingVerdict:
        """Submit *op*."""

    def add(self, sku: str, qty: int = 1, seen: int | None = None) -> PendingVerdict:
        """Add *qty* of a product; *seen* is the unit price that the user was shown."""
        return self.send(AddLine(Sku(sku), qty, _money(seen)))

    def set(self, sku: str, qty: int, seen: int | None = None) -> PendingVerdict:
        """Set the quantity of a line; 0 removes it."""
        return self.send(SetLine(Sku(sku), qty, _money(seen)))

    def accept(self, sku: str, price: int) -> PendingVerdict:
        """Accept *price* for a line, if it is today's."""
        return self.send(AcceptLine(Sku(sku), Money(price)))

    def save(self, sku: str) -> PendingVerdict:
        """Move a line to those saved for later."""
        return self.send(SaveLine(Sku(sku)))

    def unsave(self, sku: str) -> PendingVerdict:
        """Move a saved line back into the cart."""
        return self.send(UnsaveLine(Sku(sku)))

    def discard(self, sku: str) -> PendingVerdict:
        """Remove a saved line."""
        return self.send(DiscardLine(Sku(sku)))

    def note(self, text: str) -> PendingVerdict:
        """Set the note for the delivery."""
        return self.send(SetNote(text))

    def voucher(self, code: str | None) -> PendingVerdict:
        """Apply a voucher, or remove it with `None`."""
        return self.send(SetVoucher(code))

    def undo(self, rev: int | None = None) -> PendingVerdict:
        """Undo the newest change; with *rev*, only if it made that revision."""
        return self.send(Undo(rev))

    def suggest(self, sku: str, qty: int = 1, seen: int | None = None) -> PendingVerdict:
        """Propose *qty* of a product to the household; 0 takes the own proposal back."""
        return self.send(SuggestLine(Sku(sku), qty, _money(seen)))

    def accept_suggestion(self, sku: str, seen: int | None = None) -> PendingVerdict:
        """Add what is proposed of a product to the cart."""
        return self.send(AcceptSuggestion(Sku(sku), _money(seen)))

    def decline_suggestion(self, sku: str) -> PendingVerdict:
        """Remove what is proposed of a product."""
        return self.send(DeclineSuggestion(Sku(sku)))


def _money(price: int | None) -> Money | None:
    return None if price is None else Money(price)
