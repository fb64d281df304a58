"""The waitlist of a product: who is asked next when units come back (protocol.md §12).

Nobody is overtaken, since whatever frees units asks in the same transaction: while anybody waits,
there is no unit that is free.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct

from app.domain.accounts import AccountId
from app.domain.catalog import Catalog, Money, Offers, Sku
from app.domain.hold_care import Held

OFFER_S: Final = 300
"""How long a unit is kept for whom it is offered to."""
AWAY_AFTER_S: Final = 30
"""So long after their last connection, who waits still counts as connected."""
NEW_S: Final = 5
"""So long after it has begun, who is gone already was not there to be told of an offer."""
MOST_PLACES: Final = 20
"""On so many waitlists one account can be, so that nobody waits for the whole shop."""


class Joined(StrEnum):
    """What became of a wish to be told.

    `FREE`: there are units to be had, or one is held for the account already. `FULL`: the account
    is on `MOST_PLACES` waitlists. `GONE`: the product is not sold.
    """

    WAITS = "waits"
    FREE = "free"
    FULL = "full"
    GONE = "gone"


class Place(NamedTuple):
    """A place on the waitlist of one product; those with lower numbers come first.

    Who has left counts as connected until `away_at_s`; others are served by `node`.
    """

    number: int
    account: AccountId
    is_connected: bool
    node: str | None = None
    away_at_s: int = 0

    def offer_ends_at_s(self, now_s: int) -> int:
        """Return when an offer ends that is made now: sooner for who may not come back."""
        return now_s + OFFER_S if self.node else self.away_at_s


def place_of(  # noqa: PLR0913, PLR0917 - each is a column
    number: int,
    account: AccountId,
    node: str | None,
    expires_at_s: int | None,
    lease_ends_at_s: int | None,
    now_s: int,
) -> Place:
    """Return the place of an account that *node* serves, or that has left, until `expires_at_s`.

    Whose node was killed has left when its lease ended, if nobody has written that down yet.
    """
    if expires_at_s is not None:
        return Place(number, account, expires_at_s > now_s, None, expires_at_s)
    if lease_ends_at_s is not None and lease_ends_at_s > now_s:
        return Place(number, account, is_connected=True, node=node)
    away_at_s = (lease_ends_at_s or 0) + AWAY_AFTER_S
    return Place(number, account, away_at_s > now_s, None, away_at_s)


class Turn(NamedTuple):
    """Whose turn has come: a unit is kept for some, and the others are told by mail."""

    offered: tuple[Place, ...] = ()
    mailed: tuple[Place, ...] = ()


class OfferCare(NamedTuple):
    """Who has come to see what they are offered, and who had gone just before they were."""

    come: frozenset[AccountId]
    gone: frozenset[AccountId]

    @property
    def is_needed(self) -> bool:
        """Say whether there is anything to write down."""
        return bool(self.come or self.gone)


class Offer(Struct, frozen=True, gc=False, tag_field="t", tag="offer"):
    """A unit that an account has waited for is kept for it, for so long; 0: it is no longer.

    It was taken then, given back or is over. `name` and `unit` are what the product is called.
    """

    sku: Sku
    name: str
    unit: str
    price: Money
    ms: Annotated[int, Meta(ge=0)]


class MovedOffer(NamedTuple):
    """An offer to an account that has begun, or ended if `ends_at_s` is `None`."""

    account: AccountId
    sku: Sku
    ends_at_s: int | None


def ask_in_turn(places: Iterable[Place], free: int) -> Turn:
    """Return who is asked about *free* units; *places* are in their order, and read no further.

    Who is not connected is told, and the next is asked.
    """
    offered: list[Place] = []
    mailed: list[Place] = []
    if free > 0:
        for place in places:
            (offered if place.is_connected else mailed).append(place)
            if len(offered) == free:
                break
    return Turn(tuple(offered), tuple(mailed))


def plan_offers(
    held: Iterable[Held],
    leases: Mapping[str, int],
    connected: Collection[AccountId],
    node: str,
    now_s: int,
) -> OfferCare:
    """Return what *node*, which has tabs of *connected*, has to do about the offers in *held*.

    An offer has the node at which its shopper was seen, or none if they have to come back for it.
    """
    come: set[AccountId] = set()
    gone: set[AccountId] = set()
    for one in held:
        if not one.offered:
            continue
        if one.account in connected:
            if one.node is None:
                come.add(one.account)
            continue
        is_new = (one.expires_at_s or 0) > now_s + OFFER_S - NEW_S
        if is_new and one.node and (one.node == node or leases.get(one.node, 0) <= now_s):
            gone.add(one.account)
    return OfferCare(frozenset(come), frozenset(gone))


def moved_offers(before: Offers, after: Offers, skus: Iterable[Sku]) -> list[MovedOffer]:
    """Return what differs in the offers of *skus*."""
    moved: list[MovedOffer] = []
    for sku in skus:
        was, now = before.get(sku, {}), after.get(sku, {})
        moved += [
            MovedOffer(account, sku, now.get(account))
            for account in sorted(was.keys() | now.keys())
            if was.get(account) != now.get(account)
        ]
    return moved


def offers_to(account: AccountId, offers: Offers) -> Mapping[Sku, int]:
    """Return what is offered to *account*, and until when."""
    if not offers:
        return {}
    return {sku: of[account] for sku, of in offers.items() if account in of}


def offer_of(moved: MovedOffer, catalog: Catalog, now_s: float) -> Offer:
    """Return what an account is told of an offer that has *moved*."""
    product, ends_at_s = catalog.products[moved.sku], moved.ends_at_s
    ms = 0 if ends_at_s is None else max(0, int((ends_at_s - now_s) * 1000))
    return Offer(product.sku, product.name, product.unit, product.price, ms)


def open_offers(account: AccountId, catalog: Catalog, now_s: float) -> list[Offer]:
    """Return what *account* is told of its offers when it comes."""
    offers = offers_to(account, catalog.offers).items()
    return [offer_of(MovedOffer(account, sku, at_s), catalog, now_s) for sku, at_s in offers]
