"""From the hello to the welcome and the state that follows it."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from app.domain.ops import AddLine, SetNote
from app.domain.position import SnapshotReason, position
from app.protocol.messages import TabId
from app.ws.close_codes import CloseCode
from tests.examples import ADA, EMPTY, HERE, MILK, after, without_room
from tests.ws.clock import passes, soon
from tests.ws.fakes import TABS, Browser, WsHarness, kinds

MILK_CART = after(AddLine(MILK, 2), SetNote("Ring twice"))


async def test_welcome_and_snapshot_are_written_together_after_hello(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = MILK_CART
    here = harness.opens()

    here.says_hello()
    await soon()

    (piece,) = here.socket.pieces
    assert kinds(piece) == ["welcome", "snapshot", "tabs"]
    assert piece[1]["rev"] == 2
    assert [line["qty"] for line in piece[1]["cart"]["lines"]] == [2]
    assert piece[2] == {"t": "tabs", "n": 1}


async def test_the_welcome_has_account_node_and_session_lifetime(harness: WsHarness) -> None:
    here = harness.opens()
    await passes(1.5)

    here.says_hello()
    await soon()

    welcome = here.takes_frames()[0]
    assert welcome.pop("limits") == {
        "burst": 64,
        "per_s": 10,
        "sockets": 10,
        "frame": 8192,
        "inflight": 32,
        "watch": 200,
        "lines": 100,
        "qty": 99,
        "note": 500,
    }
    assert welcome == {
        "t": "welcome",
        "v": 2,
        "account": "u-ada",
        "node": "w1",
        "conn": "c-1",
        "mode": "snapshot",
        "why": "first",
        "last": 0,
        "verdicts": [],
        "hb_ms": 20_000,
        "session_left_ms": 9_998_500,
        "features": ["languages", "decimals", "holds", "household", "offers", "help"],
        "decimals": 2,
    }


async def test_a_tab_at_the_current_position_gets_prices_only(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = MILK_CART
    here = harness.opens()

    here.says_hello(at=position(MILK_CART))
    await soon()

    welcome, prices, _ = here.takes_frames()
    assert (welcome["mode"], "why" in welcome) == ("same", False)
    assert prices["t"] == "prices"
    assert [*prices["lines"]] == [MILK]
    assert prices["totals"]["subtotal"] == 290
    assert prices["voucher"] is None


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (None, "first"),
        ("yesterday", "bad"),
        (position(replace(MILK_CART, epoch="aaaa")), "epoch"),
        (position(replace(MILK_CART, rev=3)), "future"),
        (position(replace(MILK_CART, rev=1)), "behind"),
        (position(replace(MILK_CART, content=7)), "fork"),
    ],
)
async def test_a_tab_at_another_position_gets_a_snapshot_with_the_reason(
    harness: WsHarness, at: str | None, why: str
) -> None:
    harness.around.disk.carts[ADA] = MILK_CART
    here = harness.opens()

    here.says_hello(at=at)
    await soon()

    welcome, snapshot, _ = here.takes_frames()
    assert (welcome["mode"], welcome["why"]) == ("snapshot", why)
    assert snapshot["at"] == position(MILK_CART)
    divergences = {SnapshotReason(why): 1} if why in {"future", "fork"} else {}
    assert harness.around.hub.divergences.counts == divergences


async def test_a_reconnecting_tab_gets_its_verdicts_before_the_snapshot(
    harness: WsHarness,
) -> None:
    harness.around.disk.carts[ADA] = MILK_CART
    here = harness.opens()

    here.says_hello(pend=[2, 3])
    await soon()

    welcome, snapshot, _ = here.takes_frames()
    assert (welcome["last"], welcome["verdicts"]) == (2, [{"t": "ok", "n": 2, "rev": 2}])
    assert snapshot["t"] == "snapshot"


async def test_an_evicted_outbox_is_looked_up(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = without_room(EMPTY)
    harness.around.disk.lasts[ADA, HERE] = 500
    here = harness.opens()

    here.says_hello()
    await soon()

    assert here.takes_frames()[0]["last"] == 500


async def test_a_connection_uses_the_id_of_its_tab(harness: WsHarness) -> None:
    here = await harness.connects(gen=3)

    assert here.connection.id == TabId(TABS[HERE])
    assert (here.connection.gen, here.connection.outbox) == (3, HERE)


async def test_a_connection_without_hello_is_closed_after_five_seconds(harness: WsHarness) -> None:
    here = harness.opens()

    await passes(4.99)
    assert here.is_open()
    await passes(0.01)

    assert here.socket.closed == (CloseCode.TOO_SLOW, "no hello in time")
    assert here.serving.done()
    assert harness.connections.inside == set()


async def test_a_slow_database_does_not_close_a_connection_that_said_hello_in_time(
    harness: WsHarness,
) -> None:
    harness.around.disk.is_free.clear()
    here = harness.opens()
    await passes(4.9)
    here.says_hello()

    await passes(10)
    harness.around.disk.is_free.set()
    await soon()

    assert kinds(here.takes_frames()) == ["welcome", "snapshot", "tabs"]


@pytest.mark.parametrize(
    "first",
    [
        {"t": "op", "n": 1, "k": "undo"},
        {"t": "watch", "skus": []},
        {"t": "resync"},
        {"t": "ping", "id": 7},
    ],
    ids=lambda said: said["t"],
)
async def test_any_message_before_hello_is_refused(
    harness: WsHarness, first: dict[str, object]
) -> None:
    here = harness.opens()

    here.says(**first)  # type: ignore[arg-type]
    await soon()

    closed = (CloseCode.BAD_MESSAGE, "t: the first message must be hello")
    assert (here.socket.closed, here.takes_frames()) == (closed, [])
    assert here.serving.done()


async def test_an_invalid_hello_is_refused(harness: WsHarness) -> None:
    here = harness.opens()

    here.says_hello(gen=0)
    await soon()

    assert here.socket.closed
    assert here.socket.closed[0] == CloseCode.BAD_MESSAGE
    assert here.socket.closed[1].startswith("gen: ")


@pytest.mark.parametrize("account", [ADA, None])
async def test_a_tab_of_the_account_that_is_signed_in_is_let_in(
    harness: WsHarness, account: str | None
) -> None:
    here = await harness.connects(account=account) if account else await harness.connects()

    assert here.is_open()


async def test_a_tab_of_another_account_is_closed_before_anything_is_read_or_told(
    harness: WsHarness,
) -> None:
    here = harness.opens()

    here.says_hello(account="u-bob")
    here.submits(1)
    await soon()

    assert (here.socket.closed, here.takes_frames()) == ((CloseCode.ANOTHER_ACCOUNT, ""), [])
    assert harness.around.disk.carts_read == []
    assert harness.around.writer.waiting == {}
    assert here.serving.done()


async def test_a_second_hello_is_refused(harness: WsHarness) -> None:
    here = await harness.connects()

    here.says_hello(gen=2)
    await soon()

    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "t: a second hello")


async def test_between_hello_and_welcome_nothing_more_is_read(harness: WsHarness) -> None:
    harness.around.disk.is_free.clear()
    here = harness.opens()
    here.says_hello()
    await soon()
    assert not here.is_read()

    harness.around.disk.is_free.set()
    await soon()

    assert here.is_read()


async def test_frames_between_hello_and_welcome_are_handled_afterwards_in_order(
    harness: WsHarness,
) -> None:
    harness.around.disk.is_free.clear()
    here = harness.opens()
    here.says_hello()
    here.submits(1)
    here.submits(2)
    here.says("ping", id=7)
    await soon()
    assert here.takes_frames() == []

    harness.around.disk.is_free.set()
    await soon()
    await harness.saves()

    assert kinds(here.takes_frames()) == [
        "welcome",
        "snapshot",
        "tabs",
        "pong",
        "ok",
        "ok",
        "patch",
    ]


def says_nonsense(here: Browser) -> None:
    """Send text that is not JSON."""
    here.sends("nonsense")


def says_a_second_hello(here: Browser) -> None:
    """Send hello again."""
    here.says_hello()


def says_bytes(here: Browser) -> None:
    """Send a binary frame."""
    here.socket.arrives(here.connection.on_binary)


def says_too_much(here: Browser) -> None:
    """Send a frame that the protocol implementation refuses."""
    here.socket.arrives(lambda: here.connection.on_protocol_error(1009, "too large"))


FAULTS: dict[Callable[[Browser], None], tuple[int, str]] = {
    says_nonsense: (CloseCode.BAD_MESSAGE, "not JSON"),
    says_a_second_hello: (CloseCode.BAD_MESSAGE, "t: a second hello"),
    says_bytes: (CloseCode.BAD_MESSAGE, "a binary frame"),
    says_too_much: (1009, "too large"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_bad_frame_between_hello_and_welcome_does_not_undo_earlier_ops(
    harness: WsHarness, fault: Callable[[Browser], None]
) -> None:
    harness.around.disk.is_free.clear()
    here = harness.opens()
    here.says_hello()
    here.submits(1)
    fault(here)
    here.submits(2)
    await soon()

    harness.around.disk.is_free.set()
    await soon()
    await harness.saves()

    assert kinds(here.takes_frames()) == ["welcome", "snapshot", "tabs", "ok", "patch"]
    assert here.socket.closed == FAULTS[fault]
    assert harness.around.disk.carts[ADA].note == "note 1"


async def test_what_is_kept_for_the_account_is_told_right_after_the_state(
    harness: WsHarness,
) -> None:
    catalog = harness.around.hub.context.catalog
    milk = catalog.today.products[MILK]
    until = int(harness.around.hub.context.now_s()) + 60
    changed = catalog.today._replace(products={MILK: milk}, offers={MILK: {ADA: until}})
    harness.around.hub.update_catalog(catalog.revision + 1, changed)
    here = harness.opens()

    here.says_hello()
    await soon()

    welcome, _, offer, _ = here.takes_frames()
    assert welcome["t"] == "welcome"
    assert (offer["t"], offer["sku"], offer["name"]) == ("offer", MILK, milk.name)
    assert 59_000 <= offer["ms"] <= 60_000
