"""The writer saves many carts per commit, and reports the outcome of each."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.errors import DatabaseUnavailable
from app.domain.ops import SetNote
from app.domain.orders import OrderChange
from app.domain.outbox import EvictedOutbox, OutboxId
from app.store import writer as store_writer
from app.store.accounts import Person, add_account
from app.store.cart_rows import Save
from app.store.cart_saves import SaveConflicts
from app.store.carts import load_cart, load_last
from app.store.database import Database
from app.store.queries import run_query
from app.store.writer import Commit, Writer
from tests.databases import SHORT_LOCKS, locked
from tests.examples import ADA, EMPTY, HERE, NOON, after
from tests.store.example_people import BOB

pytestmark = pytest.mark.on_both

EVE = AccountId("u-eve")
NAMELESS: OutboxId = None  # type: ignore[assignment]
"""An outbox id that no database accepts."""
CROWD = [AccountId(f"u-{number}") for number in range(5)]


class ChangedCart:
    """A changed cart that counts how often it was taken."""

    def __init__(self, cart: Cart, *evicted: EvictedOutbox):
        self.cart = cart
        self.evicted = evicted
        self.changes: tuple[OrderChange, ...] = ()
        self.taken = 0

    def take(self) -> tuple[Cart, tuple[EvictedOutbox, ...], tuple[OrderChange, ...]]:
        self.taken += 1
        return self.cart, self.evicted, self.changes


def note_of(account: AccountId, note: str) -> ChangedCart:
    """Return *account*'s first change, a note."""
    return ChangedCart(after(SetNote(note), cart=Cart(account, EMPTY.epoch)))


def register(engine: Engine, *accounts: AccountId) -> None:
    """Add these accounts."""
    for account in accounts:
        person = Person(account, f"{account}@shop.example", "Somebody", "hash")
        run_query(engine, add_account, person, EMPTY.epoch, NOON)


def unwritable(account: AccountId) -> ChangedCart:
    """Return a change of *account*'s that cannot be encoded in UTF-8."""
    return ChangedCart(Cart(account, EMPTY.epoch, note="\ud800"))


class SlowDatabase(Database):
    """A database whose writes wait for the test."""

    def __init__(self, url: str):
        super().__init__(url)
        self.writes = asyncio.Semaphore(0)
        self.was_called = asyncio.Event()

    async def save(self, saves: Sequence[Save], now_s: int) -> SaveConflicts:
        self.was_called.set()
        await self.writes.acquire()
        return await super().save(saves, now_s)


class LeavingDatabase(Database):
    """A database that becomes unavailable after some writes."""

    def __init__(self, url: str, after_writes: int):
        super().__init__(url)
        self.left = after_writes

    async def save(self, saves: Sequence[Save], now_s: int) -> SaveConflicts:
        if not self.left:
            raise DatabaseUnavailable
        self.left -= 1
        return await super().save(saves, now_s)


@pytest.fixture
def writer(database: Database) -> Writer:
    """Return a writer whose clock stands still at noon."""
    return Writer(database, lambda: NOON, time.monotonic)


async def all_commits(writer: Writer) -> list[Commit]:
    """Return the commits of all carts that wait."""
    writer.close()
    return [commit._replace(took_s=0) async for commit in writer.commits()]


@asynccontextmanager
async def committing(writer: Writer) -> AsyncIterator[asyncio.Queue[Commit]]:
    """Run the writer; its commits are put into the queue."""
    commits: asyncio.Queue[Commit] = asyncio.Queue()

    async def save() -> None:
        async for commit in writer.commits():
            commits.put_nowait(commit._replace(took_s=0))

    saving = asyncio.create_task(save())
    try:
        yield commits
    finally:
        writer.close()
        await saving


async def test_carts_that_wait_together_share_a_commit_and_are_saved(
    writer: Writer, engine: Engine
) -> None:
    register(engine, BOB)
    writer.mark(ADA, note_of(ADA, "Ada's"))
    writer.mark(BOB, note_of(BOB, "Bob's"))

    (commit,) = await all_commits(writer)

    assert {*commit.saved} == {ADA, BOB}
    assert (commit.stale, commit.unknown, commit.broken) == ((), (), ())
    assert [run_query(engine, load_cart, who).note for who in (ADA, BOB)] == ["Ada's", "Bob's"]
    assert run_query(engine, load_cart, ADA).version == 1


async def test_a_cart_marked_several_times_is_saved_once_in_its_newest_state(
    writer: Writer, engine: Engine
) -> None:
    cart = note_of(ADA, "first")
    for note in ("first", "second", "third"):
        cart.cart = after(SetNote(note))
        writer.mark(ADA, cart)

    assert writer.waiting == 1
    assert await all_commits(writer) == [Commit(saved=(ADA,))]
    assert (cart.taken, run_query(engine, load_cart, ADA).note) == (1, "third")


async def test_carts_changed_during_a_commit_share_the_next_commit(
    url: str, engine: Engine
) -> None:
    register(engine, *CROWD)
    database = SlowDatabase(url)
    writer = Writer(database, lambda: NOON, time.monotonic)
    async with committing(writer) as commits:
        writer.mark(ADA, note_of(ADA, "Ada's"))
        await database.was_called.wait()
        for account in CROWD:
            writer.mark(account, note_of(account, "theirs"))
        assert commits.empty()

        database.writes.release()
        first = await commits.get()
        database.writes.release()
        second = await commits.get()

    assert first.saved == (ADA,)
    assert {*second.saved} == {*CROWD}
    database.close()


async def test_a_cart_that_changes_while_it_is_saved_is_saved_again(
    url: str, engine: Engine
) -> None:
    database = SlowDatabase(url)
    writer = Writer(database, lambda: NOON, time.monotonic)
    async with committing(writer) as commits:
        writer.mark(ADA, note_of(ADA, "first"))
        await database.was_called.wait()
        again = ChangedCart(replace(after(SetNote("first"), SetNote("second")), version=1))
        writer.mark(ADA, again)
        database.writes.release()
        database.writes.release()
        assert [await commits.get(), await commits.get()] == [Commit(saved=(ADA,))] * 2

    assert run_query(engine, load_cart, ADA).note == "second"
    database.close()


async def test_a_batch_is_limited_and_the_longest_waiting_carts_are_saved_first(
    writer: Writer, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_writer, "LARGEST_BATCH", 2)
    register(engine, *CROWD)
    async with committing(writer) as queue:
        for account in CROWD:
            writer.mark(account, note_of(account, "theirs"))
        commits = [await queue.get() for _ in range(3)]

    assert [{*commit.saved} for commit in commits] == [{*CROWD[:2]}, {*CROWD[2:4]}, {*CROWD[4:]}]


async def test_evicted_outboxes_are_saved_with_their_cart(writer: Writer, engine: Engine) -> None:
    writer.mark(ADA, ChangedCart(EMPTY, EvictedOutbox(HERE, 7)))

    await all_commits(writer)

    assert run_query(engine, load_last, ADA, HERE) == 7


async def test_a_stale_cart_does_not_prevent_saving_the_others(
    writer: Writer, engine: Engine
) -> None:
    register(engine, BOB, EVE)
    for account in (ADA, BOB, EVE):
        writer.mark(account, note_of(account, "theirs"))
    writer.mark(BOB, ChangedCart(Cart(BOB, EMPTY.epoch, version=7)))

    (commit,) = await all_commits(writer)

    assert {*commit.saved} == {ADA, EVE}
    assert (commit.stale, commit.unknown, commit.broken) == ((BOB,), (), ())
    assert run_query(engine, load_cart, EVE).note == "theirs"


async def test_an_outage_while_carts_are_saved_one_by_one_makes_the_rest_unknown(
    url: str, engine: Engine
) -> None:
    register(engine, BOB, EVE)
    database = LeavingDatabase(url, after_writes=2)
    writer = Writer(database, lambda: NOON, time.monotonic)
    writer.mark(ADA, ChangedCart(EMPTY, EvictedOutbox(NAMELESS, 7)))
    for account in (BOB, EVE):
        writer.mark(account, note_of(account, "theirs"))

    commits = await all_commits(writer)

    assert commits == [Commit(broken=(ADA,), unknown=(BOB, EVE))]
    database.close()


async def test_a_cart_that_the_database_refuses_is_broken_and_the_others_are_saved(
    writer: Writer, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    register(engine, BOB)
    writer.mark(ADA, note_of(ADA, "Ada's"))
    writer.mark(BOB, ChangedCart(Cart(BOB, EMPTY.epoch), EvictedOutbox(NAMELESS, 7)))

    (commit,) = await all_commits(writer)

    assert commit == Commit(saved=(ADA,), broken=(BOB,))
    assert "the cart of u-bob cannot be saved" in caplog.text
    assert run_query(engine, load_cart, BOB).version == 0


async def test_a_cart_that_cannot_be_encoded_is_broken_and_the_others_are_saved(
    writer: Writer, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    writer.mark(BOB, unwritable(BOB))
    writer.mark(ADA, note_of(ADA, "Ada's"))

    (commit,) = await all_commits(writer)

    assert commit == Commit(saved=(ADA,), broken=(BOB,))
    assert "the cart of u-bob cannot be written down" in caplog.text
    assert run_query(engine, load_cart, ADA).note == "Ada's"


async def test_a_batch_of_only_broken_carts_makes_no_query(
    writer: Writer,
) -> None:
    writer.mark(ADA, unwritable(ADA))

    assert await all_commits(writer) == [Commit(broken=(ADA,))]


async def test_an_outage_makes_a_save_unknown_and_the_writer_continues_afterwards(
    url: str, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(url, SHORT_LOCKS)
    writer = Writer(database, lambda: NOON, time.monotonic)
    async with committing(writer) as commits:
        with locked(engine):
            writer.mark(ADA, note_of(ADA, "first"))
            assert await commits.get() == Commit(unknown=(ADA,))

        writer.mark(ADA, note_of(ADA, "second"))
        assert await commits.get() == Commit(saved=(ADA,))

    assert run_query(engine, load_cart, ADA).note == "second"
    assert "1 carts were not saved" in caplog.text
    database.close()


async def test_closing_saves_waiting_carts_and_then_ends(writer: Writer, engine: Engine) -> None:
    async with committing(writer) as commits:
        writer.mark(ADA, note_of(ADA, "Ada's"))
        writer.close()

    assert commits.get_nowait() == Commit(saved=(ADA,))
    assert run_query(engine, load_cart, ADA).note == "Ada's"
    assert writer.waiting == 0


async def test_closing_ends_an_idle_writer(writer: Writer) -> None:
    async with committing(writer) as commits:
        await asyncio.sleep(0)

    assert commits.empty()


async def test_what_is_forgotten_is_not_saved(writer: Writer, engine: Engine) -> None:
    forgotten = note_of(ADA, "forgotten")
    writer.mark(ADA, forgotten)

    writer.forget()

    assert await all_commits(writer) == []
    assert forgotten.taken == 0
    assert run_query(engine, load_cart, ADA).note == ""
