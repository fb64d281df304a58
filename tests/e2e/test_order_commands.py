"""`shop order` and `shop voucher` beside a running server."""

import pytest

from tests.e2e.catalog import APPLES
from tests.e2e.orders import fill_cart, order_body, place_order, query_database, stock_of
from tests.e2e.raw_client import Shopper
from tests.e2e.server import Server, run_command

pytestmark = pytest.mark.on_both


def run_on(shop: Server, *words: str) -> tuple[int, str]:
    """Return the exit code of a command, and what it printed."""
    done = run_command(*words, environment=shop.environment)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.smoke("sqlite")
async def test_an_order_is_listed_and_moved_through_its_states(shop: Server, ada: Shopper) -> None:
    await fill_cart(ada, **{APPLES: 1})
    number = (await place_order(ada, await order_body(ada))).json["number"]

    assert f"{number}  placed" in run_on(shop, "order", "list")[1]
    assert run_on(shop, "order", "list", "--state", "packed") == (0, "There are none.\n")
    for state in ("packed", "on_the_way", "delivered"):
        assert run_on(shop, "order", "move", number.lower()) == (0, f"{number}: {state}.\n")
    assert run_on(shop, "order", "move", number) == (
        2,
        f"shop: {number} is delivered and can become nothing else.\n",
    )


async def test_cancelling_an_order_by_command_restores_its_stock(
    shop: Server, ada: Shopper
) -> None:
    before = stock_of(shop, APPLES)
    await fill_cart(ada, voucher="welcome10", **{APPLES: 1})
    number = (await place_order(ada, await order_body(ada))).json["number"]

    assert run_on(shop, "order", "move", number, "cancelled") == (0, f"{number}: cancelled.\n")

    assert stock_of(shop, APPLES) == before
    documents = run_on(shop, "order", "export", "-")[1]
    assert f"invoice,{number},on_delivery,GBP,0,4.63,0.00,4.63\n" in documents
    assert f"credit_note,{number},on_delivery,GBP,0,-4.63,0.00,-4.63\n" in documents
    await fill_cart(ada, voucher="welcome10", **{APPLES: 1})
    assert (await ada.cart())["cart"]["voucher"]["state"] == "ok"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("order", "move", "2222-2222"), "there is no order 2222-2222"),
        (("order", "list", "--page", "0"), "pages count from 1"),
        (("voucher", "add", "WELCOME10", "--percent", "5"), "WELCOME10 already"),
        (("voucher", "add", "no spaces", "--percent", "5"), "letters, digits and dashes"),
        (("voucher", "add", "FREE", "--percent", "101"), "invalid choice"),
    ],
)
def test_an_impossible_command_prints_one_sentence_and_exits_with_2(
    shop: Server, words: tuple[str, ...], why: str
) -> None:
    code, text = run_on(shop, *words)

    assert (code, why in text) == (2, True), text


@pytest.mark.smoke("sqlite")
def test_adding_a_voucher_prints_its_terms(shop: Server) -> None:
    words = ("--amount", "5.00", "--minimum", "20.00", "--until", "2027-01-31", "--uses-each", "1")

    assert run_on(shop, "voucher", "add", "five", *words) == (0, "FIVE: £5.00 off from £20.00.\n")

    ends = query_database(shop, "SELECT ends FROM vouchers WHERE code = 'FIVE'")
    assert ends == 1_801_440_000
