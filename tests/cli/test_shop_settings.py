"""Commands with a shop's own settings: what is in force, and a database of another shop."""

from pathlib import Path

from sqlalchemy import create_engine, insert

from app.store.tables.orders import orders
from tests.cli.conftest import RunCommand
from tests.e2e.server import free_port
from tests.shop_files import TAIPEI, write_shop

SECRET = "known to nobody but the tests of this shop"


def order_in(currency: str, database: Path) -> None:
    """Put an order in *currency* into a database that has been seeded."""
    needed = [each for each in orders.c if each.server_default is None]
    plain = {each.name: "x" if each.type.python_type is str else 0 for each in needed}
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(insert(orders).values(plain | {"currency": currency}))
    engine.dispose()


def test_a_shop_does_not_start_on_orders_in_another_currency(
    run_command: RunCommand, tmp_path: Path
) -> None:
    shop = write_shop(tmp_path / "shop.toml", **TAIPEI)
    run_command("seed", settings=shop)
    order_in("GBP", tmp_path / "shop.db")

    done = run_command("run", settings=shop, secret=SECRET, bind=f"127.0.0.1:{free_port()}")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("shop: the shop's currency is TWD, and there are orders in GBP")
    assert "SHOP_SETTINGS" in done.err


def test_config_prints_the_shops_own_settings_as_they_may_be_written(
    run_command: RunCommand, tmp_path: Path
) -> None:
    hours = {"monday": ["08:00-12:00", "13:00-20:00"]}
    file = write_shop(tmp_path / "shop.toml", **TAIPEI, opening_hours=hours)

    _, own = run_command("config", settings=file).out.split("\nThe shop's own settings:\n")

    lines = dict(line.split(maxsplit=1) for line in own.splitlines())
    expected = {
        "currency": "TWD",
        "decimals": "0",
        "name": "早市",
        "address": "臺北市大同區迪化街一段 1 號, 103",
        "languages": "zh-Hant, en",
        "free_delivery_from": "1200",
        "prices_include_tax": "true",
        "logo": "(none)",
        "opening_hours": "Monday: 08:00\u201312:00 and 13:00\u201320:00",
        "en.name": "Morning Market",
    }
    assert {name: lines[name] for name in expected} == expected
