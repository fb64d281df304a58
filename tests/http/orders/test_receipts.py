"""The receipt of an order: a page and a file, with tax by rate, and credit notes."""

import re

from app.domain.catalog import Sku
from app.store.product_edits import set_product
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, order, stocked_cart, wanted
from tests.http.visitor import Visitor, fields, text
from tests.staff import BY_COMMAND


async def bought(harness: HttpHarness, code: str = "") -> tuple[Visitor, str]:
    """Return a visitor who has ordered milk, taxed at 20 %, and the number of the order."""
    await harness.database.write(set_product, Sku(MILK), {"tax": 2000}, BY_COMMAND)
    await harness.refresh_catalog()
    ada = await stocked_cart(harness, code=code)
    return ada, (await fields(await order(ada, await wanted(ada))))["number"]


def words(page: str) -> str:
    """Return the text of the main part of *page*, with single spaces."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


async def test_a_receipt_has_shop_customer_lines_and_tax_by_rate(harness: HttpHarness) -> None:
    ada, number = await bought(harness, code="WELCOME10")

    shown = words(await text(await ada.get(f"/orders/{number}/receipt")))

    assert "Invoice 2027-000001" in shown
    assert "Basket & Leaf Ltd" in shown.replace("&amp;", "&")
    assert "Tax number: " in shown
    assert "Delivered to Ada 1 Mill Lane Bath BA1 1AA" in shown
    assert f"Date 15 January 2027 Order {number} Payment On delivery" in shown
    assert "Whole milk 2 litres 2 £2.10 £4.20" in shown
    assert "Discount (WELCOME10) -£0.42 Delivery £3.50 Total £7.28" in shown
    assert "Tax rate Without tax Tax With tax 20% £6.07 £1.21 £7.28" in shown
    assert "Tax at 20% on £6.07 £1.21" in words(await text(await ada.get(f"/orders/{number}")))


async def test_a_cancelled_order_has_a_credit_note_that_names_its_invoice(
    harness: HttpHarness,
) -> None:
    ada, number = await bought(harness)
    await ada.post(f"/orders/{number}/cancel")

    page = await text(await ada.get(f"/orders/{number}"))
    shown = words(await text(await ada.get(f"/orders/{number}/receipt")))
    credit = shown.partition("Credit note C-2027-000001")[2]

    assert "2027-000001 and C-2027-000001" in page
    assert "Invoice 2027-000001 of 15 January 2027 Reason The order was cancelled." in credit
    assert "Credited £7.70" in credit
    assert "20% £6.42 £1.28 £7.70" in credit


async def test_a_receipt_is_a_file_too_and_in_the_readers_language(harness: HttpHarness) -> None:
    ada, number = await bought(harness)

    file = await ada.get(f"/orders/{number}/receipt.pdf")
    page = await text(await ada.get(f"/zh-hant/orders/{number}/receipt"))

    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    assert file.headers["Content-Disposition"] == f'inline; filename="receipt-{number}.pdf"'
    assert (await file.get_data(as_text=False)).startswith(b"%PDF-")
    assert "發票 2027-000001" in page
    assert "全脂牛奶" in page


async def test_nobody_else_sees_a_receipt(harness: HttpHarness) -> None:
    _, number = await bought(harness)
    bob = await harness.ada(email="bob@shop.example")

    for path in (f"/orders/{number}/receipt", f"/orders/{number}/receipt.pdf"):
        assert (await bob.get(path)).status_code == 404
        assert (await harness.visitor().get(path)).status_code == 303
