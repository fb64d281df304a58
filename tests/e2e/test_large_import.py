"""Two thousand products imported while a shopper fills a cart; an import that is interrupted."""

import asyncio
import csv
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.e2e.catalog import APPLES
from tests.e2e.orders import query_database
from tests.e2e.raw_client import Shopper
from tests.e2e.server import ROOT, Server
from tests.e2e.test_order_commands import run_on
from tests.processes import killed_at_end

pytestmark = pytest.mark.on_both

PRODUCTS = 2000
PAUSE_S = 0.11
"""Ten ops a second are within the limit of a shopper, however long the import takes."""
LONGEST_S, SHARE = 1.0, 1 / 3
"""No op may take longer than this, or this share of the import where all of it is slow.

On a quiet machine the longest takes a tenth of a second.
"""
IMPORT_S = 100


@pytest.fixture
def file(shop: Server, tmp_path: Path) -> Path:
    """Return a file with so many products that the shop does not have."""
    code, printed = run_on(shop, "product", "export", str(tmp_path / "products.csv"))
    assert code == 0, printed
    with (tmp_path / "products.csv").open(newline="") as opened:
        like = next(csv.DictReader(opened))
    names = [
        f"{tmp_path.name.replace('_', '-')}-{number}"[-60:].strip("-") for number in range(PRODUCTS)
    ]
    with (tmp_path / "many.csv").open("w", newline="") as opened:
        writer = csv.DictWriter(opened, like.keys())
        writer.writeheader()
        writer.writerows(like | {"sku": name, "slug": name, "version": ""} for name in names)
    return tmp_path / "many.csv"


def begin_import(shop: Server, file: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    """Start an import in a process of its own."""
    return killed_at_end(
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", "product", "import", str(file)],
            cwd=ROOT,
            env=shop.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    )


def product_count(shop: Server) -> int:
    """Return how many products are on disk."""
    return int(query_database(shop, "SELECT count(*) FROM products"))


async def test_no_op_waits_while_two_thousand_products_are_imported(
    shop: Server, ada: Shopper, file: Path
) -> None:
    tab = await ada.tab()
    took_s: list[float] = []
    import_began_s = time.perf_counter()

    with begin_import(shop, file) as importing:
        while importing.poll() is None:
            began_s = time.perf_counter()
            verdict = await tab.submit(
                len(took_s) + 1, "line.set", sku=APPLES, qty=1 + len(took_s) % 9
            )
            took_s.append(time.perf_counter() - began_s)
            assert verdict["t"] == "ok", verdict
            await asyncio.sleep(PAUSE_S)
        printed = importing.communicate()[0]
    assert (importing.returncode, printed) == (0, f"{PRODUCTS} added, 0 changed, 0 as they were.\n")
    import_s = time.perf_counter() - import_began_s
    assert max(took_s) < max(LONGEST_S, SHARE * import_s), sorted(took_s)[-9:]


def test_an_interrupted_import_says_what_is_in_and_goes_on_when_it_is_sent_again(
    shop: Server, file: Path
) -> None:
    before = product_count(shop)
    with begin_import(shop, file) as importing:
        while product_count(shop) == before and importing.poll() is None:
            time.sleep(PAUSE_S)
        importing.send_signal(signal.SIGINT)
        printed = importing.communicate(timeout=IMPORT_S)[0]

    assert importing.returncode == 2
    assert printed.startswith("shop: the import stopped, because it was interrupted. ")
    added = int(printed.split(". ")[1].partition(" added")[0])
    assert f"{PRODUCTS - added} products are not in: those from line {added + 2} of " in printed
    again = run_on(shop, "product", "import", str(file))
    assert again == (0, f"{PRODUCTS - added} added, 0 changed, {added} as they were.\n")
