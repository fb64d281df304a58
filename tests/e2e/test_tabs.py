"""Two tabs of one account, and how a reconnecting tab is welcomed (protocol.md §3 and §4)."""

import json
from uuid import uuid4

import pytest

from tests.e2e.catalog import APPLES, BREAD, MILK, price
from tests.e2e.raw_client import Frame, RawSocket, Shopper, new_shopper, op
from tests.e2e.server import Server

pytestmark = pytest.mark.on_both

UNCHANGED_FIELDS = {"saved", "note", "voucher"}


def snapshot_of(cart: Frame) -> Frame:
    """Return the snapshot of a *cart* over HTTP, where its account is named too."""
    return {"t": "snapshot"} | {name: cart[name] for name in cart.keys() - {"account"}}


async def test_a_change_reaches_both_tabs_and_the_verdict_precedes_the_patch(ada: Shopper) -> None:
    sender, other = await ada.tab(), await ada.tab()
    await sender.expect("tabs")
    await sender.send_frame("op", n=1, k="line.add", sku=APPLES, qty=2)

    verdict, patch = await sender.receive(), await sender.receive()

    assert verdict == {"t": "ok", "n": 1, "rev": 1}
    assert (patch["t"], patch["prev"], patch["rev"]) == ("patch", 0, 1)
    assert patch["by"] == [{"tab": sender.tab, "outbox": sender.outbox, "n": 1, "k": "line.add"}]
    assert await other.receive() == patch
    assert other.received[-1] == sender.received[-1]
    assert patch["lines"][APPLES]["qty"] == 2
    assert patch["totals"]["subtotal"] == 2 * price(APPLES)
    assert patch.keys() & UNCHANGED_FIELDS == set()


async def test_a_change_over_http_reaches_every_tab_without_a_source_tab(ada: Shopper) -> None:
    tabs = [await ada.tab(), await ada.tab()]
    outbox = str(uuid4())
    answer = await ada.ops(outbox, op(1, "note.set", text="ring twice"))

    for tab in tabs:
        patch = await tab.expect("patch")
        assert patch["by"] == [{"tab": None, "outbox": outbox, "n": 1, "k": "note.set"}]
        assert (patch["note"], patch["at"]) == ("ring twice", answer.json["at"])


async def test_the_ops_of_one_commit_reach_every_tab_in_one_patch(ada: Shopper) -> None:
    tabs = [await ada.tab(), await ada.tab()]
    outbox = str(uuid4())
    adds = [op(n, "line.add", sku=sku, qty=n) for n, sku in enumerate((APPLES, MILK, APPLES), 1)]
    answer = await ada.ops(outbox, *adds, op(4, "line.set", sku=BREAD, qty=0))

    for tab in tabs:
        patch = await tab.expect("patch")
        assert (patch["prev"], patch["rev"], patch["at"]) == (0, 3, answer.json["at"])
        assert [(by["outbox"], by["n"]) for by in patch["by"]] == [(outbox, n) for n in (1, 2, 3)]
        assert {sku: line["qty"] for sku, line in patch["lines"].items()} == {APPLES: 4, MILK: 2}
        assert await tab.receive_pending() == []


async def test_each_tab_receives_the_number_of_open_tabs(ada: Shopper) -> None:
    first = await ada.tab()
    assert json.loads(first.received[-1]) == {"t": "tabs", "n": 1}
    second = await ada.tab()
    assert json.loads(second.received[-1]) == {"t": "tabs", "n": 2}
    assert await first.expect("tabs") == {"t": "tabs", "n": 2}

    reconnected = await ada.tab(tab=second.tab, gen=2)
    assert json.loads(reconnected.received[-1]) == {"t": "tabs", "n": 2}
    assert await first.receive_pending() == []

    await reconnected.cut()
    assert await first.expect("tabs") == {"t": "tabs", "n": 1}


async def test_another_account_receives_nothing(shop: Server, ada: Shopper) -> None:
    async with await new_shopper(shop) as bob:
        his = await bob.tab()
        hers = await ada.tab()
        await hers.submit(1, "line.add", sku=APPLES, qty=1)
        await hers.expect("patch")

        assert await his.receive_pending() == []
        assert await bob.quantities() == {}


async def test_the_position_is_the_same_on_every_socket_and_over_http(ada: Shopper) -> None:
    one, other = await ada.tab(), await ada.tab()
    for n, (k, fields) in enumerate(EACH_KIND, 1):
        assert (await one.submit(n, k, **fields))["t"] == "ok"
        patch = await one.expect("patch")
        assert (await other.expect("patch"))["at"] == patch["at"]
        assert (patch["prev"], patch["rev"]) == (n - 1, n)
        cart = await ada.cart()
        assert (cart["at"], cart["rev"]) == (patch["at"], n)
    await other.send_frame("resync")
    assert await other.expect("snapshot") == snapshot_of(await ada.cart())


EACH_KIND: list[tuple[str, Frame]] = [
    ("line.add", {"sku": APPLES, "qty": 3, "seen": price(APPLES)}),
    ("line.add", {"sku": MILK, "qty": 1}),
    ("line.set", {"sku": APPLES, "qty": 2}),
    ("line.save", {"sku": MILK}),
    ("line.unsave", {"sku": MILK}),
    ("note.set", {"text": "Grüße 🍎"}),
    ("voucher.set", {"code": "welcome10"}),
    ("undo", {}),
    ("voucher.set", {"code": "WELCOME10"}),
    ("voucher.set", {"code": None}),
    ("undo", {"rev": 10}),
    ("line.set", {"sku": APPLES, "qty": 0}),
    ("undo", {"rev": 12}),
]


async def tab_at_revision_2(ada: Shopper) -> RawSocket:
    """Return a tab at revision 2."""
    tab = await ada.tab()
    await tab.submit(1, "line.add", sku=APPLES, qty=1)
    await tab.submit(2, "line.add", sku=MILK, qty=1)
    while tab.at is None or tab.at.split(".")[1] != "2":
        await tab.receive()
    return tab


def altered_position(at: str | None, **parts: str) -> str:
    """Return a position that differs from *at* in some *parts*."""
    assert at
    known = dict(zip(("epoch", "rev", "digest"), at.split("."), strict=True))
    return ".".join((known | parts).values())


async def test_an_up_to_date_tab_receives_only_current_prices(ada: Shopper) -> None:
    tab = await tab_at_revision_2(ada)
    await tab.submit(3, "line.save", sku=MILK)
    await tab.expect("patch")
    reconnected = await ada.tab(tab=tab.tab, gen=2, outbox=tab.outbox, at=tab.at)
    cart = (await ada.cart())["cart"]

    assert reconnected.welcome["mode"] == "same"
    assert "why" not in reconnected.welcome
    prices = json.loads(reconnected.received[1])
    assert prices["t"] == "prices"
    assert list(prices["lines"].values()) == cart["lines"]
    assert list(prices["saved"].values()) == cart["saved"]
    assert (prices["voucher"], prices["totals"]) == (cart["voucher"], cart["totals"])
    assert reconnected.welcome["last"] == 3


@pytest.mark.parametrize(
    ("why", "parts"),
    [
        ("behind", {"rev": "1"}),
        ("future", {"rev": "3"}),
        ("fork", {"digest": "0" * 16}),
        ("epoch", {"epoch": "abc", "rev": "9"}),
        ("bad", {"rev": "02"}),
        ("bad", {"digest": "0" * 15}),
        ("bad", {"epoch": "../x"}),
    ],
)
async def test_a_tab_at_another_position_gets_a_snapshot_and_the_reason(
    shop: Server, ada: Shopper, why: str, parts: Frame
) -> None:
    tab = await tab_at_revision_2(ada)
    reconnected = await ada.tab(at=altered_position(tab.at, **parts))

    assert (reconnected.welcome["mode"], reconnected.welcome["why"]) == ("snapshot", why)
    assert json.loads(reconnected.received[1]) == snapshot_of(await ada.cart())
    alarms = [event for event in shop.alarms() if ada.account in event["event"]]
    assert len(alarms) == (why in {"future", "fork"})


@pytest.mark.parametrize("at", [None, "", "yesterday", "7c1d.0." + "0" * 16 + "\n", "🍎" * 100])
async def test_a_tab_without_a_valid_position_gets_a_snapshot(ada: Shopper, at: str | None) -> None:
    tab = await ada.tab(at=at)

    assert tab.welcome["why"] == ("first" if at is None else "bad")


async def test_an_alarm_is_logged_once_a_minute_for_an_account(shop: Server, ada: Shopper) -> None:
    tab = await tab_at_revision_2(ada)
    for _ in range(3):
        await ada.tab(at=altered_position(tab.at, rev="9"))

    assert len([event for event in shop.alarms() if ada.account in event["event"]]) == 1


async def test_the_welcome_contains_the_missed_verdicts_oldest_first(ada: Shopper) -> None:
    tab = await ada.tab()
    for n in range(1, 40):
        await tab.submit(n, "line.set", sku=BREAD, qty=n)
    reconnected = await ada.tab(outbox=tab.outbox, pend=[3, 8, 20, 39, 40, 41])

    assert reconnected.welcome["last"] == 39
    assert reconnected.welcome["verdicts"] == [{"t": "ok", "n": n, "rev": n} for n in (8, 20, 39)]


async def test_signing_out_keeps_the_cart(ada: Shopper) -> None:
    tab = await tab_at_revision_2(ada)
    await tab.close()
    cart = await ada.cart()
    await ada.send("DELETE", "/api/session")
    assert (await ada.send("GET", "/api/cart")).status == 401

    await ada.send("POST", "/api/session", {"email": ada.email, "password": "seven brown bricks"})

    assert await ada.cart() == cart
