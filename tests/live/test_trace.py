"""An op that is followed leaves a line at each step, under its one name."""

import logging
from dataclasses import replace

import pytest

from app.domain.cart import at_version
from app.domain.ops import AddLine
from app.domain.outbox import OpRef
from app.live.cart import LiveCart
from app.live.trace import LoggingTrace
from tests.examples import ADA, APPLES, EMPTY, GHOST, ref
from tests.live.around import Around
from tests.live.fakes import FakeTab


@pytest.fixture
def around() -> Around:
    """Return Ada's cart, of which every op is followed."""
    around = Around()
    around.cart = LiveCart(EMPTY, replace(around.context, trace=LoggingTrace), None)
    return around


@pytest.fixture
def undo_stack(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return what is logged."""
    caplog.set_level(logging.DEBUG, "app.live.trace")
    return caplog


def told_of(undo_stack: pytest.LogCaptureFixture, asked: OpRef) -> list[str]:
    """Return the steps of one op."""
    name = f"{ADA}/{asked.outbox}/{asked.n}"
    return [record.getMessage() for record in undo_stack.records if vars(record)["op"] == name]


def test_received_ruled_saved_told(around: Around, undo_stack: pytest.LogCaptureFixture) -> None:
    tab, asked = FakeTab(), ref(EMPTY)
    around.let_in(tab)

    around.cart.submit(asked, AddLine(APPLES, 1), tab, tab.id)
    assert told_of(undo_stack, asked) == ["op received", "op ruled"]

    around.saves()
    ends = ["op saved", "op told", "op told"]
    assert told_of(undo_stack, asked) == ["op received", "op ruled", *ends]
    received, ruled, saved, told, shown = (vars(record) for record in undo_stack.records)
    assert (received["k"], received["tab"]) == ("line.add", tab.id)
    assert (ruled["code"], ruled["rev"], saved["version"]) == ("ok", 1, 1)
    assert (told["what"], told["subscribers"]) == ("verdict", 1)
    assert (shown["what"], shown["tabs"]) == ("patch", 1)


def test_a_refusal_says_its_code(around: Around, undo_stack: pytest.LogCaptureFixture) -> None:
    around.cart.submit(ref(EMPTY), AddLine(GHOST, 1), FakeTab())

    assert vars(undo_stack.records[-1])["code"] == "unknown_sku"


def test_what_comes_again_and_what_comes_too_early_is_said_so(
    around: Around, undo_stack: pytest.LogCaptureFixture
) -> None:
    asked = ref(EMPTY)
    early = asked._replace(n=asked.n + 5)
    for each in (asked, asked, early):
        around.cart.submit(each, AddLine(APPLES, 1), FakeTab())

    assert told_of(undo_stack, asked) == ["op received", "op ruled", "op repeated"]
    assert told_of(undo_stack, early) == ["op too early"]


def test_while_the_disk_is_away_it_is_put_off(
    around: Around, undo_stack: pytest.LogCaptureFixture
) -> None:
    waiting = ref(EMPTY)
    around.cart.submit(waiting, AddLine(APPLES, 1), FakeTab())
    around.takes()
    around.cart.mark_unknown()
    around.cart.submit(waiting, AddLine(APPLES, 1), FakeTab())

    assert told_of(undo_stack, waiting) == [
        "op received",
        "op ruled",
        "op put off",
        "op received",
        "op put off",
    ]
    assert vars(undo_stack.records[-1])["code"] == "busy"


def test_what_turns_out_to_be_saved_already_is_told(
    around: Around, undo_stack: pytest.LogCaptureFixture
) -> None:
    tab, asked = FakeTab(), ref(EMPTY)
    around.cart.submit(asked, AddLine(APPLES, 1), tab)
    cart, _ = around.takes()
    around.cart.mark_stale()

    around.cart.reload(at_version(cart, cart.version + 1))

    assert told_of(undo_stack, asked) == ["op received", "op ruled", "op saved", "op told"]


def test_what_was_ruled_on_again_is_told_once(
    around: Around, undo_stack: pytest.LogCaptureFixture
) -> None:
    asked = ref(EMPTY)
    around.cart.submit(asked, AddLine(APPLES, 1), FakeTab())
    around.takes()
    around.cart.mark_stale()
    around.cart.reload(EMPTY._replace(version=EMPTY.version + 1))

    around.saves()

    ruled = ["op received", "op ruled", "op ruled"]
    assert told_of(undo_stack, asked) == [*ruled, "op saved", "op told", "op told"]


def test_what_another_node_did_is_told_under_its_name(
    around: Around, undo_stack: pytest.LogCaptureFixture
) -> None:
    elsewhere = Around()
    elsewhere.cart.submit(ref(EMPTY), AddLine(APPLES, 1), FakeTab())
    cart = elsewhere.saves()
    ((_, version, made),) = elsewhere.peers.revision
    around.let_in(FakeTab())
    around.cart.on_remote_commit(version, made)
    around.cart.mark_stale()

    around.cart.reload(cart)

    assert told_of(undo_stack, ref(EMPTY)) == ["op told"]


def test_a_cart_that_is_given_up_says_which_ops_are_lost(
    around: Around, undo_stack: pytest.LogCaptureFixture
) -> None:
    asked = ref(EMPTY)
    around.cart.submit(asked, AddLine(APPLES, 1), FakeTab())

    around.cart.lose()

    assert told_of(undo_stack, asked)[-1] == "op lost"
