"""`shop product export` and `import` beside a running server."""

import asyncio
import csv
from pathlib import Path

import pytest

from tests.e2e.catalog import PLENTY
from tests.e2e.raw_client import Shopper
from tests.e2e.server import Server
from tests.e2e.test_order_commands import run_on

pytestmark = pytest.mark.on_both

RISING, SCARCE = PLENTY[30:32]
NEW = "a-new-thing"
STALE = "was edited after this file was written, so its row is out of date; export again."
TIMEOUT_S = 60


def export(shop: Server, folder: Path) -> tuple[Path, list[dict[str, str]]]:
    """Return a file with all products of *shop*, and its rows."""
    file = folder / "products.csv"
    code, printed = run_on(shop, "product", "export", str(file))
    rows = read_rows(file)
    assert (code, printed) == (0, f"Wrote {len(rows)} products to {file}.\n")
    return file, rows


def read_rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of *file*."""
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


def write_rows(file: Path, *rows: dict[str, str]) -> Path:
    """Write *rows* to *file*, with the columns of the first."""
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return file


def row_of(rows: list[dict[str, str]], sku: str) -> dict[str, str]:
    """Return the row of a product."""
    (row,) = [row for row in rows if row["sku"] == sku]
    return row


def test_importing_an_unchanged_export_changes_nothing(shop: Server, tmp_path: Path) -> None:
    file, rows = export(shop, tmp_path)

    printed = run_on(shop, "product", "import", str(file))

    assert printed == (0, f"0 added, 0 changed, {len(rows)} as they were.\n")
    assert run_on(shop, "product", "export", "-") == (0, file.read_text())


@pytest.mark.smoke("sqlite")
async def test_an_import_adds_and_changes_products_and_updates_open_tabs(
    shop: Server, ada: Shopper, tmp_path: Path
) -> None:
    tab = await ada.tab()
    await tab.send_frame(t="watch", skus=[RISING, NEW])
    await tab.expect("prices")
    _, rows = await asyncio.to_thread(export, shop, tmp_path)
    row = row_of(rows, RISING)
    new = {**row, "sku": NEW, "slug": NEW, "name": "A new thing", "stock": "3", "version": ""}
    file = write_rows(tmp_path / "few.csv", {**row, "price": "55.55", "stock": "1"}, new)

    printed = await asyncio.to_thread(run_on, shop, "product", "import", str(file))
    async with asyncio.timeout(TIMEOUT_S):
        message = await tab.expect("prices")

    assert printed[0] == 0
    assert printed[1].startswith("1 added, 1 changed, 0 as they were. 1 have another stock here")
    prices = {item["sku"]: item["price"] for item in message["items"]}
    assert prices == {RISING: 5555, NEW: round(float(row["price"]) * 100)}


def test_an_import_sets_stock_only_with_the_set_stock_option(shop: Server, tmp_path: Path) -> None:
    _, rows = export(shop, tmp_path)
    file = write_rows(tmp_path / "stock.csv", {"sku": SCARCE, "stock": "2"})

    without_option = run_on(shop, "product", "import", str(file))
    with_option = run_on(shop, "product", "import", str(file), "--set-stock")

    assert without_option[1].startswith(
        "0 added, 0 changed, 1 as they were. 1 have another stock here"
    )
    assert with_option == (0, "0 added, 1 changed, 0 as they were.\n")
    assert row_of(export(shop, tmp_path)[1], SCARCE) == {
        **row_of(rows, SCARCE),
        "stock": "2",
        "version": str(int(row_of(rows, SCARCE)["version"]) + 1),
    }


def test_an_import_with_errors_changes_nothing_and_lists_them_all(
    shop: Server, tmp_path: Path
) -> None:
    _, rows = export(shop, tmp_path)
    good, stale = row_of(rows, RISING), row_of(rows, SCARCE)
    file = write_rows(
        tmp_path / "bad.csv",
        {**good, "price": "1.00"},
        {**good, "sku": "another", "price": "2,20", "stock": "many"},
        {**stale, "version": "99"},
        {**good, "price": "2.00"},
    )

    code, printed = run_on(shop, "product", "import", str(file))

    assert code == 2
    assert printed.splitlines() == [
        f"shop: nothing was changed, for {file} is not right:",
        "  line 3: price: “2,20” is not a price like 2.20.",
        "  line 3: stock: “many” is not a number from 0 to 1000000.",
        f"  line 4: version: “{SCARCE}” {STALE}",
        f"  line 5: sku: “{RISING}” stands here a second time.",
    ]
    assert export(shop, tmp_path)[1] == rows


def test_a_file_that_is_no_product_table_is_refused_with_one_sentence(
    shop: Server, tmp_path: Path
) -> None:
    def import_error(text: bytes) -> str:
        file = tmp_path / "odd.csv"
        file.write_bytes(text)
        code, printed = run_on(shop, "product", "import", str(file))
        assert code == 2
        return printed

    many = import_error(b"sku,name\n" + b"x,y,z\n" * 30).splitlines()

    assert "no column “sku”" in import_error(b"name\nx\n")
    assert "a column “colour”" in import_error(b"sku,colour\nx,red\n")
    assert "not in UTF-8" in import_error(b"sku,name\nx,caf\xe9\n")
    assert "not CSV" in import_error(b'sku\n"x')
    assert many[1] == "  line 2: sku: This row has more cells than there are columns."
    assert many[-1] == "  and 10 more"
    assert run_on(shop, "product", "import", "nowhere.csv")[1] == (
        "shop: there is no file nowhere.csv.\n"
    )


def test_an_export_for_excel_begins_with_a_byte_order_mark_and_comes_back_unchanged(
    shop: Server, tmp_path: Path
) -> None:
    file = tmp_path / "products.csv"

    written = run_on(shop, "product", "export", "--excel", str(file))
    read = run_on(shop, "product", "import", str(file))

    assert written[0] == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfsku,")
    assert read[0] == 0
    assert read[1].startswith("0 added, 0 changed, ")


def test_an_export_that_cannot_be_written_says_why(shop: Server, tmp_path: Path) -> None:
    printed = run_on(shop, "product", "export", str(tmp_path))

    assert printed == (2, f"shop: {tmp_path} cannot be written: Is a directory.\n")
