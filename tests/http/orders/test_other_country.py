"""A whole purchase in a shop with another currency, country, time zone and first language."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import quote

import pytest

from app.domain.catalog import Sku
from app.domain.languages import ENGLISH, Language
from app.domain.shop_settings import ShopSettings
from app.runtime.build import CHANCE
from app.runtime.clock import Clock
from app.runtime.mailing import make_mail_sender
from app.store.product_edits import set_product
from tests.http.harness import CONFIG, ROOT, HttpHarness, open_harness
from tests.http.order_helpers import HOME, MILK
from tests.http.orders.test_checkout_page import checkout
from tests.http.orders.test_receipts import words
from tests.http.staff_helpers import grace
from tests.http.visitor import text
from tests.shop_files import TAIPEI, offering, shop_with
from tests.staff import BY_COMMAND

TAIPEI_HOME = {**HOME, "name": "艾達", "line1": "永康街 2 號", "city": "臺北市", "postcode": "106"}
BEFORE = ("/", "/shop", "/p/milk", "/delivery", "/cart", "/checkout")
ELSEWHERE = re.compile(r"£|GBP|\$[\d,]+\.\d|United Kingdom|London|Basket|Morning|英國|英鎊")
"""What belongs to the demo's country, currency and name, or to the shop's other language."""


async def open_mail(harness: HttpHarness, folder: Path, shop: ShopSettings) -> EmailMessage:
    """Have the mails sent that wait, and return the only one."""
    config = replace(CONFIG, settings=shop, mail_folder=str(folder))
    clock = Clock(harness.clock.now_s, harness.clock.now_s)
    sender = make_mail_sender(config, harness.live, ROOT / "templates", clock, CHANCE)
    await sender.send_due()
    return await asyncio.to_thread(_read_only_mail, folder)


def _read_only_mail(folder: Path) -> EmailMessage:
    (file,) = folder.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage) -> Iterator[str]:
    """Yield the text and the HTML of a mail."""
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert isinstance(body, EmailMessage)
        yield str(body.get_content())


async def test_a_whole_purchase_is_in_the_shops_money_time_and_language(
    url: str, tmp_path: Path
) -> None:
    shop = shop_with(tmp_path, **TAIPEI)
    with offering(shop):
        async with open_harness(url, settings=shop) as harness:
            await harness.database.write(set_product, Sku(MILK), {"tax": 500}, BY_COMMAND)
            await harness.refresh_catalog()
            ada = await harness.ada()
            await ada.form("/cart/add", sku=MILK, qty="1")
            found = await text(await ada.get(f"/api/products?q={quote('210元')}"))
            below = await text(await ada.get("/cart"))
            early = await ada.post("/checkout", {**await checkout(ada), **TAIPEI_HOME})
            await ada.form("/cart/set", sku=MILK, qty="3")
            abroad = await ada.post("/checkout", {**await checkout(ada), **HOME})
            before = [await text(await ada.get(path)) for path in BEFORE]
            placed = await ada.post("/checkout", {**await checkout(ada), **TAIPEI_HOME})
            order = placed.location or ""
            after = [await text(await ada.get(path)) for path in (order, "/orders")]
            receipt = await text(await ada.get(f"{order}/receipt"))
            file = await ada.get(f"{order}/receipt.pdf")
            english = await text(await ada.get(f"/en{order}"))
            staff = await text(await (await grace(harness)).get("/staff/orders"))
            mail = await open_mail(harness, tmp_path / "mail", shop)

    assert f'"{MILK}"' in found
    assert "再買 $90 即達最低訂購金額 $300" in below
    assert (early.status_code, abroad.status_code, placed.status_code) == (409, 400, 303)
    sold, mailed = [*before, *after, receipt, staff], [*parts(mail)]
    assert [found for page in (*sold, *mailed) for found in ELSEWHERE.findall(page)] == []
    assert all("早市" in page for page in (*sold, *mailed))
    assert all("$710" in page for page in (before[-1], *after, receipt, staff, *mailed))
    assert all("2027年1月15日 16:00" in page for page in (*after, staff))
    assert "稅額（$676 的 5%） $34" in words(after[0])
    assert "臺北市大同區迪化街一段 1 號，103" in after[0]
    assert "統一編號：00000000" in words(receipt)
    assert "日期 2027年1月15日" in words(receipt)
    assert "全脂牛奶 2 公升 3 $210 $630 小計 $630 運費 $80 總計 $710" in words(receipt)
    assert "5% $676 $34 $710" in words(receipt)
    assert (await file.get_data(as_text=False)).startswith(b"%PDF-")
    assert "艾達，永康街 2 號，臺北市 106" in re.sub(" *， *", "，", words(staff))
    assert "Morning Market" in english
    assert "Tax at 5% on NT$676 NT$34" in words(english)
    assert str(mail["From"]).startswith("早市 <")
    assert all("全脂牛奶（2 公升）\N{MULTIPLICATION SIGN} 3：$630" in page for page in mailed)
    assert mail["Content-Language"] == "zh-Hant"


@pytest.mark.parametrize("language", [ENGLISH, Language("zh-Hant")])
async def test_a_shop_of_one_language_has_no_switch_and_no_pages_in_another(
    harness: HttpHarness, language: Language
) -> None:
    other = "/zh-hant" if language == ENGLISH else "/en"
    with offering(replace(harness.context.shop, languages=(language,))):
        pages = [
            await harness.visitor().get(path, accept_language="zh-TW,en;q=0.5")
            for path in ("/shop", "/offline")
        ]
        shown = [await text(page) for page in pages]
        answers = [await harness.visitor().get(f"{other}{path}") for path in ("", *BEFORE)]

    assert [page.headers["Content-Language"][:2] for page in pages] == [language[:2]] * 2
    assert all("languages" not in page and other not in page for page in shown)
    assert {answer.status_code for answer in answers} == {404}
