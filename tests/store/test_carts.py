"""Carts are saved and loaded unchanged."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from msgspec import structs
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import NoResultFound

from app.domain.accounts import AccountId
from app.domain.cart import Cart, content
from app.domain.catalog import VoucherCode
from app.domain.ops import AddLine, SetNote, SetVoucher, Undo
from app.domain.outbox import EvictedOutbox, OutboxId
from app.domain.position import position
from app.domain.verdicts import Clamped, Ok
from app.store.accounts import add_account
from app.store.cart_rows import Save, StaleCart
from app.store.cart_saves import KEPT_S, MOST_KEPT, SaveConflicts, as_save, save_carts
from app.store.carts import load_cart, load_carts, load_last, replace_epochs
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from tests.databases import Cluster, Databases
from tests.domain.op_examples import OpSequence, some_sequence
from tests.examples import ADA, EMPTY, HERE, MILK, NOON, THERE, after
from tests.store.example_people import ADA_HERSELF, BOB, BOB_HIMSELF
from tests.store.unreadable_carts import HALF, WITH_CORRUPT_OLDER_ROWS, spoil

pytestmark = pytest.mark.on_both

NOBODY = BOB
UNDO_TWICE = (Undo(), Undo())


def saves_of(*carts: Cart) -> list[Save]:
    """Return the saves of these carts."""
    return [as_save(cart, ()) for cart in carts]


def save(engine: Engine, *carts: Cart, evicted: tuple[EvictedOutbox, ...] = ()) -> SaveConflicts:
    """Save these carts in one batch."""
    return run_query(engine, save_carts, [as_save(cart, evicted) for cart in carts], NOON)


def with_bob(engine: Engine) -> Cart:
    """Return the empty cart of Bob, who has just registered."""
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)
    return run_query(engine, load_cart, BOB)


def back_from(connection: Connection, cart: Cart) -> Cart:
    """Save *cart* over the stored one, and return it as loaded."""
    there = load_cart(connection, ADA)
    save_carts(connection, saves_of(structs.replace(cart, version=there.version)), NOON)
    return load_cart(connection, ADA)


def test_a_new_account_has_an_empty_cart(engine: Engine) -> None:
    assert run_query(engine, load_cart, ADA) == EMPTY
    assert with_bob(engine) == Cart(BOB, "0b0b")


@pytest.fixture(scope="module")
def carts_in_turn(databases: Databases, with_ada: str) -> Iterator[Connection]:
    """Return a connection to a copy of the database, whose transaction is never committed."""
    engine = connect(databases.copy(with_ada))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@given(some_sequence)
def test_a_saved_cart_is_loaded_unchanged(carts_in_turn: Connection, sequence: OpSequence) -> None:
    cart = sequence.end()

    back = back_from(carts_in_turn, cart)

    assert back == structs.replace(cart, account=ADA, epoch=EMPTY.epoch, version=back.version)
    assert back.content == content(back) == cart.content
    assert [*back.outboxes] == [*cart.outboxes]
    assert [type(line) for line in back.lines.values()] == [
        type(one) for one in cart.lines.values()
    ]


def test_a_loaded_cart_has_the_same_position(engine: Engine) -> None:
    cart = after(AddLine(MILK, 2), SetNote("Ring twice"))

    save(engine, cart)

    assert position(run_query(engine, load_cart, ADA)) == position(cart)


def test_a_loaded_cart_can_be_changed_and_undone_like_the_original(engine: Engine) -> None:
    cart = after(AddLine(MILK, 9), SetVoucher("SESAME"), SetNote("Ring twice"))
    save(engine, structs.replace(cart, used={VoucherCode("WELCOME10"): 1}))

    back = run_query(engine, load_cart, ADA)

    assert (back.tries, back.used, back.next_pos) == ((NOON,), {"WELCOME10": 1}, 2)
    assert after(*UNDO_TWICE, cart=back).lines == after(*UNDO_TWICE, cart=cart).lines == {}
    recalled = back.outboxes[HERE].recall(1)
    assert recalled
    assert recalled.verdict == Ok(1, 1, Clamped(MILK, 9, 5))
    assert back.outboxes[HERE].recall(2) == cart.outboxes[HERE].recall(2)


def test_every_save_increments_the_version(engine: Engine) -> None:
    for version in (0, 1, 2):
        there = run_query(engine, load_cart, ADA)
        assert there.version == version
        save(engine, there)


@pytest.mark.parametrize("version", [0, 2])
def test_a_cart_saved_by_another_server_is_stale(engine: Engine, version: int) -> None:
    save(engine, after(SetNote("first")))

    left = save(engine, structs.replace(after(SetNote("second")), version=version))

    assert left == SaveConflicts(stale=(ADA,))
    assert run_query(engine, load_cart, ADA).note == "first"


def test_many_carts_are_saved_in_one_batch(engine: Engine) -> None:
    bob = with_bob(engine)

    save(engine, after(SetNote("Bob's"), cart=bob), after(SetNote("Ada's")))

    assert run_query(engine, load_cart, ADA).note == "Ada's"
    assert run_query(engine, load_cart, BOB).note == "Bob's"


@pytest.mark.parametrize("body", [HALF, WITH_CORRUPT_OLDER_ROWS])
def test_an_unreadable_cart_does_not_prevent_loading_the_others(engine: Engine, body: str) -> None:
    with_bob(engine)
    run_query(engine, spoil, BOB, body)

    assert [cart.account for cart in run_query(engine, load_carts, [ADA, BOB])] == [ADA]


def test_a_stale_cart_in_a_batch_saves_all_others_or_none(engine: Engine) -> None:
    bob = with_bob(engine)
    evicted = (EvictedOutbox(HERE, 7),)

    try:
        left = save(
            engine, after(SetNote("Ada's")), structs.replace(bob, version=7), evicted=evicted
        )
    except StaleCart:
        saved = ""
    else:
        saved = "Ada's"
        assert left == SaveConflicts(stale=(BOB,))

    assert run_query(engine, load_cart, ADA).note == saved
    assert bool(run_query(engine, load_last, ADA, HERE)) is bool(saved)
    assert run_query(engine, load_last, BOB, HERE) == 0


def test_two_servers_that_save_the_same_carts_do_not_deadlock(
    cluster: Cluster,
) -> None:
    url = cluster.new()
    engine = connect(url)
    migrate(engine)
    crowd = [AccountId(f"u-{number}") for number in range(50)]
    for account in crowd:
        person = replace(ADA_HERSELF, account=account, email=f"{account}@shop.example")
        run_query(engine, add_account, person, "0c0c", NOON)
    engine.dispose()

    with ThreadPoolExecutor(2) as servers:
        saved = [*servers.map(save_often, [url, url], [crowd, crowd[::-1]])]

    engine = connect(url)
    versions = [run_query(engine, load_cart, account).version for account in crowd]
    engine.dispose()
    assert sum(versions) == sum(saved)


def save_often(url: str, accounts: list[AccountId]) -> int:
    """Save these carts in one batch, again and again; return how many were not stale."""
    engine = connect(url)
    saved = 0
    for _ in range(40):
        carts = [run_query(engine, load_cart, account) for account in accounts]
        saved += len(carts) - len(run_query(engine, save_carts, saves_of(*carts), NOON).stale)
    engine.dispose()
    return saved


def test_evicted_outboxes_keep_their_last_number(engine: Engine) -> None:
    save(engine, EMPTY, evicted=(EvictedOutbox(HERE, 7), EvictedOutbox(THERE, 1)))

    assert run_query(engine, load_last, ADA, HERE) == 7
    assert run_query(engine, load_last, ADA, THERE) == 1


def test_an_outbox_evicted_again_keeps_its_newest_number(engine: Engine) -> None:
    save(engine, EMPTY, evicted=(EvictedOutbox(HERE, 7),))
    save(
        engine,
        structs.replace(EMPTY, version=1),
        evicted=(EvictedOutbox(HERE, 8), EvictedOutbox(HERE, 9)),
    )

    assert run_query(engine, load_last, ADA, HERE) == 9


def evict(engine: Engine, outbox: OutboxId, last: int, now_s: int) -> None:
    """Save Ada's cart as an outbox leaves it."""
    cart = run_query(engine, load_cart, ADA)
    run_query(engine, save_carts, [as_save(cart, (EvictedOutbox(outbox, last),))], now_s)


def test_an_outbox_that_left_its_cart_long_ago_is_forgotten(engine: Engine) -> None:
    """Forms use an outbox once, so rows would be left for ever."""
    evict(engine, HERE, 7, NOON)

    evict(engine, THERE, 1, NOON + KEPT_S)
    assert run_query(engine, load_last, ADA, HERE) == 7
    evict(engine, THERE, 2, NOON + KEPT_S + 1)

    assert run_query(engine, load_last, ADA, HERE) == 0
    assert run_query(engine, load_last, ADA, THERE) == 2


def test_an_outbox_that_leaves_its_cart_again_is_kept_from_then_on(engine: Engine) -> None:
    evict(engine, HERE, 7, NOON)
    evict(engine, HERE, 8, NOON + KEPT_S)

    evict(engine, THERE, 1, NOON + KEPT_S + 1)

    assert run_query(engine, load_last, ADA, HERE) == 8


def test_an_account_keeps_so_many_outboxes_and_the_oldest_are_forgotten(engine: Engine) -> None:
    with_bob(engine)
    bob = run_query(engine, load_cart, BOB)
    run_query(engine, save_carts, [as_save(bob, (EvictedOutbox(HERE, 3),))], NOON)
    outboxes = [OutboxId(f"{n:08}-0000-4000-8000-000000000001") for n in range(MOST_KEPT + 5)]
    for at, outbox in enumerate(outboxes):
        evict(engine, outbox, 9, NOON + at)

    kept = [outbox for outbox in outboxes if run_query(engine, load_last, ADA, outbox)]

    assert kept == outboxes[5:]
    assert run_query(engine, load_last, BOB, HERE) == 3


def test_an_unknown_outbox_has_last_number_0(engine: Engine) -> None:
    with_bob(engine)
    save(engine, EMPTY, evicted=(EvictedOutbox(HERE, 7),))

    assert run_query(engine, load_last, ADA, THERE) == 0
    assert run_query(engine, load_last, BOB, HERE) == 0


def test_a_stale_cart_saves_no_evicted_outbox(engine: Engine) -> None:
    assert save(
        engine, structs.replace(EMPTY, version=7), evicted=(EvictedOutbox(HERE, 7),)
    ).stale == (ADA,)

    assert run_query(engine, load_last, ADA, HERE) == 0


def test_an_unknown_account_has_no_cart(engine: Engine) -> None:
    with pytest.raises(NoResultFound):
        run_query(engine, load_cart, NOBODY)


def test_a_new_epoch_increments_the_version_and_changes_nothing_else(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)
    before = run_query(engine, load_cart, ADA)

    assert run_query(engine, replace_epochs, "beef") == 2

    assert run_query(engine, load_cart, ADA) == structs.replace(
        before, epoch="beef", version=before.version + 1
    )
    assert run_query(engine, load_cart, BOB).epoch == "beef"
