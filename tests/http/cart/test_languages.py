"""The cart over HTTP in the language of the request: pages, forms and JSON."""

from dataclasses import replace

import pytest

from app.domain.catalog import ProductText, Sku
from tests.examples import CHINESE
from tests.http.cart.test_api import HERE, MILK, add, submit_ops
from tests.http.cart.test_cart_now import cart_now
from tests.http.harness import HttpHarness
from tests.http.visitor import fields

pytestmark = pytest.mark.on_both


def name_milk(harness: HttpHarness, text: ProductText) -> None:
    """Have milk called “Milk”, and *text* in Chinese."""
    catalog = harness.context.catalog
    milk = replace(catalog.today.products[Sku(MILK)], name="Milk", texts={CHINESE: text}, stock=99)
    harness.live.hub.update_catalog(
        catalog.revision, catalog.today._replace(products={milk.sku: milk})
    )


async def test_verdicts_and_cart_are_in_the_language_of_the_request(harness: HttpHarness) -> None:
    ada = await harness.ada()
    name_milk(harness, ProductText("牛奶", "2 公升"))
    body = {"outbox": HERE, "ops": [add(1, MILK, 99), add(2, MILK)]}

    english = await fields(await ada.send("/api/cart/ops", body))
    name_milk(harness, ProductText("鮮奶", "2 公升"))
    chinese = await fields(await ada.send("/api/cart/ops", body, Accept_Language="zh-Hant"))
    prefixed = await fields(await ada.send("/zh-hant/api/cart/ops", body, Accept_Language="en"))
    cart = await fields(await ada.get("/zh-hant/api/cart"))

    refused = {"t": "no", "n": 2, "code": "qty_limit", "rev": 1}
    assert english["verdicts"][1] == refused | {
        "args": ["Milk", "99"],
        "text": "Milk: you can have at most 99 of one product.",
    }
    assert chinese["verdicts"][1] == refused | {
        "args": ["牛奶", "99"],
        "text": "「牛奶」：每項商品最多 99 件。",
    }
    assert chinese == prefixed
    assert [(line["name"], line["unit"]) for line in cart["cart"]["lines"]] == [("鮮奶", "2 公升")]
    assert (await ada.cart())["cart"]["lines"][0]["name"] == "Milk"


async def test_a_page_carries_the_cart_in_its_own_language(harness: HttpHarness) -> None:
    ada = await harness.ada()
    name_milk(harness, ProductText("牛奶", "2 公升"))
    await submit_ops(ada, add(1, MILK))

    names = [
        (await cart_now(ada, page))["cart"]["lines"][0]["name"]
        for page in ("/shop", "/zh-hant/shop", "/en/shop")
    ]

    assert names == ["Milk", "牛奶", "Milk"]


async def test_forms_are_answered_in_the_language_of_their_page(harness: HttpHarness) -> None:
    ada = await harness.ada()
    name_milk(harness, ProductText("牛奶", "2 公升"))
    page = "/zh-hant/shop"

    said = [
        await ada.form(f"/zh-hant/cart/{name}", page=page, **form)
        for name, form in (
            ("add", {"sku": MILK, "qty": "99"}),
            ("add", {"sku": MILK, "qty": "1"}),
            ("add", {"sku": MILK, "qty": "0"}),
            ("voucher", {"code": "SESAME"}),
            ("voucher", {"code": "welcome10"}),
        )
    ]

    assert said == [
        "ok: 已加入「牛奶，2 公升」。",
        "error: 「牛奶」：每項商品最多 99 件。",
        "error: 請輸入 1 到 99 的整數。沒有做任何更動。",
        "error: 我們找不到這個優惠碼，請檢查後再試一次。",
        "ok: 優惠碼 WELCOME10：九折優惠。",
    ]
