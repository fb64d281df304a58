"""Waitlists: who waits for units of a product, and what they are offered when some come back.

All of it happens under the lock on the catalogue's revision, by which holds and orders change
stock as well: whatever frees units asks who waits for them before it commits.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.hold_care import Held
from app.domain.mails import MailKind
from app.domain.waitlist import (
    AWAY_AFTER_S,
    MOST_PLACES,
    NEW_S,
    OFFER_S,
    Joined,
    OfferCare,
    Place,
    Turn,
    ask_in_turn,
    place_of,
)
from app.store.catalog import increment_revision
from app.store.living_accounts import hold_account
from app.store.mails import tell_owners
from app.store.tables import hold_leases, holds, products, waitlist

READ_AT_ONCE = 256
_LEFT = products.c.stock - products.c.on_hold
_RETURNED = select(products.c.sku, products.c.sold, _LEFT).where(
    products.c.sku.in_(select(waitlist.c.sku)), or_(_LEFT > 0, products.c.sold.is_(False))
)
_OFFER = text("""
    INSERT INTO holds (account, sku, qty, node, expires_at, checkout_at, offered)
    VALUES (:account, :sku, 1, :node, :expires_at, 0, TRUE)
    ON CONFLICT (account, sku) DO UPDATE
    SET qty = holds.qty + 1, node = excluded.node, expires_at = excluded.expires_at, offered = TRUE
""")


class OwnPlace(NamedTuple):
    """A product that an account waits for, and how many are before it."""

    sku: Sku
    before: int


class _Returned(NamedTuple):
    """A product with a waitlist of which units are free, or which is sold no longer."""

    sku: Sku
    sold: bool
    free: int


def join_waitlist(connection: Connection, account: AccountId, sku: Sku, now_s: int) -> Joined:
    """Put *account* at the end of a waitlist, unless it is on it already.

    Raises `AccountRemoved`.
    """
    revision = increment_revision(connection)
    hold_account(connection, account)
    own = func.coalesce(_units(account, sku), 0)
    query = select(products.c.sold, products.c.stock - products.c.on_hold + own)
    found = connection.execute(query.where(products.c.sku == sku)).first()
    if found is None or not found[0]:
        return Joined.GONE
    if found[1] > 0:
        return Joined.FREE
    places = set(connection.scalars(select(waitlist.c.sku).where(waitlist.c.account == account)))
    if sku in places:
        return Joined.WAITS
    if len(places) >= MOST_PLACES:
        return Joined.FULL
    row = {"account": account, "sku": sku, "number": revision, "expires_at": now_s + AWAY_AFTER_S}
    connection.execute(insert(waitlist).values(row))
    _count(connection, [sku], revision)
    return Joined.WAITS


def leave_waitlist(connection: Connection, account: AccountId, sku: Sku, now_s: int) -> None:
    """Take *account* off a waitlist, or give back what it was offered."""
    revision = increment_revision(connection)
    mine = waitlist.c.account == account, waitlist.c.sku == sku
    connection.execute(delete(waitlist).where(*mine))
    _count(connection, [sku], revision)
    offered = holds.c.account == account, holds.c.sku == sku, holds.c.offered
    units = connection.execute(delete(holds).where(*offered).returning(holds.c.qty)).scalar()
    if units:
        given_back = update(products).where(products.c.sku == sku)
        connection.execute(given_back.values(on_hold=products.c.on_hold - units, moved=revision))
        serve_waitlists(connection, revision, now_s)


def leave_all_waitlists(connection: Connection, which: ColumnElement[bool]) -> None:
    """Take those places away that are *which*."""
    if skus := connection.scalars(select(waitlist.c.sku).where(which).distinct()).all():
        revision = increment_revision(connection)
        connection.execute(delete(waitlist).where(which))
        _count(connection, [Sku(sku) for sku in skus], revision)


def serve_waitlists(connection: Connection, revision: int, now_s: int) -> None:
    """Offer what is free to those who wait for it, and tell those who are away by mail.

    Who waits for a product that is sold no longer is told that. Nothing is changed where nobody
    waits; *revision* is that of the caller, who has its lock.
    """
    for row in connection.execute(_RETURNED).all():
        _serve(connection, _Returned(*row), revision, now_s)


def places_of(connection: Connection, account: AccountId) -> list[OwnPlace]:
    """Return what *account* waits for, and how many are before it; the oldest place first."""
    ahead = waitlist.alias()
    before = select(func.count()).where(
        ahead.c.sku == waitlist.c.sku, ahead.c.number < waitlist.c.number
    )
    query = select(waitlist.c.sku, before.scalar_subquery()).where(waitlist.c.account == account)
    rows = connection.execute(query.order_by(waitlist.c.number))
    return [OwnPlace(Sku(sku), count) for sku, count in rows]


def load_presence(connection: Connection) -> list[Held]:
    """Return where those who wait were connected last."""
    columns = waitlist.c.account, waitlist.c.node, waitlist.c.expires_at
    rows = connection.execute(select(*columns).distinct())
    return [Held(AccountId(account), node, expires_at) for account, node, expires_at in rows]


def attend_offers(connection: Connection, care: OfferCare, node: str, now_s: int) -> None:
    """Write down who has come to see an offer, which lasts from then on, and who was gone."""
    revision = increment_revision(connection)
    offered = holds.c.offered & (holds.c.qty > 0)
    unseen = offered & holds.c.node.is_(None)
    new = offered & holds.c.node.is_not(None) & (holds.c.expires_at > now_s + OFFER_S - NEW_S)
    come = update(holds).where(unseen, holds.c.account.in_(sorted(care.come)))
    gone = update(holds).where(new, holds.c.account.in_(sorted(care.gone)))
    moved: set[str] = set()
    for moving in (
        come.values(node=node, expires_at=now_s + OFFER_S),
        gone.values(node=None, expires_at=now_s + AWAY_AFTER_S),
    ):
        moved.update(connection.scalars(moving.returning(holds.c.sku)))
    changed = update(products).where(products.c.sku.in_(sorted(moved)))
    connection.execute(changed.values(moved=revision))


def _serve(connection: Connection, returned: _Returned, revision: int, now_s: int) -> None:
    sku = returned.sku
    places = _places(connection, sku, now_s)
    if returned.sold:
        asked, kind = ask_in_turn(places, returned.free), MailKind.FREE_AGAIN
    else:
        asked, kind = Turn(mailed=tuple(places)), MailKind.SOLD_NO_LONGER
    if asked.offered:
        _offer(connection, sku, asked.offered, now_s)
    _drop(connection, sku, (*asked.offered, *asked.mailed))
    _count(connection, [sku], revision)
    tell_owners(connection, [one.account for one in asked.mailed], kind, now_s, sku=sku)


def _offer(connection: Connection, sku: Sku, to: Sequence[Place], now_s: int) -> None:
    """Hold a unit of *sku* for each of those, some of whom may have a hold that ended."""
    rows = [
        {
            "account": place.account,
            "sku": sku,
            "node": place.node,
            "expires_at": place.offer_ends_at_s(now_s),
        }
        for place in to
    ]
    connection.execute(_OFFER, rows)
    held = update(products).where(products.c.sku == sku)
    connection.execute(held.values(on_hold=products.c.on_hold + len(to)))


def _places(connection: Connection, sku: Sku, now_s: int) -> Iterator[Place]:
    """Yield the places of a waitlist in their order, read a few at a time."""
    columns = waitlist.c.number, waitlist.c.account, waitlist.c.node, waitlist.c.expires_at
    query = (
        select(*columns, hold_leases.c.ends_at)
        .outerjoin(hold_leases, hold_leases.c.node == waitlist.c.node)
        .where(waitlist.c.sku == sku, waitlist.c.number > bindparam("after"))
        .order_by(waitlist.c.number)
        .limit(READ_AT_ONCE)
    )
    after = -1
    while rows := connection.execute(query, {"after": after}).all():
        for row in rows:
            yield place_of(*row, now_s)
        after = rows[-1].number


def _drop(connection: Connection, sku: Sku, places: Iterable[Place]) -> None:
    rows = [{"of": sku, "place": place.number} for place in places]
    gone = waitlist.c.sku == bindparam("of"), waitlist.c.number == bindparam("place")
    connection.execute(delete(waitlist).where(*gone), rows)


def _count(connection: Connection, skus: Iterable[Sku], revision: int) -> None:
    """Write down how many wait, for all nodes to see."""
    length = select(func.count()).where(waitlist.c.sku == products.c.sku)
    counted = update(products).where(products.c.sku.in_(sorted(skus)))
    length_now = length.correlate(products).scalar_subquery()
    connection.execute(counted.values(waiting=length_now, moved=revision))


def _units(account: AccountId, sku: Sku) -> ColumnElement[int]:
    own = select(holds.c.qty).where(holds.c.account == account, holds.c.sku == sku)
    return own.scalar_subquery()
