"""A traced op has a log line for each step, under its one name."""

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
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return what is logged."""
    caplog.set_level(logging.DEBUG, "app.live.trace")
    return caplog


def steps_of(logged: pytest.LogCaptureFixture, asked: OpRef) -> list[str]:
    """Return the steps of one op."""
    name = f"{ADA}/{asked.outbox}/{asked.n}"
    return [record.getMessage() for record in logged.records if vars(record)["op"] == name]


def test_received_ruled_saved_told(around: Around, logged: pytest.LogCaptureFixture) -> None:
    tab, asked = FakeTab(), ref(EMPTY)
    around.let_in(tab)

    around.cart.submit(asked, AddLine(APPLES, 1), tab, tab.id)
    assert steps_of(logged, asked) == ["op received", "op ruled"]

    around.saves()
    ends = ["op saved", "op told", "op told"]
    assert steps_of(logged, asked) == ["op received", "op ruled", *ends]
    received, ruled, saved, answered, shown = (vars(record) for record in logged.records)
    assert (received["k"], received["tab"]) == ("line.add", tab.id)
    assert (ruled["code"], ruled["rev"], saved["version"]) == ("ok", 1, 1)
    assert (answered["what"], answered["subscribers"]) == ("verdict", 1)
    assert (shown["what"], shown["tabs"]) == ("patch", 1)


def test_a_refusal_says_its_code(around: Around, logged: pytest.LogCaptureFixture) -> None:
    around.cart.submit(ref(EMPTY), AddLine(GHOST, 1), FakeTab())

    assert vars(logged.records[-1])["code"] == "unknown_sku"


def test_what_comes_again_and_what_comes_too_early_is_said_so(
    around: Around, logged: pytest.LogCaptureFixture
) -> None:
    asked = ref(EMPTY)
    early = asked._replace(n=asked.n + 5)
    for each in (asked, asked, early):
        around.cart.submit(each, AddLine(APPLES, 1), FakeTab())

    assert steps_of(logged, asked) == ["op received", "op ruled", "op repeated"]
    assert steps_of(logged, early) == ["op too early"]


def test_while_the_disk_is_away_it_is_put_off(
    around: Around, logged: pytest.LogCaptureFixture
) -> None:
    waiting = ref(EMPTY)
    around.cart.submit(waiting, AddLine(APPLES, 1), FakeTab())
    around.takes()
    around.cart.mark_unknown()
    around.cart.submit(waiting, AddLine(APPLES, 1), FakeTab())

    assert steps_of(logged, waiting) == [
        "op received",
        "op ruled",
        "op put off",
        "op received",
        "op put off",
    ]
    assert vars(logged.records[-1])["code"] == "busy"


def test_what_turns_out_to_be_saved_already_is_told(
    around: Around, logged: pytest.LogCaptureFixture
) -> None:
    tab, asked = FakeTab(), ref(EMPTY)
    around.cart.submit(asked, AddLine(APPLES, 1), tab)
    cart, _ = around.takes()
    around.cart.mark_stale()

    around.cart.reload(at_version(cart, cart.version + 1))

    assert steps_of(logged, asked) == ["op received", "op ruled", "op saved", "op told"]


def test_what_was_ruled_on_again_is_told_once(
    around: Around, logged: pytest.LogCaptureFixture
) -> None:
    asked = ref(EMPTY)
    around.cart.submit(asked, AddLine(APPLES, 1), FakeTab())
    around.takes()
    around.cart.mark_stale()
    around.cart.reload(EMPTY._replace(version=EMPTY.version + 1))

    around.saves()

    ruled = ["op received", "op ruled", "op ruled"]
    assert steps_of(logged, asked) == [*ruled, "op saved", "op told", "op told"]


def test_what_another_node_did_is_told_under_its_name(
    around: Around, logged: pytest.LogCaptureFixture
) -> None:
    elsewhere = Around()
    elsewhere.cart.submit(ref(EMPTY), AddLine(APPLES, 1), FakeTab())
    cart = elsewhere.saves()
    ((_, version, made),) = elsewhere.peers.commits
    around.let_in(FakeTab())
    around.cart.on_remote_commit(version, made)
    around.cart.mark_stale()

    around.cart.reload(cart)

    assert steps_of(logged, ref(EMPTY)) == ["op told"]


def test_a_cart_that_is_given_up_says_which_ops_are_lost(
    around: Around, logged: pytest.LogCaptureFixture
) -> None:
    asked = ref(EMPTY)
    around.cart.submit(asked, AddLine(APPLES, 1), FakeTab())

    around.cart.lose()

    assert steps_of(logged, asked)[-1] == "op lost"
