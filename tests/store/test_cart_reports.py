"""Reports on the contents of all carts."""

import pytest
from sqlalchemy import Engine

from app.domain.cart import AccountId, Line
from app.domain.catalog import Money, Sku
from app.store import cart_reports
from app.store.accounts import add_account
from app.store.cart_reports import CartCount, Idle, count_held, list_idle
from app.store.carts import as_save, load_cart, save_carts
from app.store.database import run_query
from tests.examples import ADA, NOON
from tests.store.example_people import BOB, BOB_HIMSELF
from tests.store.unreadable_carts import spoil

pytestmark = pytest.mark.on_both

APPLES, MILK = Sku("apples"), Sku("milk")


@pytest.fixture(autouse=True)
def bob(engine: Engine) -> None:
    """Register Bob."""
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)


def fill(engine: Engine, account: AccountId, at_s: int = NOON, **units: int) -> None:
    """Save a cart with so many of each product."""
    lines = {Sku(sku): Line(pos, qty, Money(99)) for pos, (sku, qty) in enumerate(units.items())}
    cart = run_query(engine, load_cart, account)._replace(lines=lines)
    run_query(engine, save_carts, [as_save(cart, ())], at_s)


def test_empty_carts_hold_no_products(engine: Engine) -> None:
    assert run_query(engine, count_held) == {}


def test_carts_and_units_are_counted_by_product_with_most_units_first(engine: Engine) -> None:
    fill(engine, ADA, milk=2, apples=1)
    fill(engine, BOB, apples=12)

    held = run_query(engine, count_held)

    assert list(held.items()) == [(APPLES, CartCount(2, 13)), (MILK, CartCount(1, 2))]


def test_saved_lines_are_not_counted(engine: Engine) -> None:
    cart = run_query(engine, load_cart, ADA)._replace(saved={MILK: Line(1, 3, Money(99))})
    run_query(engine, save_carts, [as_save(cart, ())], NOON)

    assert run_query(engine, count_held) == {}


def test_idle_carts_are_listed_longest_idle_first(engine: Engine) -> None:
    fill(engine, ADA, NOON - 10, milk=2, apples=1)
    fill(engine, BOB, NOON - 20, apples=12)

    idle, next_page = run_query(engine, list_idle, NOON - 5, 1)

    assert idle == [Idle("Bob", 1, 12, NOON - 20), Idle("Ada", 2, 3, NOON - 10)]
    assert next_page is None
    assert [cart.name for cart in run_query(engine, list_idle, NOON - 15, 1).carts] == ["Bob"]


def test_an_empty_cart_is_not_idle(engine: Engine) -> None:
    assert run_query(engine, list_idle, NOON + 10, 1).carts == []


def test_idle_carts_come_in_pages(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cart_reports, "PAGE_SIZE", 1)
    fill(engine, ADA, NOON - 10, milk=2)
    fill(engine, BOB, NOON - 20, apples=12)

    first = run_query(engine, list_idle, NOON, 1)
    second = run_query(engine, list_idle, NOON, 2)

    assert ([one.name for one in first.carts], first.next_page) == (["Bob"], 2)
    assert ([one.name for one in second.carts], second.next_page) == (["Ada"], None)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no cart",
        '{"lines":{"milk":',
        '{"lines":5}',
        '{"lines":{"milk":"two"}}',
        '{"lines":{"milk":5}}',
    ],
)
def test_a_cart_that_cannot_be_read_is_left_out_and_named_in_the_log(
    engine: Engine, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    fill(engine, ADA, NOON - 10, milk=2, apples=12)
    run_query(engine, spoil, BOB, body)

    held, idle = run_query(engine, count_held), run_query(engine, list_idle, NOON + 10, 1)

    assert list(held.items()) == [(APPLES, CartCount(1, 12)), (MILK, CartCount(1, 2))]
    assert [cart.name for cart in idle.carts] == ["Ada"]
    assert f"the cart of {BOB} cannot be read" in caplog.text
