"""Orders of two milk, as tests save them."""

from sqlalchemy import Engine

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog, Sku
from app.domain.ops import AddLine
from app.domain.orders import Order, OrderKey, OrderNumber
from app.domain.placing import Placed
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from app.store.catalog import load_catalog_changes
from app.store.queries import run_query
from tests.buying import placed
from tests.examples import ADA, NOON, after

MILK = Sku("milk-2l")


def catalog(engine: Engine) -> Catalog:
    """Return the catalogue as saved."""
    return run_query(engine, load_catalog_changes, -1).catalog


def stock(engine: Engine, sku: Sku = MILK) -> int:
    """Return the stock of a product."""
    return catalog(engine).products[sku].stock


def saved(engine: Engine, *bought: Placed) -> tuple[AccountId, ...]:
    """Save carts with their orders in one batch; return the accounts that were refused."""
    saves = [as_save(one.cart, (), (one.change,)) for one in bought]
    return run_query(engine, save_carts, saves, NOON).refused


def with_milk(engine: Engine, qty: int = 2, account: AccountId = ADA) -> Cart:
    """Return a cart with some milk in it."""
    cart = run_query(engine, load_cart, account)
    return after(AddLine(MILK, qty), cart=cart, catalog=catalog(engine))


def ordered(engine: Engine, number: str = "7QK4-M2XD") -> Order:
    """Save an order of two milk, and return it."""
    cart = with_milk(engine)
    outcome = placed(
        cart, catalog(engine), number=OrderNumber(number), key=OrderKey(f"key of {number}")
    )
    assert saved(engine, outcome) == ()
    return outcome.change.order
