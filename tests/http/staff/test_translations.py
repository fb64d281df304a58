"""Products' texts in other languages on staff's pages."""

import re
from html import unescape

import pytest

from app.domain.catalog import Sku
from app.domain.edits import Edit
from app.domain.languages import Language
from app.store.product_edits import edit_product, find_product
from app.store.product_log import list_edits
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK
from tests.http.staff.test_products import MILK_PAGE, NEW, edit, version
from tests.http.staff_helpers import grace
from tests.http.visitor import text
from tests.staff import BY_COMMAND

pytestmark = pytest.mark.on_both

CHINESE = Language("zh-Hant")
NAME, UNIT, DESCRIPTION = (f"{part}.zh-Hant" for part in ("name", "unit", "description"))


def fields_of(page: str) -> dict[str, str]:
    """Return what the fields in Chinese have in them, by name."""
    found = re.findall(r'<input[^>]*?name="([a-z]+\.zh-Hant)"\s+value="(.*?)"[^>]*', page)
    return {name: unescape(value) for name, value in found}


async def chinese(harness: HttpHarness, sku: str = MILK) -> tuple[str, ...]:
    """Return a product's text in Chinese, as it is stored."""
    product = await harness.database.read(find_product, sku)
    assert product
    return tuple(product.texts.get(CHINESE, ()))


@pytest.mark.smoke
async def test_a_text_is_edited_and_logged_and_staff_see_names_in_their_own_language(
    harness: HttpHarness,
) -> None:
    staff = await grace(harness)
    page = await text(await staff.get(MILK_PAGE))
    assert page.count('lang="zh-Hant"') >= 4
    before = fields_of(page)

    await edit(harness, staff, **{**before, NAME: " 鮮乳，全脂 ", UNIT: ""})

    assert await chinese(harness) == ("鮮乳，全脂", "", before[DESCRIPTION])
    newest = (await harness.database.read(list_edits, MILK, 1)).entries[0]
    assert newest.changes == {NAME: (before[NAME], "鮮乳，全脂"), UNIT: (before[UNIT], None)}
    log = await text(await staff.get("/staff/log"))
    assert f"name (繁體中文) {before[NAME]} → 鮮乳，全脂" in log
    for address in (MILK_PAGE, "/staff/products?q=milk", "/staff/log"):
        assert "鮮乳，全脂" in re.sub(
            "→ 鮮乳，全脂", "", await text(await staff.get(f"/zh-hant{address}"))
        )


async def test_a_form_without_these_fields_leaves_the_texts_as_they_are(
    harness: HttpHarness,
) -> None:
    staff, before = await grace(harness), await chinese(harness)

    await edit(harness, staff, price="2.35")

    assert await chinese(harness) == before != ()


async def test_after_a_conflict_what_was_typed_stays_and_what_was_only_shown_is_as_it_is_now(
    harness: HttpHarness,
) -> None:
    staff, seen = await grace(harness), await version(harness)
    shown = fields_of(await text(await staff.get(MILK_PAGE)))
    theirs = Edit(Sku(MILK), int(seen), translated={UNIT: "兩公升", NAME: "全脂鮮乳"})
    await harness.database.write(edit_product, theirs, BY_COMMAND)

    mine = {**shown, NAME: "我的牛奶"}
    answer = await edit(harness, staff, version=seen, price="2.10", **mine)

    assert answer.status_code == 409
    assert "unit (繁體中文) 2 公升 → 兩公升" in (page := await text(answer))
    assert fields_of(page) == {**shown, NAME: "我的牛奶", UNIT: "兩公升"}


async def test_an_invalid_text_is_marked_and_nothing_is_saved(harness: HttpHarness) -> None:
    staff, before = await grace(harness), await chinese(harness)

    answer = await edit(harness, staff, **{NAME: "乳" * 101, UNIT: "=1"})

    page = await text(answer)
    assert answer.status_code == 400
    assert "1 to 100 characters are needed, on one line." in page
    assert "takes what begins with =, +, - or @ for a formula" in page
    assert page.count('aria-invalid="true"') == 2
    assert await chinese(harness) == before


async def test_a_new_product_has_the_texts_that_were_typed(harness: HttpHarness) -> None:
    staff = await grace(harness)
    page = await text(await staff.get("/zh-hant/staff/new-product"))
    assert [*fields_of(page)] == [NAME, UNIT, DESCRIPTION]
    assert "乳製品" in page

    typed = {NAME: "米漿", UNIT: "1 公升", DESCRIPTION: ""}
    refused = await staff.post("/staff/new-product", NEW | typed | {"price": "cheap"})
    await staff.post("/staff/new-product", NEW | typed)

    assert fields_of(await text(refused)) == typed
    assert await chinese(harness, NEW["sku"]) == ("米漿", "1 公升", "")
