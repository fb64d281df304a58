"""An empty shop is filled from the catalogue, once."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.domain.catalog import Category, Money, Product, ProductText, Sku, Voucher, VoucherCode
from app.domain.languages import Language
from app.store.catalog import load_catalog_changes, load_categories
from app.store.product_edits import ProductValues, edit_products
from app.store.product_log import list_edits
from app.store.queries import run_query
from app.store.seed import CATALOGUE, Seeded, seed
from app.store.seed_texts import add_texts
from tests.staff import BY_COMMAND, set_product

pytestmark = pytest.mark.on_both

CHINESE = Language("zh-Hant")
SMALL = """
[[category]]
slug = "fruit"
name = "Fruit"
zh-Hant.name = "水果"

[[product]]
slug = "plums"
name = "Plums"
category = "fruit"
image = "plum"
description = "Sweet."
zh-Hant = { name = "李子", description = "香甜多汁。" }
size = [
{ sku = "plums-500g", unit = "500 g", price = "2.20", stock = 12, grams = 500, zh-Hant.unit="袋" },
    { sku = "plums-1", unit = "each", price = "0.09", stock = 0, sold = false },
]

[[voucher]]
code = "spring"
label = "£5 off"
zh-Hant.label = "折 £5"
amount = "5.00"
minimum = "20.00"
from = 2027-03-01
until = 2027-03-31
uses = 100
uses_per_account = 1

[[voucher]]
code = "TENTH"
label = "10 % off"
percent = 10
"""
MORE = """
[[product]]
slug = "juice"
name = "Juice"
category = "fruit"
image = "juice"
tax = "20"
description = "Pressed."
popular = true
size = [{ sku = "juice-1l", unit = "1 l", price = "3.50", stock = 5, ml = 1000 }]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a small catalogue."""
    file = tmp_path / "catalogue.toml"
    file.write_text(SMALL, "utf-8")
    return file


def test_seeding_adds_a_product_for_each_size_in_the_file(engine: Engine, small: Path) -> None:
    assert run_query(engine, seed, small) == Seeded(1, 2, 2)

    assert run_query(engine, load_categories) == (Category("fruit", "Fruit", {CHINESE: "水果"}),)
    about = ("fruit", "plum", "Sweet.")
    assert [*run_query(engine, load_catalog_changes, -1).catalog.products.values()] == [
        Product(
            *(Sku("plums-500g"), "plums", "Plums", "500 g", *about, Money(220)),
            stock=12,
            grams=500,
            texts={CHINESE: ProductText("李子", "袋", "香甜多汁。")},
        ),
        Product(
            *(Sku("plums-1"), "plums", "Plums", "each", *about, Money(9)),
            stock=0,
            sold=False,
            texts={CHINESE: ProductText("李子", "", "香甜多汁。")},
        ),
    ]


def test_seeding_adds_the_vouchers_and_they_last_through_their_last_day(
    engine: Engine, small: Path
) -> None:
    run_query(engine, seed, small)

    spring, tenth = VoucherCode("SPRING"), VoucherCode("TENTH")
    assert run_query(engine, load_catalog_changes, -1).catalog.vouchers == {
        spring: Voucher(
            spring,
            "£5 off",
            amount=Money(500),
            minimum=Money(2000),
            starts=int(datetime(2027, 3, 1, tzinfo=UTC).timestamp()),
            ends=int(datetime(2027, 4, 1, tzinfo=UTC).timestamp()),
            uses_left=100,
            uses_each=1,
            labels={CHINESE: "折 £5"},
        ),
        tenth: Voucher(tenth, "10 % off", percent=10),
    }


def test_seeding_again_adds_nothing_and_changes_nothing(engine: Engine, small: Path) -> None:
    run_query(engine, seed, small)
    run_query(engine, set_product, Sku("plums-1"), Money(10), 99)
    before = run_query(engine, load_catalog_changes, -1).catalog

    assert run_query(engine, seed, small) == Seeded(0, 0, 0)

    assert run_query(engine, load_catalog_changes, -1).catalog == before


def test_seeding_again_adds_new_entries_and_increments_the_revision(
    engine: Engine, small: Path
) -> None:
    run_query(engine, seed, small)
    moved = run_query(engine, load_catalog_changes, -1).revision
    small.write_text(SMALL + MORE, "utf-8")

    assert run_query(engine, seed, small) == Seeded(0, 1, 0)

    moves = run_query(engine, load_catalog_changes, moved)
    assert moves.revision > moved
    juice = moves.catalog.products[Sku("juice-1l")]
    assert (juice.popular, juice.ml, juice.grams, juice.tax) == (True, 1000, None, 2000)


def test_the_catalogue_file_of_the_shop_can_be_seeded(engine: Engine) -> None:
    catalogue = tomllib.loads(CATALOGUE.read_text("utf-8"))
    sizes = [size["sku"] for product in catalogue["product"] for size in product["size"]]

    added = run_query(engine, seed)

    assert added == Seeded(len(catalogue["category"]), len(sizes), len(catalogue["voucher"]))
    assert [*run_query(engine, load_catalog_changes, -1).catalog.products] == sizes


def test_what_was_seeded_in_english_alone_gets_its_texts_unless_its_name_has_changed(
    engine: Engine, small: Path
) -> None:
    small.write_text(re.sub(r"(?m)^zh-Hant.*$|, zh-Hant.*?(?= })", "", SMALL), "utf-8")
    run_query(engine, seed, small)
    renamed = ProductValues(Sku("plums-1"), 0, {"name": "Greengages"})
    run_query(engine, edit_products, [renamed], BY_COMMAND)
    small.write_text(SMALL, "utf-8")
    before = run_query(engine, load_catalog_changes, -1)

    assert run_query(engine, add_texts, BY_COMMAND, small) == 3
    assert run_query(engine, add_texts, BY_COMMAND, small) == 0

    revision, found = run_query(engine, load_catalog_changes, before.revision)
    changed, vouchers = found.products, found.vouchers
    assert revision > before.revision
    assert [(one.text(CHINESE).name, one.version) for one in changed.values()] == [("李子", 1)]
    assert vouchers[VoucherCode("SPRING")].text(CHINESE) == "折 £5"
    assert [one.text(CHINESE) for one in run_query(engine, load_categories)] == ["水果"]
    (entry, _) = run_query(engine, list_edits, None, 1).entries
    assert entry.changes["unit.zh-Hant"] == (None, "袋")
