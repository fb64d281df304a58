"""What other nodes did to a cart: announced by them, and true once it is read from the database."""

from app.domain.cart import Cart, advance
from app.protocol.changes import CommittedChange

Step = tuple[Cart, Cart, CommittedChange]
"""The cart before a commit, the cart after it, and what changed."""


class RemoteCommits:
    """The newest version that another node announced, and the changes that came with it.

    Announcements may be lost, late or doubled: they only spare the tabs a snapshot.
    """

    def __init__(self) -> None:
        self.newest_version = 0
        self._changes: dict[int, CommittedChange] = {}

    def record(self, version: int, change: CommittedChange | None) -> None:
        """Take what was announced of *version*."""
        self.newest_version = max(self.newest_version, version)
        if change:
            self._changes[change.patch.prev] = change

    def take_steps(self, before: Cart, after: Cart) -> list[Step] | None:
        """Forget the changes; return those that lead from *before* to *after*, with their carts.

        None if they do not lead there: one is missing, or the cart was changed in another way.
        """
        changes, self._changes = self._changes, {}
        steps: list[Step] = []
        cart = before
        while not _same(cart, after):
            change = changes.get(cart.rev)
            if change is None:
                return None
            cart, earlier = advance(cart, change.patch), cart
            steps.append((earlier, cart, change))
        return steps


def _same(cart: Cart, other: Cart) -> bool:
    """Say whether tabs see no difference between them."""
    return (cart.epoch, cart.rev, cart.content) == (other.epoch, other.rev, other.content)
