"""After a power cut at any write, every answered op and order is in the database."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, text

from app.domain.cart import Cart
from app.domain.catalog import Sku
from app.domain.ops import AddLine, SetNote
from app.domain.orders import OrderKey, OrderNumber, format_number
from app.domain.position import position
from app.store import engines
from app.store.accounts import add_account
from app.store.cart_saves import SaveConflicts, as_save, save_carts
from app.store.carts import load_cart
from app.store.catalog import load_catalog_changes
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.seed import seed
from tests.buying import placed
from tests.examples import ADA, EMPTY, NOON, after
from tests.proof.power import CrashState, crash_states
from tests.proof.tape import Record, WriteRecord, taped
from tests.store.example_people import ADA_HERSELF

Report = Callable[[str, object], None]

APPLES = Sku("gala-apples-1kg")
SAVES, ORDER_EVERY = 24, 6
PAGES_IN_LOG = 12
"""Few enough that the log is checkpointed several times."""
SOLD = "SELECT coalesce(sum(qty), 0) FROM order_lines"
STOCK = "SELECT sum(stock) FROM products"


class RecordedRun(NamedTuple):
    """A recorded run: the first database, its stock, the records, and the position by version."""

    base: bytes
    stock: int
    records: list[Record]
    positions: dict[int, str]


class DataLost(Exception):
    """The database after a power cut lacks an answered op, or is inconsistent."""


def begin(file: Path) -> None:
    """Create a database with the seeded catalogue and one account."""
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    run_query(engine, seed)
    run_query(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
    engine.dispose()


def record_run(file: Path) -> RecordedRun:
    """Save changes and orders of one cart; each version is marked once it was answered."""
    begin(file)
    base = file.read_bytes()
    with taped() as tape:
        engine = connect(f"sqlite:///{file}")
        run_query(engine, keep_log_short)
        positions = {0: position(EMPTY)}
        stock = run_query(engine, scalar, STOCK)
        for number in range(1, SAVES + 1):
            cart = save_next(engine, number)
            positions[cart.version] = position(cart)
            tape.mark(cart.version)
        records = list(tape.records)
        engine.dispose()
    return RecordedRun(base, stock, records, positions)


def save_next(engine: Engine, number: int) -> Cart:
    """Save the next change, every `ORDER_EVERY`-th with an order; return the saved cart."""
    catalog = run_query(engine, load_catalog_changes, -1).catalog
    cart = after(
        AddLine(APPLES, 1),
        SetNote("x" * (number * 20)),
        cart=run_query(engine, load_cart, ADA),
        catalog=catalog,
    )
    if number % ORDER_EVERY:
        save = as_save(cart, ())
    else:
        key, order_number = OrderKey(f"key {number}"), OrderNumber(format_number(number))
        bought = placed(cart, catalog, key=key, number=order_number)
        cart, save = bought.cart, as_save(bought.cart, (), (bought.change,))
    assert run_query(engine, save_carts, [save], NOON) == SaveConflicts()
    return replace(cart, version=cart.version + 1)


def keep_log_short(connection: Connection) -> None:
    """Let SQLite checkpoint its write-ahead log often."""
    connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {PAGES_IN_LOG}")


def scalar(connection: Connection, query: str) -> int:
    """Return the number that the SQL *query* selects."""
    found: int = connection.execute(text(query)).scalar_one()
    return found


def check_state(state: CrashState, run: RecordedRun, home: Path) -> None:
    """Open the files after a power cut as the shop does, and check them."""
    for name in ("shop.db", "shop.db-wal", "shop.db-shm", "shop.db-journal"):
        (home / name).unlink(missing_ok=True)
    for name, data in state.files.items():
        (home / name).write_bytes(data)
    engine = connect(f"sqlite:///{home}/shop.db")
    try:
        run_query(engine, lambda connection: check_database(connection, state, run))
    finally:
        engine.dispose()


def check_database(connection: Connection, state: CrashState, run: RecordedRun) -> None:
    """Compare the database with what was answered; raises `DataLost` if something is missing."""
    if (sound := connection.exec_driver_sql("PRAGMA integrity_check").scalar()) != "ok":
        raise DataLost(f"{state.description}: {sound}")
    cart = load_cart(connection, ADA)
    if state.marker is not None and cart.version < int(str(state.marker)):
        raise DataLost(
            f"{state.description}: {state.marker} was answered, and {cart.version} is there"
        )
    if position(cart) != run.positions[cart.version]:
        raise DataLost(f"{state.description}: version {cart.version} is not what it was")
    if scalar(connection, STOCK) + scalar(connection, SOLD) != run.stock:
        raise DataLost(f"{state.description}: the stock does not add up")


def check_all_states(run: RecordedRun, home: Path, mixtures: int) -> int:
    """Check the files of a power cut after each write; return the number of power cuts."""
    count = 0
    for state in crash_states({"shop.db": run.base}, run.records, Random(1), mixtures):
        check_state(state, run, home)
        count += 1
    return count


@pytest.fixture
def run(tmp_path: Path) -> RecordedRun:
    """Return a recorded run without failures."""
    (tmp_path / "life").mkdir()
    return record_run(tmp_path / "life/shop.db")


def check(run: RecordedRun, home: Path, mixtures: int, note: Report) -> None:
    """Check power cuts after each write."""
    count = check_all_states(run, home, mixtures)
    note("power cuts", count)
    assert count > 3 * SAVES
    assert any(isinstance(one, WriteRecord) and one.file == "shop.db" for one in run.records)


@pytest.mark.timeout(600)
def test_after_a_power_cut_at_any_write_every_answered_op_is_saved(
    run: RecordedRun, tmp_path: Path, record_property: Report
) -> None:
    """The fault "power-loss"."""
    check(run, tmp_path, 1, record_property)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_after_a_power_cut_with_random_partial_writes_every_answered_op_is_saved(
    run: RecordedRun, tmp_path: Path, record_property: Report
) -> None:
    check(run, tmp_path, 50, record_property)


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_weaker_synchronous_settings_are_found_to_lose_answered_ops(
    synchronous: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = engines._configure  # noqa: SLF001 - the function under test

    def set_up(connection: Any, lock_ms: int) -> None:
        usual(connection, lock_ms)
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    with monkeypatch.context() as patched:
        patched.setattr(engines, "_configure", set_up)
        (tmp_path / "life").mkdir()
        run = record_run(tmp_path / "life/shop.db")

    with pytest.raises(DataLost, match="was answered, and"):
        check_all_states(run, tmp_path, 0)
