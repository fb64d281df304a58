"""Checkout and orders in Chinese: sentences, names of products, and what stays English."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import Connection, select

from app.domain.catalog import ProductText, Sku
from app.domain.languages import ENGLISH, Language
from app.domain.order_texts import text_of_line
from app.domain.orders import OrderLine
from app.store.tables import mails
from tests.examples import APPLES, CATALOG
from tests.http.harness import HttpHarness
from tests.http.order_helpers import HOME, MILK, order, stocked_cart, wanted
from tests.http.visitor import fields, notices, text

CHINESE = Language("zh-Hant")
FORM = {"key": "k", "at": "1.1", "total": "1"}


async def test_an_order_is_shown_in_the_language_of_its_page(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    number = (await fields(await order(ada, await wanted(ada))))["number"]
    await harness.set_product(MILK, price=250)

    page = await text(await ada.get(f"/zh-hant/orders/{number}"))
    listed = await text(await ada.get("/zh-hant/orders"))
    again = await ada.post(f"/zh-hant/orders/{number}/again", {"key": str(uuid4())})
    shown = notices(await text(await ada.get(again.location or "")))

    assert "已下單" in page
    assert "全脂牛奶" in page
    assert ' lang="en"' not in page.partition("<main")[2].partition("</main>")[0]
    assert "全脂牛奶" in listed
    assert shown == "ok: 已將全脂牛奶加入購物車。; warn: 價格已變動：全脂牛奶由 £2.10 變為 £2.50。"


async def test_mails_about_an_order_are_in_the_language_of_the_page_it_was_placed_on(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    body = await wanted(ada)
    page = {"key": "k", "at": body["at"], "total": str(body["total"]), **HOME}
    placed = await ada.post("/zh-hant/checkout", page)
    number = (placed.location or "").rpartition("/")[2]
    await ada.post(f"/en/orders/{number}/cancel")

    told = await harness.database.read(_languages, number)

    assert told == {"order_placed": CHINESE, "order_cancelled": CHINESE}


def _languages(connection: Connection, number: str) -> dict[str, str]:
    query = select(mails.c.kind, mails.c.language).where(mails.c.order == number)
    return {row.kind: row.language for row in connection.execute(query)}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"postcode": "JE2 3AB"}, "我們只配送至英國境內，而 JE 是澤西島。"),
        ({"postcode": "12345"}, "「12345」不是英國的郵遞區號，格式應如 SW1A 1AA。"),
        ({"city": ""}, "請填寫此欄位。"),
        ({"name": "x" * 101}, "最多 100 個字元，您輸入了 101 個。"),
        ({"line1": "a\tb"}, "請重新輸入，且不換行。"),
    ],
)
async def test_a_field_that_is_refused_says_so_in_chinese(
    harness: HttpHarness, changes: dict[str, str], says: str
) -> None:
    ada = await stocked_cart(harness)

    page = await text(await ada.post("/zh-hant/checkout", {**FORM, **HOME, **changes}))

    assert says in page
    assert "請修正配送地址中標示的欄位。" in page


async def test_a_weak_password_and_a_nameless_account_are_refused_in_chinese(
    harness: HttpHarness,
) -> None:
    typed = {"email": "ada@shop.example", "name": "Ada"}
    visitor = harness.visitor()

    weak = await text(await visitor.post("/zh-hant/register", {**typed, "password": "short"}))
    nameless = await text(
        await visitor.post("/zh-hant/register", {**typed, "name": " ", "password": "seven bricks"})
    )

    assert "密碼須為 8 至 128 個字元。" in weak
    assert "請輸入 1 至 100 個字元的姓名，且不換行。" in nameless


def test_a_line_keeps_the_name_that_it_was_ordered_by() -> None:
    product = CATALOG.products[APPLES]
    texts = {CHINESE: ProductText("加拉蘋果", "每顆")}
    catalog = CATALOG._replace(products={APPLES: replace(product, texts=texts)})
    same = OrderLine(APPLES, product.name, product.unit, 1, product.price)
    old = same._replace(name="Small apples")

    assert text_of_line(same, catalog, CHINESE)[:2] == ("加拉蘋果", "每顆")
    assert text_of_line(old, catalog, CHINESE)[:2] == ("Small apples", product.unit)
    assert text_of_line(same, catalog, ENGLISH)[:2] == (product.name, product.unit)
    gone = old._replace(sku=Sku("no-longer-there"))
    assert text_of_line(gone, catalog, CHINESE).name == "Small apples"
