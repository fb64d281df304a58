"""What other nodes did to a cart: announced by them, and true once it is read from the database."""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from app.domain.cart import Cart, advance
from app.live.ports import CommittedChange


class RemoteCommits:
    """The newest version that another node announced, and the changes that came with it.

    Announcements may be lost, late or doubled: they only spare the tabs a snapshot.
    """

    def __init__(self) -> None:
        self.newest_version = 0
        self._changes: dict[int, CommittedChange] = {}

    def record(self, version: int, changes: Iterable[CommittedChange]) -> None:
        """Take what was announced of *version*."""
        self.newest_version = max(self.newest_version, version)
        self._changes |= {change.patch.rev: change for change in changes}

    def take_steps(self, before: Cart, after: Cart) -> list[tuple[Cart, CommittedChange]] | None:
        """Forget the changes; return those that lead from *before* to *after*, with their carts.

        None if they do not lead there: one is missing, or the cart was changed in another way.
        """
        changes, self._changes = self._changes, {}
        if _same(before, after):
            return []
        changes_in_order = [*_consecutive(changes, before.rev + 1)]
        _, *carts = accumulate(
            (change.patch for change in changes_in_order), advance, initial=before
        )
        if not carts or not _same(carts[-1], after):
            return None
        return [*zip(carts, changes_in_order, strict=True)]


def _consecutive(changes: dict[int, CommittedChange], rev: int) -> Iterator[CommittedChange]:
    """Yield the change that made revision *rev*, and those after it, up to the first gap."""
    while rev in changes:
        yield changes[rev]
        rev += 1


def _same(cart: Cart, other: Cart) -> bool:
    """Say whether tabs see no difference between them."""
    return (cart.epoch, cart.rev, cart.content) == (other.epoch, other.rev, other.content)
