"""Receipts as PDF files: what is in them, and that they are made one at a time."""

import asyncio
import re

import pytest
from msgspec.structs import replace

from app.services.fair_queue import QueueFull
from app.services.receipts import printer
from app.services.receipts.pdf import draw
from app.services.receipts.printer import NotPrinted, ReceiptPrinter
from app.services.receipts.sheets import Headings, Receipt, Sheet, SheetLine, TaxLine

HEADINGS = Headings(
    ("Product", "Quantity", "Each", "Amount"), ("Rate", "Without tax", "Tax", "With tax"), "To"
)
SHEET = Sheet(
    title="Invoice 2026-000123",
    issuer=("Basket & Leaf Ltd", "1 Market Lane"),
    recipient=("Ada", "1 Mill Lane", "Bath"),
    facts=(("Date", "30 November 2026"),),
    lines=(SheetLine("全脂牛奶", "2 公升", "zh-Hant", "2", "£2.10", "£4.20"),),
    sums=(("Subtotal", "£4.20"), ("Total", "£4.20")),
    taxes=(TaxLine("0%", "£4.20", "£0.00", "£4.20"),),
    remarks=("Prices include tax.",),
)


def receipt(*sheets: Sheet, name: str = "Receipt", page: str = "{page} of {pages}") -> Receipt:
    """Return a receipt of these documents."""
    return Receipt(name, "Basket & Leaf", "zh-Hant", 1_800_000_000, HEADINGS, page, sheets)


def shown(file: bytes) -> str:
    """Return the characters that the embedded font of *file* maps its glyphs to."""
    mapped = re.findall(rb"^<[0-9A-F]{4}> <([0-9A-F]+)>$", file, re.MULTILINE)
    return "".join(bytes.fromhex(code.decode()).decode("utf-16-be") for code in mapped)


def test_the_same_receipt_is_the_same_file_in_its_language_a_page_for_each_document() -> None:
    file = draw(receipt(SHEET, SHEET))

    assert file == draw(receipt(SHEET, SHEET))
    assert file.startswith(b"%PDF-")
    assert file.count(b"/Type /Page\n") == 2
    assert b"/Lang (zh-Hant)" in file
    assert b"/DisplayDocTitle true" in file
    assert b"(D:20270115080000Z)" in file


def test_letters_of_many_languages_are_shown_and_a_sign_where_one_is_missing() -> None:
    written = "全脂牛奶 Žižek Łódź Nguyễn Иван Ελένη £ €"

    known = shown(draw(receipt(replace(SHEET, remarks=(written,)))))
    missing = shown(
        draw(receipt(replace(SHEET, remarks=("\N{RED APPLE} \N{ARABIC LETTER ALEF}",))))
    )

    assert {*written} <= {*known}
    assert "\N{WHITE SQUARE}" not in known
    assert "\N{WHITE SQUARE}" in missing


def test_an_order_of_many_lines_takes_several_pages() -> None:
    long = replace(SHEET, lines=SHEET.lines * 100)

    assert draw(receipt(long)).count(b"/Type /Page\n") == 4


async def test_a_receipt_is_drawn_by_another_process_with_the_same_result() -> None:
    assert await ReceiptPrinter().print(receipt(SHEET), "192.0.2.1") == draw(receipt(SHEET))


async def test_a_receipt_that_cannot_be_drawn_is_not_printed_and_leaves_the_queue() -> None:
    broken, machine = receipt(SHEET, page="{unknown}"), ReceiptPrinter()

    for _ in range(2):
        with pytest.raises(NotPrinted):
            await machine.print(broken, "192.0.2.1")


async def test_too_many_receipts_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, machine = asyncio.Event(), ReceiptPrinter()

    async def wait(_: bytes) -> bytes:
        await drawn.wait()
        return b"%PDF-"

    monkeypatch.setattr(printer, "_draw", wait)
    asked = [asyncio.create_task(machine.print(receipt(SHEET), "192.0.2.1")) for _ in range(16)]
    await asyncio.sleep(0)

    with pytest.raises(QueueFull):
        await machine.print(receipt(SHEET), "192.0.2.1")

    drawn.set()
    assert await asyncio.gather(*asked) == [b"%PDF-"] * 16
