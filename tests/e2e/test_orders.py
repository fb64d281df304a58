"""Orders at a real server: no overselling, and each idempotency key places one order."""

import asyncio
import json
import signal
from collections import Counter
from http.client import HTTPConnection

import pytest

from tests.e2e.catalog import APPLES, MILK
from tests.e2e.orders import fill_cart, new_key, order_body, place_order, query_database, stock_of
from tests.e2e.raw_client import Shopper, new_shopper
from tests.e2e.server import Server, run_command
from tests.waiting import SLOW_MACHINE_S

pytestmark = pytest.mark.on_both

SETTINGS = {"limits": "load"}
SHOPPERS = 50
REPEATS = 20


def set_product(shop: Server, sku: str, **values: object) -> None:
    """Change a product with the command, beside the server."""
    arguments = [word for name, value in values.items() for word in (f"--{name}", str(value))]
    done = run_command("product", "set", sku, *arguments, environment=shop.environment)
    assert done.returncode == 0, done.stderr


async def wait_until_published(shopper: Shopper, sku: str, **values: object) -> None:
    """Wait until the server has loaded these values of a product."""
    async with asyncio.timeout(60):
        while True:
            seen = (await shopper.send("GET", f"/api/products/{sku}")).json
            if values.items() <= seen.items():
                return
            await asyncio.sleep(0.02)


def order_without_reading_the_response(
    shop: Server, shopper: Shopper, body: object
) -> HTTPConnection:
    """Send an order, and return the connection without reading the response."""
    connection = HTTPConnection("127.0.0.1", shop.port)
    headers = {"Cookie": shopper.cookie, "Content-Type": "application/json"}
    connection.request("POST", "/api/orders", json.dumps(body), headers)
    return connection


async def test_an_order_takes_stock_and_empties_the_cart_in_every_tab(
    shop: Server, ada: Shopper
) -> None:
    before = stock_of(shop, MILK)
    await fill_cart(ada, **{MILK: 2})
    tab = await ada.tab()

    answer = await place_order(ada, await order_body(ada))

    patch, message = await tab.receive(), await tab.receive()
    assert answer.status == 201
    assert patch["by"] == [{"tab": None, "outbox": None, "n": None, "k": "order"}]
    assert (patch["t"], patch["lines"]) == ("patch", {MILK: None})
    assert message == {"t": "order", "number": answer.json["number"], "state": "placed"}
    assert stock_of(shop, MILK) == before - 2
    assert await ada.quantities() == {}
    assert [line["qty"] for line in answer.json["lines"]] == [2]


async def test_fifty_concurrent_orders_for_the_last_three_items_sell_three(shop: Server) -> None:
    sku = APPLES
    shoppers = await asyncio.gather(*(new_shopper(shop) for _ in range(SHOPPERS)))
    await asyncio.to_thread(set_product, shop, sku, stock=3)
    await wait_until_published(shoppers[0], sku, stock=3)
    await asyncio.gather(*(fill_cart(shopper, **{sku: 1}) for shopper in shoppers))
    bodies = await asyncio.gather(*(order_body(shopper) for shopper in shoppers))

    answers = await asyncio.gather(*map(place_order, shoppers, bodies))

    codes = Counter("sold" if answer.status == 201 else answer.json["code"] for answer in answers)
    assert codes["sold"] == 3
    assert codes.total() == SHOPPERS
    assert set(codes) <= {"sold", "stale", "sold_out"}
    assert {answer.status for answer in answers} == {201, 409}
    assert stock_of(shop, sku) == 0
    assert query_database(shop, "SELECT sum(qty) FROM order_lines WHERE sku = :sku", sku=sku) == 3
    refused = [
        shopper for shopper, answer in zip(shoppers, answers, strict=True) if answer.status == 409
    ]
    assert [await shopper.quantities() for shopper in refused] == [{sku: 1}] * (SHOPPERS - 3)
    await asyncio.to_thread(set_product, shop, sku, stock=300)


async def test_twenty_concurrent_requests_with_one_key_place_one_order(
    shop: Server, ada: Shopper
) -> None:
    before = stock_of(shop, MILK)
    await fill_cart(ada, **{MILK: 1})
    body = await order_body(ada)

    answers = await asyncio.gather(*(place_order(ada, body) for _ in range(REPEATS)))

    assert Counter(answer.status for answer in answers) == {201: 1, 200: REPEATS - 1}
    assert len({answer.body for answer in answers}) == 1
    assert stock_of(shop, MILK) == before - 1


async def test_after_a_kill_between_commit_and_response_the_key_finds_the_order(
    shop: Server, ada: Shopper
) -> None:
    await fill_cart(ada, **{MILK: 1})
    body, before = await order_body(ada), stock_of(shop, MILK)
    connection = order_without_reading_the_response(shop, ada, body)
    while not query_database(shop, "SELECT count(*) FROM orders WHERE key = :key", key=body["key"]):
        pass
    shop.send_signal(signal.SIGKILL)
    await asyncio.to_thread(shop.exit_code)
    connection.close()
    await asyncio.to_thread(shop.start)

    answers = await asyncio.gather(*(place_order(ada, body) for _ in range(REPEATS)))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert stock_of(shop, MILK) == before - 1
    assert await ada.quantities() == {}


@pytest.mark.parametrize("changes", [{"at": "7c1d.0.0000000000000000"}, {"total": 1}])
async def test_an_order_with_another_position_or_total_is_stale_and_gets_the_current_ones(
    shop: Server, ada: Shopper, changes: dict[str, object]
) -> None:
    await fill_cart(ada, **{MILK: 1})
    body, before = await order_body(ada), stock_of(shop, MILK)

    answer = await place_order(ada, body | changes)

    assert (answer.status, answer.json["code"]) == (409, "stale")
    assert (answer.json["at"], answer.json["total"]) == (body["at"], body["total"])
    assert stock_of(shop, MILK) == before
    assert (await place_order(ada, body)).status == 201


async def test_an_order_with_an_unaccepted_price_rise_is_refused_though_its_total_is_right(
    shop: Server, ada: Shopper
) -> None:
    await fill_cart(ada, **{MILK: 1})
    price = (await ada.cart())["cart"]["lines"][0]["price"]
    before = stock_of(shop, MILK)
    await asyncio.to_thread(set_product, shop, MILK, price=f"{(price + 10) / 100:.2f}")

    before_publication = await place_order(ada, await order_body(ada))
    await wait_until_published(ada, MILK, price=price + 10)
    after_publication = await place_order(ada, await order_body(ada))

    assert before_publication.json["code"] in {"stale", "price_rise"}
    assert (after_publication.status, after_publication.json["code"]) == (409, "price_rise")
    assert stock_of(shop, MILK) == before
    await asyncio.to_thread(set_product, shop, MILK, price=f"{price / 100:.2f}")
    await wait_until_published(ada, MILK, price=price)


async def test_twenty_concurrent_orders_use_a_single_use_voucher_once(shop: Server) -> None:
    made = run_command(
        "voucher", "add", "ONCE", "--percent", "50", "--uses", "1", environment=shop.environment
    )
    assert made.returncode == 0, made.stderr
    shoppers = await asyncio.gather(*(new_shopper(shop) for _ in range(REPEATS)))
    await asyncio.to_thread(set_product, shop, APPLES, price="2.34")
    await wait_until_published(shoppers[0], APPLES, price=234)  # and so the voucher before it
    await asyncio.gather(*(fill_cart(one, voucher="once", **{MILK: 1}) for one in shoppers))
    bodies = await asyncio.gather(*(order_body(one) for one in shoppers))

    answers = await asyncio.gather(*map(place_order, shoppers, bodies))

    assert Counter(answer.status for answer in answers) == {201: 1, 409: REPEATS - 1}
    assert {answer.json["code"] for answer in answers if answer.status == 409} == {"stale"}
    assert query_database(shop, "SELECT uses_left FROM vouchers WHERE code = 'ONCE'") == 0
    assert query_database(shop, "SELECT count(*) FROM orders WHERE voucher = 'ONCE'") == 1


async def test_another_account_s_order_looks_like_one_that_does_not_exist(
    shop: Server, ada: Shopper
) -> None:
    await fill_cart(ada, **{MILK: 1})
    number = (await place_order(ada, await order_body(ada))).json["number"]
    async with await new_shopper(shop) as eve:
        foreign = [
            await eve.send("GET", f"/api/orders/{number}"),
            await eve.send("POST", f"/api/orders/{number}/cancel"),
        ]
        unknown = await eve.send("GET", "/api/orders/2222-2222")

    assert {(answer.status, answer.body) for answer in (*foreign, unknown)} == {(404, unknown.body)}
    assert (await ada.send("GET", f"/api/orders/{number}")).json["state"] == "placed"


async def test_concurrent_cancellations_of_an_order_restore_its_stock_once(
    shop: Server, ada: Shopper
) -> None:
    before = stock_of(shop, MILK)
    await fill_cart(ada, **{MILK: 2})
    tab = await ada.tab()
    number = (await place_order(ada, await order_body(ada))).json["number"]

    cancelled = await asyncio.gather(
        *(ada.send("POST", f"/api/orders/{number}/cancel") for _ in range(5))
    )

    assert {(one.status, one.json["state"]) for one in cancelled} == {(200, "cancelled")}
    assert stock_of(shop, MILK) == before
    states = [await tab.expect("order"), await tab.expect("order")]
    assert [one["state"] for one in states] == ["placed", "cancelled"]


async def test_tabs_receive_an_order_state_set_by_command_within_a_second(
    shop: Server, ada: Shopper
) -> None:
    await fill_cart(ada, **{MILK: 1})
    tab = await ada.tab()
    number = (await place_order(ada, await order_body(ada))).json["number"]
    await tab.expect("order")

    moved = await asyncio.to_thread(
        run_command, "order", "move", number, environment=shop.environment
    )
    async with asyncio.timeout(1 + SLOW_MACHINE_S):
        message = await tab.expect("order")
    refused = await ada.send("POST", f"/api/orders/{number}/cancel")

    assert moved.stdout == f"{number}: packed.\n"
    assert message == {"t": "order", "number": number, "state": "packed"}
    assert (refused.status, refused.json["code"]) == (409, "not_placed")


async def test_reusing_a_key_with_another_address_is_refused(ada: Shopper) -> None:
    await fill_cart(ada, **{MILK: 1})
    body = await order_body(ada, key=new_key())
    assert (await place_order(ada, body)).status == 201

    other = await place_order(ada, body | {"deliver": body["deliver"] | {"city": "Wells"}})

    assert (other.status, other.json["code"]) == (409, "key_reused")
