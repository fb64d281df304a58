"""A traced op has a log line for each step, under its account, outbox and number."""

import logging
from dataclasses import replace

import pytest
from msgspec import structs

from app.domain.ops import AddLine
from app.domain.outbox import OpRef
from app.live.cart import LiveCart
from app.live.trace import LoggingTrace
from tests.examples import ADA, APPLES, EMPTY, GHOST, THERE, ref
from tests.live.fakes import FakeTab
from tests.live.harness import CartHarness


@pytest.fixture
def harness() -> CartHarness:
    """Return Ada's cart, every op of which is traced."""
    harness = CartHarness()
    harness.cart = LiveCart(EMPTY, replace(harness.context, trace=LoggingTrace))
    return harness


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return the captured log of the trace."""
    caplog.set_level(logging.DEBUG, "app.live.trace")
    return caplog


def steps_of(logged: pytest.LogCaptureFixture, op: OpRef) -> list[str]:
    """Return the logged steps of one op."""
    name = f"{ADA}/{op.outbox}/{op.n}"
    return [record.getMessage() for record in logged.records if vars(record)["op"] == name]


def test_an_op_is_logged_as_received_ruled_saved_and_told(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    tab, op = FakeTab(), ref(EMPTY)
    harness.let_in(tab)

    harness.cart.submit(op, AddLine(APPLES, 1), tab, tab.id)
    assert steps_of(logged, op) == ["op received", "op ruled"]

    harness.saves()
    ends = ["op saved", "op told", "op told"]
    assert steps_of(logged, op) == ["op received", "op ruled", *ends]
    received, ruled, saved, answered, shown = (vars(record) for record in logged.records)
    assert (received["k"], received["tab"]) == ("line.add", tab.id)
    assert (ruled["code"], ruled["rev"], saved["version"]) == ("ok", 1, 1)
    assert (answered["what"], answered["subscribers"]) == ("verdict", 1)
    assert (shown["what"], shown["tabs"]) == ("patch", 1)


def test_a_patch_is_logged_for_each_op_that_it_is_made_of(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    ops = [ref(EMPTY), ref(EMPTY, THERE)]
    for op in ops:
        harness.cart.submit(op, AddLine(APPLES, 1), FakeTab())

    harness.saves()

    for op in ops:
        assert steps_of(logged, op)[-3:] == ["op saved", "op told", "op told"]
    told = [vars(record)["what"] for record in logged.records if record.message == "op told"]
    assert told == ["verdict", "verdict", "patch", "patch"]


def test_a_rejection_is_logged_with_its_code(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    harness.cart.submit(ref(EMPTY), AddLine(GHOST, 1), FakeTab())

    assert vars(logged.records[-1])["code"] == "unknown_sku"


def test_repeats_and_gaps_are_logged_as_such(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    op = ref(EMPTY)
    early = structs.replace(op, n=op.n + 5)
    for each in (op, op, early):
        harness.cart.submit(each, AddLine(APPLES, 1), FakeTab())

    assert steps_of(logged, op) == ["op received", "op ruled", "op repeated"]
    assert steps_of(logged, early) == ["op too early"]


def test_an_op_is_logged_as_deferred_while_the_database_is_unavailable(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    waiting = ref(EMPTY)
    harness.cart.submit(waiting, AddLine(APPLES, 1), FakeTab())
    harness.takes()
    harness.cart.mark_unknown()
    harness.cart.submit(waiting, AddLine(APPLES, 1), FakeTab())

    assert steps_of(logged, waiting) == [
        "op received",
        "op ruled",
        "op put off",
        "op received",
        "op put off",
    ]
    assert vars(logged.records[-1])["code"] == "busy"


def test_an_op_found_saved_is_logged_as_told(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    tab, op = FakeTab(), ref(EMPTY)
    harness.cart.submit(op, AddLine(APPLES, 1), tab)
    cart, _ = harness.takes()
    harness.cart.mark_stale()

    harness.cart.reload(structs.replace(cart, version=cart.version + 1))

    assert steps_of(logged, op) == ["op received", "op ruled", "op saved", "op told"]


def test_an_op_ruled_on_twice_is_logged_as_told_once(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    op = ref(EMPTY)
    harness.cart.submit(op, AddLine(APPLES, 1), FakeTab())
    harness.takes()
    harness.cart.mark_stale()
    harness.cart.reload(structs.replace(EMPTY, version=EMPTY.version + 1))

    harness.saves()

    ruled = ["op received", "op ruled", "op ruled"]
    assert steps_of(logged, op) == [*ruled, "op saved", "op told", "op told"]


def test_a_change_of_another_node_is_logged_under_the_name_of_its_op(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    elsewhere = CartHarness()
    elsewhere.cart.submit(ref(EMPTY), AddLine(APPLES, 1), FakeTab())
    cart = elsewhere.saves()
    ((_, version, change),) = elsewhere.peers.commits
    harness.let_in(FakeTab())
    harness.cart.on_remote_commit(version, change)
    harness.cart.mark_stale()

    harness.cart.reload(cart)

    assert steps_of(logged, ref(EMPTY)) == ["op told"]


def test_a_lost_cart_logs_which_ops_are_lost(
    harness: CartHarness, logged: pytest.LogCaptureFixture
) -> None:
    op = ref(EMPTY)
    harness.cart.submit(op, AddLine(APPLES, 1), FakeTab())

    harness.cart.lose()

    assert steps_of(logged, op)[-1] == "op lost"
