"""The bodies of HTTP responses that are no messages of a websocket (protocol.md §7)."""

from msgspec import Struct, field

from app.client.decode import Answer, answer_of
from app.domain.accounts import AccountId
from app.domain.catalog import Money, Sku, TaxRate
from app.domain.orders import OrderNumber, OrderState, Pay
from app.domain.payments import PaymentState
from app.domain.totals import Totals
from app.domain.verdicts import Ok
from app.protocol.messages import Need, Refusal


class OpsResponse(Struct, frozen=True):
    """The body of the response to `POST /api/cart/ops`; `at` and `rev` are the cart's."""

    raw_verdicts: tuple[Ok | Refusal | Need, ...] = field(name="verdicts")
    at: str
    rev: int

    @property
    def verdicts(self) -> list[Answer | Need]:
        """The verdicts in the order of the ops; after `RetryLater` or `Need` there are no more."""
        return [one if isinstance(one, Need) else answer_of(one) for one in self.raw_verdicts]


class KnownMember(Struct, frozen=True):
    """A member of a household."""

    account: AccountId


class SharedWith(Struct, frozen=True):
    """The body of the response to `GET /api/household`, as far as it is about the own cart."""

    members: tuple[KnownMember, ...]


class Invited(Struct, frozen=True):
    """The body of the response to an invitation."""

    token: str


class Joined(Struct, frozen=True):
    """The body of the response to one who joins a household."""

    cart: AccountId


class OrderLine(Struct, frozen=True, gc=False):
    """A quantity of one product; `price` is its unit price, tax included or not.

    A promotion, the `deal`, took `off` so much of the line.
    """

    sku: Sku
    name: str
    unit: str
    qty: int
    price: Money
    tax_rate: TaxRate | None = None
    off: Money = Money(0)
    deal: str = ""


class OrderTax(Struct, frozen=True, gc=False):
    """What was charged at one rate of tax, without it, and the tax; 2000 is 20 %."""

    rate: TaxRate
    net: Money
    tax: Money


class DeliveryAddress(Struct, frozen=True, gc=False):
    """The address an order is delivered to."""

    name: str
    line1: str
    line2: str
    city: str
    postcode: str


class OrderPayment(Struct, frozen=True, gc=False):
    """The payment of an order by card, in amounts of minor units.

    `url` is the page to pay it on, and `expires_at` when that ends, while the order awaits payment.
    """

    state: PaymentState
    url: str | None
    expires_at: str | None
    authorised: Money
    captured: Money
    refunded: Money


class WaitlistPlace(Struct, frozen=True):
    """A product that an account waits for, and how many are before it."""

    sku: Sku
    before: int


class WaitlistOffer(Struct, frozen=True):
    """A unit that is kept for an account, for so many milliseconds more."""

    sku: Sku
    ms: int


class Waitlist(Struct, frozen=True):
    """What an account waits for, and what it is offered (protocol.md §11)."""

    places: tuple[WaitlistPlace, ...]
    offers: tuple[WaitlistOffer, ...]


class OpenHelp(Struct, frozen=True):
    """A help that waits or goes on: whose cart it is about, and who of staff helps, if anybody."""

    id: str
    cart: AccountId
    name: str
    asked_at: str
    helper: str


class OpenHelps(Struct, frozen=True):
    """What waits for staff or goes on, oldest first."""

    helps: tuple[OpenHelp, ...]


class TakenHelp(Struct, frozen=True):
    """Whose cart a helper sees now."""

    cart: AccountId


class PlacedOrder(Struct, frozen=True):
    """An order with its current state; `placed_at` is RFC 3339 in UTC."""

    number: OrderNumber
    state: OrderState
    placed_at: str
    lines: tuple[OrderLine, ...]
    totals: Totals
    deliver: DeliveryAddress
    note: str
    taxes: tuple[OrderTax, ...] = ()
    pay: Pay = Pay.ON_DELIVERY
    payment: OrderPayment | None = None
