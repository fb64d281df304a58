"""An invalid frame closes the websocket once earlier frames are handled (protocol.md §2)."""

import json
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from tests.e2e.catalog import APPLES, MILK
from tests.e2e.raw_client import (
    CloseFrame,
    Shopper,
    continuation_frame,
    frame,
    hello_fields,
    text_frame,
)

LARGEST = 8192
TAB = "5f0c2a7e-1b3d-4c6f-8a90-d2e4f6a81b3c"
FRAMES = {
    "empty": ("", "not JSON"),
    "not JSON": ("{", "not JSON"),
    "two values": ('{"t":"ping","id":1}{}', "not JSON"),
    "no object": ("[]", "not a JSON object"),
    "null": ("null", "not a JSON object"),
    "a key twice": ('{"t":"ping","id":1,"id":1}', "a key stands twice"),
    "a key twice, deep": ('{"t":"ping","id":1,"x":{"y":1,"y":2}}', "a key stands twice"),
    "too deep": ('{"t":"ping","id":1,"x":[[[[]]]]}', "nested deeper than 4"),
    "far too deep": ('{"t":"ping","id":1,"x":' + "[" * 3000 + "]" * 3000 + "}", "nested deeper"),
    "NaN": ('{"t":"ping","id":NaN}', "NaN is not JSON"),
    "Infinity": ('{"t":"ping","id":1,"x":Infinity}', "Infinity is not JSON"),
    "minus Infinity": ('{"t":"ping","id":1,"x":-Infinity}', "-Infinity is not JSON"),
    "no type": ('{"id":1}', "t: not a type of message"),
    "an unknown type": ('{"t":"welcome"}', "t: not a type of message"),
    "a type that is no text": ('{"t":["op"]}', "t: not a type of message"),
    "NaN in an op": ('{"t":"op","n":2,"k":"note.set","text":NaN}', "NaN is not JSON"),
    "a key twice in an op": ('{"t":"op","n":2,"n":2,"k":"undo"}', "a key stands twice"),
}
VALUES: dict[str, tuple[str, dict[str, Any], str]] = {
    "op without n": ("op", {"k": "undo"}, "n: "),
    "n of 0": ("op", {"n": 0, "k": "undo"}, "n: "),
    "n as text": ("op", {"n": "2", "k": "undo"}, "n: "),
    "n of 2.0": ("op", {"n": 2.0, "k": "undo"}, "n: "),
    "n of true": ("op", {"n": True, "k": "undo"}, "n: "),
    "n too large": ("op", {"n": 2**53, "k": "undo"}, "n: "),
    "n far too large": ("op", {"n": 10**4000, "k": "undo"}, "n: "),
    "ping without id": ("ping", {}, "id: "),
    "ping with text": ("ping", {"id": "1"}, "id: "),
    "ping with 1.0": ("ping", {"id": 1.0}, "id: "),
    "ping too low": ("ping", {"id": -(2**53)}, "id: "),
    "watch without skus": ("watch", {}, "skus: "),
    "watch with text": ("watch", {"skus": MILK}, "skus: "),
    "watch with no SKU": ("watch", {"skus": ["Milk"]}, "skus: "),
    "watch of too many": ("watch", {"skus": [MILK] * 201}, "skus: "),
}
HELLOS: dict[str, tuple[dict[str, Any], str]] = {
    "no tab": ({"tab": None}, "tab: "),
    "a tab in capitals": ({"tab": TAB.upper()}, "tab: "),
    "a tab in braces": ({"tab": f"{{{TAB}}}"}, "tab: "),
    "gen 0": ({"gen": 0}, "gen: "),
    "gen 1.0": ({"gen": 1.0}, "gen: "),
    "no outbox": ({"outbox": ""}, "outbox: "),
    "at as a number": ({"at": 42}, "at: "),
    "at with a control character": ({"at": "7c1d.0.\u0007"}, "at: "),
    "at with a lone surrogate": ({"at": "\ud800"}, "at: "),
    "pend as a number": ({"pend": 1}, "pend: "),
    "pend not ascending": ({"pend": [2, 1]}, "pend: "),
    "pend with the same twice": ({"pend": [1, 1]}, "pend: "),
    "pend of 33": ({"pend": list(range(1, 34))}, "pend: "),
    "pend with 0": ({"pend": [0, 1]}, "pend: "),
}


def add(n: int, sku: str = APPLES) -> Frame:
    """Return a frame with a valid op."""
    return text_frame(frame("op", n=n, k="line.add", sku=sku, qty=1))


async def fault_between_ops(ada: Shopper, *bad: Frame) -> CloseFrame:
    """Return how a websocket is closed on which *bad* arrives between two ops, all at once.

    Checks that the op before is answered and the op after is not applied.
    """
    socket = await ada.tab()
    await socket.send_together(add(1), *bad, add(2, MILK))

    closed = await socket.close_frame()

    messages = [json.loads(data) for data in socket.received]
    assert {"t": "ok", "n": 1, "rev": 1} in messages
    assert [message["n"] for message in messages if message["t"] in {"ok", "no"}] == [1]
    assert await ada.quantities() == {APPLES: 1}
    return closed


@pytest.mark.parametrize(("text", "reason"), FRAMES.values(), ids=FRAMES)
async def test_a_malformed_frame_is_closed_with_4400(ada: Shopper, text: str, reason: str) -> None:
    closed = await fault_between_ops(ada, text_frame(text))

    assert closed.code == 4400
    assert reason in closed.reason
    assert len(closed.reason.encode()) <= 100


async def test_a_binary_frame_is_closed_with_4400(ada: Shopper) -> None:
    closed = await fault_between_ops(ada, Frame(Opcode.BINARY, b'{"t":"ping","id":1}'))

    assert closed == CloseFrame(4400, "a binary frame")


async def test_an_empty_binary_frame_is_closed_with_4400(ada: Shopper) -> None:
    assert (await fault_between_ops(ada, Frame(Opcode.BINARY, b""))).code == 4400


async def test_a_second_hello_is_closed_with_4400(ada: Shopper) -> None:
    second_hello = frame("hello", tab=TAB, gen=1, outbox=TAB)

    assert await fault_between_ops(ada, text_frame(second_hello)) == CloseFrame(
        4400, "t: a second hello"
    )


@pytest.mark.parametrize(("t", "fields", "reason"), VALUES.values(), ids=VALUES)
async def test_an_invalid_field_is_closed_with_4400(
    ada: Shopper, t: str, fields: dict[str, Any], reason: str
) -> None:
    closed = await fault_between_ops(ada, text_frame(frame(t, **fields)))

    assert closed.code == 4400
    assert closed.reason.startswith(reason)


@pytest.mark.parametrize(("fields", "reason"), HELLOS.values(), ids=HELLOS)
async def test_an_invalid_hello_is_closed_with_4400(
    ada: Shopper, fields: dict[str, Any], reason: str
) -> None:
    socket = await ada.socket()
    await socket.send_frame("hello", **hello_fields(socket) | fields)

    closed = await socket.close_frame()

    assert closed.code == 4400
    assert closed.reason.startswith(reason)
    assert socket.received == []


@pytest.mark.parametrize(
    "first",
    [frame("op", n=1, k="undo"), frame("ping", id=1), frame("resync"), frame("watch", skus=[])],
)
async def test_the_first_frame_must_be_hello(ada: Shopper, first: str) -> None:
    socket = await ada.socket()
    await socket.send_text(first)

    assert await socket.close_frame() == CloseFrame(4400, "t: the first message must be hello")
    assert socket.received == []


async def test_a_malformed_frame_right_behind_the_hello_is_handled_after_the_welcome(
    ada: Shopper,
) -> None:
    socket = await ada.socket()
    hello = text_frame(frame("hello", **hello_fields(socket)))
    await socket.send_together(hello, add(1), text_frame("not JSON"))

    assert (await socket.close_frame()).code == 4400
    kinds = [json.loads(data)["t"] for data in socket.received]
    assert kinds[:2] == ["welcome", "snapshot"]
    assert "ok" in kinds
    assert await ada.quantities() == {APPLES: 1}


@pytest.mark.parametrize(
    "bad",
    [
        (text_frame(b'{"t":"ping","id":1,"x":"\xff"}'),),
        (text_frame(b'{"t":"ping","id":1,"x":"\xed\xa0\x80"}'),),
        (text_frame(b'{"t":"ping",', fin=False), continuation_frame(b'"id":1,"x":"\xc3"}')),
    ],
    ids=["a stray byte", "a surrogate", "in a fragment"],
)
async def test_invalid_utf8_is_closed_with_1007(ada: Shopper, bad: tuple[Frame, ...]) -> None:
    assert (await fault_between_ops(ada, *bad)).code == 1007


async def test_a_character_may_be_split_across_fragments(ada: Shopper) -> None:
    socket = await ada.tab()
    apple = "🍎".encode()
    await socket.send_together(
        text_frame(b'{"t":"op","n":1,"k":"note.set","text":"' + apple[:2], fin=False),
        continuation_frame(apple[2:] + b'"}'),
    )

    assert (await socket.verdict(1))["t"] == "ok"
    assert (await ada.cart())["cart"]["note"] == "🍎"


@pytest.mark.parametrize(
    "bad",
    [
        (text_frame("{" + " " * LARGEST),),
        (text_frame(b"\xff" * (LARGEST + 1)),),
        (Frame(Opcode.BINARY, b"\0" * (LARGEST + 1)),),
        (text_frame(b'{"t":' + b" " * 5000, fin=False), continuation_frame(b" " * 5000)),
        (text_frame(b"\xff" * 5000, fin=False), continuation_frame(b"\xff" * 5000)),
        (
            text_frame(b" " * LARGEST, fin=False),
            continuation_frame(b"", fin=False),
            continuation_frame(b" "),
        ),
        (Frame(Opcode.PING, b""), text_frame(" " * (LARGEST + 1))),
        (text_frame(b"", fin=False), *[continuation_frame(b"", fin=False)] * LARGEST),
    ],
    ids=[
        "one frame",
        "not UTF-8",
        "binary",
        "fragments",
        "bad fragments",
        "by a byte",
        "a ping",
        "by fragments that are empty",
    ],
)
async def test_a_too_large_message_is_closed_with_1009_whatever_else_is_wrong(
    ada: Shopper, bad: tuple[Frame, ...]
) -> None:
    assert (await fault_between_ops(ada, *bad)).code == 1009


async def test_the_largest_message_is_accepted_whole_and_in_fragments(ada: Shopper) -> None:
    socket = await ada.tab()
    ping = frame("ping", id=1).encode().ljust(LARGEST)
    await socket.send_together(text_frame(ping))
    await socket.send_together(
        text_frame(ping[:1000], fin=False),
        continuation_frame(ping[1000:8000], fin=False),
        continuation_frame(ping[8000:]),
    )

    assert [await socket.expect("pong") for _ in range(2)] == [{"t": "pong", "id": 1}] * 2


async def test_a_ping_between_fragments_does_not_count_towards_the_message_size(
    ada: Shopper,
) -> None:
    socket = await ada.tab()
    ping = frame("ping", id=1).encode().ljust(LARGEST)
    await socket.send_together(
        text_frame(ping[:-1], fin=False),
        Frame(Opcode.PING, b"still there?"),
        continuation_frame(ping[-1:]),
    )

    assert await socket.expect("pong") == {"t": "pong", "id": 1}


async def test_ops_behind_a_close_frame_are_not_applied(ada: Shopper) -> None:
    socket = await ada.tab()
    await socket.send_together(add(1), Frame(Opcode.CLOSE, b"\x03\xe8"), add(2, MILK))

    assert (await socket.close_frame()).code == 1000
    reconnected = await ada.tab(outbox=socket.outbox)
    assert (await reconnected.submit(2, "line.set", sku=APPLES, qty=7))["t"] == "ok"
    assert await ada.quantities() == {APPLES: 7}


async def test_unknown_fields_are_ignored(ada: Shopper) -> None:
    socket = await ada.tab(mood="good")
    deep = {"a": [{"b": 1}]}
    await socket.send_frame("op", n=1, k="line.add", sku=APPLES, qty=1, mood=deep, __proto__=1.5)

    assert (await socket.verdict(1))["t"] == "ok"
    assert await ada.quantities() == {APPLES: 1}


async def test_an_unmasked_frame_is_closed_with_1002(ada: Shopper) -> None:
    socket = await ada.tab()
    socket.socket.transport.write(text_frame(frame("ping", id=1)).serialize(mask=False))

    assert (await socket.close_frame()).code == 1002
