"""What shoppers and machines are told of units that are held, and why some are not."""

import pytest

from app.domain.catalog import HoldRule, Sku
from app.domain.edits import Edit
from app.domain.hold_limits import MOST_HELD_LINES, MOST_HELD_UNITS
from app.store.product_edits import edit_product
from tests.http.harness import HttpHarness
from tests.http.visitor import fields, text
from tests.staff import BY_COMMAND

APPLES, MILK = Sku("gala-apples-1kg"), Sku("milk-2l")


@pytest.mark.on_both
async def test_what_is_beyond_the_limits_is_not_held_and_says_why(harness: HttpHarness) -> None:
    for sku in (APPLES, MILK):
        await harness.set_product(sku, stock=MOST_HELD_UNITS + 10)
        await harness.database.write(edit_product, Edit(sku, 1, hold=HoldRule.ALWAYS), BY_COMMAND)
    await harness.refresh_catalog()
    ada = await harness.ada()
    await ada.form("/cart/add", sku=MILK, qty=f"{MOST_HELD_UNITS + 1}")
    await ada.form("/cart/add", sku=APPLES, qty="2")

    english, chinese = [await text(await ada.get(page)) for page in ("/cart", "/zh-hant/cart")]
    cart = (await fields(await ada.get("/api/cart")))["cart"]
    one = await fields(await harness.visitor().get(f"/api/products/{MILK}"))
    listed = await fields(await harness.visitor().get(f"/api/products?q={MILK}"))

    limits = f"at most {MOST_HELD_UNITS} items, of {MOST_HELD_LINES} products, are held for a cart"
    assert f"Held for you in part: {limits}" in english
    assert f"Not held for you: {limits}" in english
    assert f"每個購物車最多保留 {MOST_HELD_LINES} 種商品，共 {MOST_HELD_UNITS} 件" in chinese
    assert [(line["hold"], line["limited"]) for line in cart["lines"]] == [
        ("part", True),
        ("none", True),
    ]
    held = {product["sku"]: product["held"] for product in (one, *listed["products"])}
    assert (one["held"], held[MILK]) == (MOST_HELD_UNITS, MOST_HELD_UNITS)
