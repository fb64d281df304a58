"""Reports on the contents of all carts."""

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from app.domain.accounts import AccountId
from app.domain.cart import Line
from app.domain.catalog import Money, Sku
from app.domain.paging import After, Start
from app.store import cart_reports
from app.store.accounts import add_account
from app.store.cart_reports import BEFORE_ALL, CartCount, CartTally, Idle, list_idle
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from app.store.queries import run_query
from tests.examples import ADA, NOON
from tests.store.example_people import BOB, BOB_HIMSELF
from tests.store.unreadable_carts import WITH_CORRUPT_OLDER_ROWS, spoil

pytestmark = pytest.mark.on_both

APPLES, MILK = Sku("apples"), Sku("milk")


@pytest.fixture(autouse=True)
def bob(engine: Engine) -> None:
    """Register Bob."""
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)


def fill(engine: Engine, account: AccountId, at_s: int = NOON, **units: int) -> None:
    """Save a cart with so many of each product."""
    lines = {Sku(sku): Line(pos, qty, Money(99)) for pos, (sku, qty) in enumerate(units.items())}
    cart = replace(run_query(engine, load_cart, account), lines=lines)
    run_query(engine, save_carts, [as_save(cart, ())], at_s)


def count(engine: Engine) -> CartTally:
    """Count all carts."""
    tally = CartTally()
    last: AccountId | None = BEFORE_ALL
    while last is not None:
        last = run_query(engine, tally.add_slice, last)
    return tally


def idle(engine: Engine, before_s: int, start: Start = 1) -> tuple[list[Idle], After | None]:
    """Return a page of carts that were saved before a time."""
    whose, next_page = count(engine).filled().page(before_s, start)
    return run_query(engine, list_idle, whose, before_s), next_page


def test_empty_carts_hold_no_products(engine: Engine) -> None:
    assert count(engine).held() == {}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_carts_and_units_are_counted_by_product_with_most_units_first(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(cart_reports, "SLICE", size)
    fill(engine, ADA, milk=2, apples=1)
    fill(engine, BOB, apples=12)

    held = count(engine).held()

    assert list(held.items()) == [(APPLES, CartCount(2, 13)), (MILK, CartCount(1, 2))]


def test_saved_lines_are_not_counted(engine: Engine) -> None:
    cart = replace(run_query(engine, load_cart, ADA), saved={MILK: Line(1, 3, Money(99))})
    run_query(engine, save_carts, [as_save(cart, ())], NOON)

    assert count(engine).held() == {}


def test_idle_carts_are_listed_longest_idle_first(engine: Engine) -> None:
    fill(engine, ADA, NOON - 10, milk=2, apples=1)
    fill(engine, BOB, NOON - 20, apples=12)

    both = [Idle("Bob", 1, 12, NOON - 20), Idle("Ada", 2, 3, NOON - 10)]
    assert idle(engine, NOON - 5) == (both, None)
    assert idle(engine, NOON - 10) == (both[:1], None)


def test_an_empty_cart_is_not_idle(engine: Engine) -> None:
    assert idle(engine, NOON + 10) == ([], None)


def test_idle_carts_come_in_pages(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cart_reports, "PAGE_SIZE", 1)
    fill(engine, ADA, NOON - 10, milk=2)
    fill(engine, BOB, NOON - 20, apples=12)

    first, next_page = idle(engine, NOON)
    assert next_page
    second = idle(engine, NOON, next_page)

    assert idle(engine, NOON, 2) == second
    assert [one.name for one in first] == ["Bob"]
    assert ([one.name for one in second[0]], second[1]) == (["Ada"], None)
    assert idle(engine, NOON, After((NOON - 15, BOB))) == second


def test_a_cart_that_is_used_after_it_was_counted_is_not_idle(engine: Engine) -> None:
    fill(engine, ADA, NOON - 10, milk=2)
    whose = count(engine).filled().page(NOON, 1).whose
    assert whose == [ADA]

    fill(engine, ADA, NOON + 1, milk=3)

    assert run_query(engine, list_idle, whose, NOON) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no cart",
        '{"lines":{"milk":',
        '{"lines":5}',
        '{"lines":{"milk":"two"}}',
        '{"lines":{"milk":5}}',
        WITH_CORRUPT_OLDER_ROWS,
    ],
)
def test_a_cart_that_cannot_be_read_is_left_out_and_named_in_the_log(
    engine: Engine, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    fill(engine, ADA, NOON - 10, milk=2, apples=12)
    run_query(engine, spoil, BOB, body)

    held, (idle_carts, _) = count(engine).held(), idle(engine, NOON + 10)

    assert list(held.items()) == [(APPLES, CartCount(1, 12)), (MILK, CartCount(1, 2))]
    assert [cart.name for cart in idle_carts] == ["Ada"]
    assert f"the cart of {BOB} cannot be read" in caplog.text
