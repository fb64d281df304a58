"""What a tab knows: its cart, what the server sent last, and the ops that have no verdict."""

from decimal import Decimal

from app.client.cart import Cart
from app.client.session import Session
from app.domain.catalog import Money, Sku
from app.domain.limits import Limits
from app.domain.ops import ClientOp
from app.domain.outbox import OutboxId
from app.domain.totals import Totals
from app.protocol.messages import Item


class TabState:
    """The properties of a tab that its messages change; each is the newest known value."""

    def __init__(self, session: Session):
        self._session = session

    @property
    def cart(self) -> Cart:
        """The newest known cart."""
        return self._session.cart

    @property
    def at(self) -> str | None:
        """The position of the cart; `None` while it is stale."""
        return self._session.cart.at

    @property
    def totals(self) -> Totals:
        """The totals of the cart."""
        return self._session.cart.totals

    @property
    def prices(self) -> dict[Sku, Item]:
        """Price and stock of the watched products, as far as received."""
        return self._session.prices

    @property
    def limits(self) -> Limits:
        """The server's limits, from its welcome."""
        return self._session.limits

    @property
    def features(self) -> tuple[str, ...]:
        """The names of what the server adds to the protocol, from its welcome."""
        return self._session.features

    @property
    def decimals(self) -> int:
        """How many decimals amounts have, from the server's welcome; an older one means 2."""
        return self._session.decimals

    def exact(self, amount: Money) -> Decimal:
        """Return *amount*, in minor units, in the currency's own: 120 as 1.20."""
        return Decimal(amount).scaleb(-self.decimals)

    @property
    def tabs(self) -> int:
        """The number of connected tabs of the account."""
        return self._session.tabs

    @property
    def session_left_ms(self) -> int:
        """The remaining time of the login when the server last sent it."""
        return self._session.session_left_ms

    @property
    def outbox(self) -> OutboxId:
        """The name of the outbox; a new one after the server lost its record of the old one."""
        return self._session.outbox.name

    @property
    def pend(self) -> list[int]:
        """The numbers of the ops that were sent and have no verdict."""
        return self._session.outbox.pend

    @property
    def waiting(self) -> int:
        """The number of ops without a verdict, sent or not."""
        return len(self._session.outbox)

    @property
    def unsettled(self) -> list[tuple[int, ClientOp]]:
        """The ops without a verdict and their numbers in `outbox`, also after the tab stopped.

        `Account.send(tab.outbox, tab.unsettled)` submits them again; none is applied twice.
        """
        return self._session.outbox.unsettled

    @property
    def settled(self) -> int:
        """The newest number in the outbox that has a verdict."""
        return self._session.outbox.settled
