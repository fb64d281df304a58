"""A purchase in Chromium in a shop with another currency, country, time zone and first language."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.visitor import Visitor, connected, settled
from tests.e2e.server import Server
from tests.shop_files import TAIPEI, write_shop

TEA = "oolong-150g"
PRODUCTS = (
    "sku,slug,name,unit,price,stock,category,description,tax,image,sold,popular,name.zh-Hant\n"
    f"{TEA},oolong,Oolong tea,150 g,420,40,larder,Tea from Nantou.,5,green-tea,yes,yes,凍頂烏龍茶\n"
)
HOME = {"line1": "永康街 2 號", "city": "臺北市", "postcode": "106"}
ELSEWHERE = ("£", "GBP", ".00", "Morning")
TOTAL = ".panel dl.totals [data-part=total]"
ZONE = ZoneInfo("Asia/Taipei")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a shop in Taipei that sells tea."""
    home = tmp_path_factory.mktemp("shop")
    file = home / "products.csv"
    file.write_text(PRODUCTS, "utf-8")
    server = Server(home, settings=write_shop(home / "shop.toml", **TAIPEI))
    seeded = server.command("seed")
    assert seeded.returncode == 0, seeded.stderr
    imported = server.command("product", "import", str(file))
    assert imported.returncode == 0, imported.stderr
    server.start()
    yield server
    server.end()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Return a visitor with a new account, whose browser asks for the Chinese of Taiwan."""
    context = await browser.new_context(locale="zh-TW")
    visitor = Visitor(context, server.origin)
    await visitor.register(f"{uuid4().hex}@browser.example")
    yield visitor
    await context.close()
    assert visitor.console_errors == []


async def texts(page: Page) -> str:
    """Return what can be read on *page*."""
    return await page.locator("body").inner_text()


async def test_scripts_write_the_shops_money_up_to_the_order(visitor: Visitor) -> None:
    page = await visitor.open("/")  # where most categories have no products yet
    await page.goto(f"{visitor.origin}/shop")
    await connected(page)
    await visitor.add(page, TEA)
    await expect(page.locator(TOTAL)).to_have_text("$500")
    await visitor.more(page, TEA)
    await visitor.more(page, TEA)
    await settled(page)
    await expect(page.locator(TOTAL)).to_have_text("$1,260")
    pages = [await texts(page)]

    await page.locator(".panel a[href='/checkout']").click()
    for name, value in HOME.items():
        await page.fill(f"input[name={name}]", value)
    await expect(page.locator("[data-part=place]")).to_contain_text("$1,260")
    pages.append(await texts(page))
    await page.locator("[data-part=place]").click()
    await page.wait_for_url("**/orders/*-*")
    pages.append(await texts(page))
    now = datetime.now(ZONE)
    await page.goto(page.url.replace("/orders/", "/en/orders/"))
    english = await texts(page)
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(f"{page.url}/receipt")
    taxes = await page.locator(".tax-lines tbody").inner_text()

    assert all("早市" in shown and "$1,260" in shown for shown in pages)
    assert [
        sign for sign in ("£", "GBP", ".00", "Morning") for shown in pages if sign in shown
    ] == []
    assert f"{now.year}年{now.month}月{now.day}日" in pages[-1]
    assert "稅額（$1,200 的 5%）" in pages[-1]
    assert "NT$1,260" in english
    assert taxes.split() == ["5%", "NT$1,200", "NT$60", "NT$1,260"]
