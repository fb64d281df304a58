"""A repeated op gets the same verdict, byte for byte, on every transport (protocol.md §3)."""

import asyncio
import json
from uuid import uuid4

import pytest

from tests.e2e.catalog import APPLES, FEW, FEW_LEFT, MILK, SOLD_OUT
from tests.e2e.lock import locked
from tests.e2e.raw_client import CloseFrame, Frame, RawSocket, Shopper, new_shopper, op
from tests.e2e.server import Server

pytestmark = pytest.mark.on_both

OPS: dict[str, Frame] = {
    "a plain ok": op(1, "line.add", sku=APPLES, qty=2),
    "an ok with a warning": op(1, "line.add", sku=FEW, qty=FEW_LEFT + 1),
    "a refusal": op(1, "line.add", sku=SOLD_OUT, qty=1),
    "a bad op": {"n": 1, "k": "line.eat", "sku": APPLES},
}
CHANGED_OPS: dict[str, tuple[Frame, Frame]] = {
    "another quantity": (OPS["a plain ok"], op(1, "line.add", sku=APPLES, qty=3)),
    "another product": (OPS["a plain ok"], op(1, "line.add", sku=MILK, qty=2)),
    "another kind": (OPS["a plain ok"], op(1, "line.set", sku=APPLES, qty=2)),
    "a price seen": (OPS["a plain ok"], {**OPS["a plain ok"], "seen": 1}),
    "a bad op": (OPS["a plain ok"], op(1, "line.add", sku=APPLES, qty=2.0)),
    "another bad op": (OPS["a bad op"], {**OPS["a bad op"], "sku": MILK}),
    "a good op": (OPS["a bad op"], OPS["a plain ok"]),
    "more fields of a bad op": (OPS["a bad op"], {**OPS["a bad op"], "mood": "good"}),
}


async def verdict_bytes(tab: RawSocket, sent: Frame) -> bytes:
    """Send *sent* on a websocket, and return the bytes of its verdict."""
    await tab.send_frame("op", **sent)
    await tab.verdict(sent["n"])
    return tab.received[-1]


async def http_verdict_bytes(shopper: Shopper, outbox: str, sent: Frame) -> bytes:
    """Send *sent* over HTTP, and return the bytes of its verdict in the response."""
    answer = await shopper.ops(outbox, sent)
    assert answer.status == 200
    head, _, rest = answer.body.partition(b"[")
    assert head == b'{"verdicts":'
    return rest.partition(b'],"at":')[0]


@pytest.mark.parametrize("sent", OPS.values(), ids=OPS)
async def test_a_repeated_op_gets_the_same_verdict_bytes_everywhere_and_has_no_effect(
    ada: Shopper, sent: Frame
) -> None:
    tab = await ada.tab()
    first = await verdict_bytes(tab, sent)
    await tab.submit(2, "note.set", text="later")
    before = await ada.cart()

    same_socket = await verdict_bytes(tab, sent)
    other_tab = await verdict_bytes(await ada.tab(outbox=tab.outbox), sent)
    over_http = await http_verdict_bytes(ada, tab.outbox, sent)
    in_welcome = (await ada.tab(outbox=tab.outbox, pend=[1])).welcome["verdicts"]

    assert (same_socket, other_tab, over_http) == (first, first, first)
    assert in_welcome == [json.loads(first)]
    assert await ada.cart() == before


async def test_after_a_restart_a_repeated_op_gets_the_same_verdict(
    shop: Server, ada: Shopper
) -> None:
    tab = await ada.tab()
    ops = [{**sent, "n": n} for n, sent in enumerate(OPS.values(), 1)]
    first = [await verdict_bytes(tab, sent) for sent in ops]
    before = await ada.cart()

    await asyncio.to_thread(shop.kill)
    await asyncio.to_thread(shop.start)

    reconnected = await ada.tab(outbox=tab.outbox, pend=[1, 2, 3, 4])
    assert reconnected.welcome["verdicts"] == [json.loads(verdict) for verdict in first]
    assert [await verdict_bytes(reconnected, sent) for sent in ops] == first
    assert [await http_verdict_bytes(ada, tab.outbox, sent) for sent in ops] == first
    assert await ada.cart() == before


async def test_an_op_over_http_has_the_same_verdict_on_a_socket(ada: Shopper) -> None:
    outbox, sent = str(uuid4()), OPS["an ok with a warning"]

    over_http = await http_verdict_bytes(ada, outbox, sent)

    assert await verdict_bytes(await ada.tab(outbox=outbox), sent) == over_http
    assert await ada.quantities() == {FEW: FEW_LEFT}


async def test_repeats_sent_while_the_op_is_being_saved_get_its_one_verdict(
    shop: Server, ada: Shopper
) -> None:
    sent = OPS["a plain ok"]
    tab = await ada.tab()
    other = await ada.tab(outbox=tab.outbox)
    with locked(shop):
        await tab.send_frame("op", **sent)
        await tab.send_frame("op", **sent)
        await other.send_frame("op", **sent)
        over_http = asyncio.create_task(http_verdict_bytes(ada, tab.outbox, sent))
        await asyncio.sleep(0.3)
        assert not over_http.done()

    verdicts = {await over_http}
    for waiting in (tab, tab, other):
        await waiting.verdict(1)
        verdicts.add(waiting.received[-1])
    assert verdicts == {b'{"t":"ok","n":1,"rev":1}'}
    assert await ada.quantities() == {APPLES: 2}


async def test_key_order_and_unknown_fields_do_not_make_another_op(ada: Shopper) -> None:
    tab = await ada.tab()
    first = await verdict_bytes(tab, OPS["a plain ok"])

    reordered = dict(reversed(OPS["a plain ok"].items())) | {"mood": "good"}

    assert await verdict_bytes(tab, reordered) == first
    assert await http_verdict_bytes(ada, tab.outbox, reordered) == first


@pytest.mark.parametrize(("sent", "other"), CHANGED_OPS.values(), ids=CHANGED_OPS)
async def test_another_op_with_the_same_number_is_closed_with_4400_or_answered_409(
    ada: Shopper, sent: Frame, other: Frame
) -> None:
    tab = await ada.tab()
    first = await verdict_bytes(tab, sent)
    before = await ada.cart()

    over_http = await ada.ops(tab.outbox, other)
    await tab.send_frame("op", **other)

    assert (over_http.status, over_http.json["code"]) == (409, "op_changed")
    assert over_http.headers["content-type"] == "application/problem+json"
    assert await tab.close_frame() == CloseFrame(4400, "n: another op had this number")
    assert await ada.cart() == before
    assert await verdict_bytes(await ada.tab(outbox=tab.outbox), sent) == first


async def test_another_op_with_the_number_of_one_being_saved_is_closed_with_4400(
    shop: Server, ada: Shopper
) -> None:
    sent, other = CHANGED_OPS["another quantity"]
    tab = await ada.tab()
    with locked(shop):
        await tab.send_frame("op", **sent)
        await tab.send_frame("op", **other)
        answer = await ada.ops(tab.outbox, other)
        assert (answer.status, answer.json["code"]) == (409, "op_changed")

    assert (await tab.expect("ok"))["n"] == 1
    assert (await tab.close_frame()).code == 4400
    assert await ada.quantities() == {APPLES: 2}


async def test_an_outbox_id_is_scoped_to_its_account(shop: Server, ada: Shopper) -> None:
    hers = await ada.tab()
    await hers.submit(1, "line.add", sku=APPLES, qty=1)

    async with await new_shopper(shop) as bob:
        his = await bob.tab(outbox=hers.outbox, pend=[1])
        assert (his.welcome["last"], his.welcome["verdicts"]) == (0, [])
        assert (await his.submit(1, "line.add", sku=MILK, qty=1))["t"] == "ok"
        assert await bob.quantities() == {MILK: 1}
    assert await ada.quantities() == {APPLES: 1}
