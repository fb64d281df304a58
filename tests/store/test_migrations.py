"""Migrations of the tables."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, insert, inspect, select, update

from app.domain.accounts import AccountId
from app.domain.catalog import Voucher, VoucherCode
from app.domain.stock import MovementKind
from app.store import migrations
from app.store.accounts import Person, add_account, find_by_email
from app.store.carts import load_cart
from app.store.catalog import increment_revision, load_catalog_changes
from app.store.engines import connect
from app.store.migrations import TooNew, migrate, newest_step
from app.store.movements import Filter, list_movements, sum_movements
from app.store.queries import run_query
from app.store.tables import accounts, categories, metadata, products, vouchers
from app.store.timeouts import OF_COMMAND
from tests.databases import Databases
from tests.examples import ADA, EMPTY
from tests.store.example_people import ADA_HERSELF

pytestmark = pytest.mark.on_both


@pytest.fixture
def nothing(databases: Databases) -> Iterator[Engine]:
    """Return an engine of an empty database."""
    engine = connect(databases.new())
    yield engine
    engine.dispose()


def differences(connection: Connection) -> list[object]:
    """Return the differences between the tables on disk and those of the code."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def step(connection: Connection) -> str | None:
    """Return the revision of the database."""
    return MigrationContext.configure(connection).get_current_revision()


def run_step(connection: Connection, revision: str) -> None:
    """Take one step on tables that may be newer."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    found = ScriptDirectory.from_config(config).get_revision(revision)
    with Operations.context(MigrationContext.configure(connection)):
        found.module.upgrade()


def upgrade_to(connection: Connection, revision: str) -> None:
    """Make the tables of an older version in an empty database."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes |= {"connection": connection, "zone": UTC}
    command.upgrade(config, revision)


def store_email(connection: Connection, account: AccountId, email: str) -> None:
    """Store *email* as an older version did."""
    connection.execute(update(accounts).where(accounts.c.id == account).values(email=email))


def store_product(connection: Connection, sku: str, stock: int) -> None:
    """Store a product as an older version did, which wrote no log of its stock."""
    connection.execute(insert(categories).values(slug="dairy", name="Dairy", place=0))
    plain = dict.fromkeys(("slug", "name", "unit", "image", "description"), sku)
    counts = {"price": 145, "stock": stock, "place": 0, "moved": 0}
    shown = {"sku": sku, "category": "dairy", "sold": True, "popular": False}
    connection.execute(insert(products).values(**plain, **counts, **shown))


def store_voucher(connection: Connection, voucher: Voucher) -> None:
    """Store *voucher* as an older version did, which knew one language and paused none."""
    newer = {"labels", "paused"}
    values = {name: value for name, value in asdict(voucher).items() if name not in newer}
    connection.execute(insert(vouchers).values(values))


def email_of(connection: Connection, account: AccountId) -> str | None:
    """Return the stored address of *account*."""
    return connection.execute(
        select(accounts.c.email).where(accounts.c.id == account)
    ).scalar_one_or_none()


def test_migrating_an_empty_database_creates_the_tables_of_the_code(nothing: Engine) -> None:
    migrate(nothing)

    assert run_query(nothing, differences) == []
    assert {*inspect(nothing).get_table_names()} == {*metadata.tables, "alembic_version"}


def test_an_unmigrated_database_differs_from_the_code(nothing: Engine) -> None:
    assert len(run_query(nothing, differences)) >= len(metadata.tables)


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = run_query(engine, step)

    migrate(engine)

    assert run_query(engine, step) == before is not None
    assert run_query(engine, find_by_email, ADA_HERSELF.email) == ADA_HERSELF
    assert run_query(engine, load_cart, ADA) == EMPTY


def test_the_newest_revision_is_the_head_of_alembic(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    assert newest_step() == ScriptDirectory.from_config(config).get_current_head()
    assert newest_step() == run_query(engine, step)


def test_servers_that_start_together_migrate_one_after_the_other(databases: Databases) -> None:
    url = databases.new()

    def start(_: int) -> None:
        engine = connect(url)
        migrate(engine)
        engine.dispose()

    with ThreadPoolExecutor(4) as servers:
        assert [*servers.map(start, range(4))] == [None] * 4


def test_who_starts_meanwhile_waits_longer_for_a_migration_than_shoppers_would(url: str) -> None:
    engine = connect(url)
    with engine.connect() as connection:
        setting = {"sqlite": "PRAGMA busy_timeout", "postgresql": "SHOW lock_timeout"}
        waits = connection.exec_driver_sql(setting[engine.dialect.name]).scalar()
    engine.dispose()

    assert waits in {OF_COMMAND.lock_ms, "1min"}


def test_stored_email_addresses_get_their_one_spelling_unless_another_account_has_it(
    engine: Engine,
) -> None:
    emails = {
        "u-1": "anna@bücher.example",
        "u-2": "bob@xn--bcher-kva.example",
        "u-3": "bob@bücher.example",
    }
    for account, email in emails.items():
        person = Person(AccountId(account), f"{account}@shop.example", "Somebody", "a hash")
        run_query(engine, add_account, person, "0b0b", 0)
        run_query(engine, store_email, AccountId(account), email)

    run_query(engine, run_step, "0007")

    assert {account: run_query(engine, email_of, AccountId(account)) for account in emails} == {
        "u-1": "anna@xn--bcher-kva.example",
        "u-2": "bob@xn--bcher-kva.example",
        "u-3": "bob@bücher.example",
    }


@pytest.mark.parametrize(
    ("zone", "first_s", "last_s"),
    [
        ("Europe/London", 1_814_396_400, 1_827_014_400),
        ("America/New_York", 1_814_414_400, 1_827_032_400),
        ("UTC", 1_814_400_000, 1_827_014_400),
    ],
)
def test_the_days_of_older_vouchers_become_those_of_the_shop(
    nothing: Engine, zone: str, first_s: int, last_s: int
) -> None:
    run_query(nothing, upgrade_to, "0010")
    older = Voucher(VoucherCode("OLDER"), "", starts=1_814_400_000, ends=1_827_014_400)
    newer = Voucher(VoucherCode("NEWER"), "", starts=1_814_367_600)
    run_query(nothing, store_voucher, older)
    run_query(nothing, store_voucher, newer)
    before = run_query(nothing, increment_revision)

    migrate(nothing, ZoneInfo(zone))

    revision, catalog = run_query(nothing, load_catalog_changes, -1)
    migrated = catalog.vouchers
    assert migrated[VoucherCode("OLDER")] == replace(older, starts=first_s, ends=last_s)
    assert migrated[VoucherCode("NEWER")] == newer
    assert (revision > before) == (zone != "UTC")


def test_a_failed_migration_leaves_nothing_behind(
    nothing: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", upgrade)
        with pytest.raises(ZeroDivisionError):
            migrate(nothing)

    assert inspect(nothing).get_table_names() == []
    migrate(nothing)
    assert run_query(nothing, differences) == []


def test_a_database_of_a_newer_version_is_left_unchanged(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(TooNew, match="9999"):
        migrate(engine)

    assert run_query(engine, step) == "9999"
    assert run_query(engine, load_cart, ADA) == EMPTY


def test_the_log_of_stock_begins_with_what_is_there(nothing: Engine) -> None:
    run_query(nothing, upgrade_to, "0027")
    run_query(nothing, store_product, "milk-2l", 7)

    migrate(nothing)

    assert run_query(nothing, sum_movements) == {"milk-2l": 7}
    (entry,) = run_query(nothing, list_movements, Filter(), 1).entries
    assert (entry.kind, entry.stock) == (MovementKind.OPENING, 7)
    assert entry.at_s > 0
