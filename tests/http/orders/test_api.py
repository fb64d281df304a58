"""Orders as JSON: what is refused, and what a response has in it."""

import asyncio
from typing import Any

import pytest

from app.domain.catalog import Sku
from app.store.product_edits import ProductValues, edit_products
from tests.http.harness import HttpHarness, open_harness
from tests.http.order_helpers import HOME, MILK, order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import code, fields, text
from tests.staff import BY_COMMAND

pytestmark = pytest.mark.on_both


MALFORMED: tuple[dict[str, Any], ...] = (
    {"key": ""},
    {"key": "k" * 65},
    {"at": 7},
    {"total": -1},
    {"total": "770"},
    {"deliver": None},
    {"deliver": HOME | {"name": ""}},
    {"deliver": HOME | {"line2": "x" * 101}},
    {"deliver": HOME | {"city": "Bath\nWells"}},
    {"deliver": HOME | {"postcode": "x" * 17}},
    {"pay": "by_magic"},
)


@pytest.mark.smoke
async def test_an_order_is_answered_as_the_protocol_says(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness, note="Ring twice.")

    answer = await order(ada, await wanted(ada))

    assert answer.status_code == 201
    content = await fields(answer)
    about = {"number", "state", "placed_at", "deliver", "note"}
    assert content.keys() == {*about, "lines", "totals", "taxes", "pay", "payment"}
    assert content["placed_at"] == "2027-01-15T08:00:00Z"
    assert content["lines"] == [
        {
            "sku": MILK,
            "name": "Whole milk",
            "unit": "2 litres",
            "qty": 2,
            "price": 210,
            "tax_rate": 0,
        }
    ]
    assert content["taxes"] == [{"rate": 0, "net": 770, "tax": 0}]
    assert (content["totals"]["total"], content["deliver"], content["note"]) == (
        770,
        HOME,
        "Ring twice.",
    )
    assert await fields(await ada.get(f"/api/orders/{content['number']}")) == content
    assert await fields(await ada.get("/api/orders")) == {"orders": [content], "next": None}


async def test_an_order_calls_products_as_the_reader_does_unless_they_are_called_otherwise_today(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    placed = await fields(await order(ada, await wanted(ada)))
    path = f"/zh-hant/api/orders/{placed['number']}"

    async def called() -> tuple[str, str]:
        (line,) = (await fields(await ada.get(path)))["lines"]
        return line["name"], line["unit"]

    assert await called() == ("全脂牛奶", "2 公升")
    staff = await grace(harness)
    assert "全脂牛奶" in await text(await staff.get("/zh-hant/staff/orders"))
    renamed = ProductValues(Sku(MILK), 0, {"name": "Fresh milk"})
    await harness.database.write(edit_products, [renamed], BY_COMMAND)
    await harness.refresh_catalog()
    assert await called() == ("Whole milk", "2 litres")
    (line,) = (await fields(await ada.get(path.removeprefix("/zh-hant"))))["lines"]
    assert line["name"] == "Whole milk"


async def test_without_a_login_there_are_no_orders(harness: HttpHarness) -> None:
    visitor = harness.visitor()

    assert await code(await visitor.send("/api/orders", {})) == (401, "login_required")
    assert await code(await visitor.get("/api/orders")) == (401, "login_required")
    assert await code(await visitor.get("/api/orders/2222-2222")) == (401, "login_required")


async def test_a_malformed_order_takes_nothing(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    usual = await wanted(ada)

    for changes in MALFORMED:
        answer = await order(ada, usual | changes)

        assert (changes, await code(answer)) == (changes, (400, "malformed"))
        assert await ada.lines() == {MILK: 2}


async def test_a_refused_key_can_be_used_again(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    body = await wanted(ada)

    refused = await order(ada, body | {"total": 1})
    answer = await order(ada, body)

    assert await code(refused) == (409, "stale")
    content = await fields(refused)
    assert (content["at"], content["total"]) == (body["at"], body["total"])
    assert answer.status_code == 201


async def test_an_empty_cart_cannot_be_ordered(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert await code(await order(ada, await wanted(ada))) == (409, "empty")


@pytest.mark.smoke
async def test_stock_that_changed_on_disk_is_found_when_the_order_is_saved(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    body = await wanted(ada)
    await harness.set_product_unseen(MILK, stock=1)

    answer = await order(ada, body)

    assert await code(answer) == (409, "short")
    assert await ada.lines() == {MILK: 2}


async def test_a_price_that_fell_on_disk_makes_the_total_stale(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    body = await wanted(ada)
    await harness.set_product_unseen(MILK, price=200)

    answer = await order(ada, body)

    assert await code(answer) == (409, "stale")
    assert (await fields(answer))["total"] == body["total"] - 20


async def test_the_same_key_finds_the_order_before_anything_else_is_looked_at(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    body = await wanted(ada)
    first = await order(ada, body)

    again = await order(ada, body | {"at": "7c1d.0.0000000000000000", "total": 1})
    other = await order(ada, body | {"deliver": HOME | {"city": "Wells"}})

    assert again.status_code == 200
    assert await again.get_data() == await first.get_data()
    assert await code(other) == (409, "key_reused")


async def test_order_keys_of_different_accounts_do_not_collide(harness: HttpHarness) -> None:
    ada, bob = await stocked_cart(harness), await stocked_cart(harness, email="bob@shop.example")
    bodies = [await wanted(one, key="the same") for one in (ada, bob)]

    answers = [await order(ada, bodies[0]), await order(bob, bodies[1])]

    assert [answer.status_code for answer in answers] == [201, 201]


async def test_a_client_that_disconnects_finds_the_order_under_its_key(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    body = await wanted(ada)
    harness.database.saving.clear()
    asking = asyncio.create_task(order(ada, body))
    await harness.database.saving.wait()
    asking.cancel()

    answer = await order(ada, body)

    assert answer.status_code == 200
    assert len((await fields(await ada.get("/api/orders")))["orders"]) == 1


async def test_an_order_while_the_database_is_away_is_busy_and_takes_nothing(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    body = await wanted(ada)
    harness.database.writes_fail = True

    answer = await order(ada, body)
    harness.database.writes_fail = False

    assert await code(answer) == (503, "busy")
    assert await fields(await ada.get("/api/orders")) == {"orders": [], "next": None}


async def test_cancelling_brings_stock_and_voucher_back_and_twice_is_once(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness, code="welcome10")
    placed = await fields(await order(ada, await wanted(ada)))
    path = f"/api/orders/{placed['number']}/cancel"

    first, second = await ada.send(path, {}), await ada.send(path, {})

    assert await fields(first) == await fields(second) == placed | {"state": "cancelled"}
    assert placed["totals"]["discount"] == 42
    assert await ada.form("/cart/voucher", code="welcome10") == "ok: Voucher WELCOME10: 10 % off."


async def test_a_packed_order_cannot_be_cancelled(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    number = (await fields(await order(ada, await wanted(ada))))["number"]
    await harness.move_on(number)

    answer = await ada.send(f"/api/orders/{number}/cancel", {})

    assert await code(answer) == (409, "not_placed")


async def test_another_customers_order_is_not_found(harness: HttpHarness) -> None:
    ada, bob = await stocked_cart(harness), await harness.ada(email="bob@shop.example")
    number = (await fields(await order(ada, await wanted(ada))))["number"]

    foreign = await bob.get(f"/api/orders/{number}")
    unknown = await bob.get("/api/orders/2222-2222")

    assert await code(foreign) == (404, "not_found")
    assert await foreign.get_data() == await unknown.get_data()
    assert await code(await bob.send(f"/api/orders/{number}/cancel", {})) == (404, "not_found")


async def test_a_page_of_orders_needs_a_number(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert await code(await ada.get("/api/orders?page=x")) == (400, "malformed")
    assert await fields(await ada.get("/api/orders?page=2")) == {"orders": [], "next": None}


async def test_a_number_that_is_taken_is_drawn_again(url: str) -> None:
    drawn = iter([0, 0, 1])
    async with open_harness(url, draw=lambda _: next(drawn)) as harness:
        ada, bob = await stocked_cart(harness), await stocked_cart(harness, email="b@shop.example")

        numbers = [
            (await fields(await order(one, await wanted(one))))["number"] for one in (ada, bob)
        ]

    assert numbers == ["2222-2222", "3222-2222"]
