"""Loading carts from the database."""

from collections.abc import Awaitable, Callable

import pytest

from app.domain.cart import Cart
from app.domain.errors import DatabaseUnavailable
from app.domain.ops import SetNote
from app.domain.outbox import OutboxId
from app.runtime.disk import CartDisk
from app.store.accounts import Person, add_account
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from tests.examples import ADA, HERE, NOON, after
from tests.http.flaky import FlakyDatabase


@pytest.fixture
async def disk(database: FlakyDatabase) -> CartDisk:
    """Return the cart storage, with Ada's empty cart."""
    person = Person(ADA, "ada@shop.example", "Ada", "a hash")
    await database.write(add_account, person, "e0", NOON)
    return CartDisk(database)


async def saved(database: FlakyDatabase) -> Cart:
    """Save a note in Ada's cart; return the saved cart."""
    cart = after(SetNote("two bags"), cart=await database.read(load_cart, ADA))
    await database.write(save_carts, [as_save(cart, ())], NOON)
    found: Cart = await database.read(load_cart, ADA)
    return found


async def test_carts_are_loaded_as_they_were_saved(database: FlakyDatabase, disk: CartDisk) -> None:
    cart = await saved(database)

    assert await disk.cart(ADA) == cart
    assert list(await disk.carts_of([ADA])) == [cart]
    assert await disk.version(ADA) == cart.version == 1


async def test_the_last_op_of_an_unknown_outbox_is_0(disk: CartDisk) -> None:
    assert await disk.last(ADA, OutboxId(HERE)) == 0


@pytest.mark.parametrize(
    "read",
    [
        lambda disk: disk.cart(ADA),
        lambda disk: disk.carts_of([ADA]),
        lambda disk: disk.version(ADA),
        lambda disk: disk.last(ADA, HERE),
    ],
    ids=["cart", "carts_of", "version", "last"],
)
async def test_a_database_outage_raises_database_unavailable(
    database: FlakyDatabase, disk: CartDisk, read: Callable[[CartDisk], Awaitable[object]]
) -> None:
    database.is_away = True

    with pytest.raises(DatabaseUnavailable):
        await read(disk)
