"""A tab that does not read is told less, and then nothing (protocol.md §6)."""

import asyncio
import json
import socket
import time

from tests.e2e.raw_client import CloseFrame, RawSocket, Shopper, hello_fields

SETTINGS = {"limits": "load"}
SMALL_BUFFER = 4096
NOTE_OF_2_KB = "🍎" * 499
FLOOD = 2500


async def deaf(ada: Shopper) -> RawSocket:
    """Return a tab with small buffers that reads no more."""
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    small.setblocking(False)  # noqa: FBT003 - that is how sockets are told
    await asyncio.get_running_loop().sock_connect(small, ("127.0.0.1", ada.server.port))
    raw_socket = await ada.socket(sock=small, host=None, port=None)
    await raw_socket.send_frame("hello", **hello_fields(raw_socket))
    await raw_socket.expect("tabs")
    raw_socket.socket.transport.pause_reading()
    return raw_socket


async def flood(tab: RawSocket) -> None:
    """Make more patches than fit into anybody's buffers."""
    for n in range(1, FLOOD + 1):
        await tab.send_frame("op", n=n, k="note.set", text=f"{NOTE_OF_2_KB}{n % 2}")
    await tab.verdict(FLOOD)


async def test_a_client_that_reads_nothing_for_five_seconds_is_closed_with_4408(
    ada: Shopper,
) -> None:
    stalled, tab = await deaf(ada), await ada.tab()
    began_s = time.monotonic()
    await flood(tab)

    assert (await tab.expect("tabs"))["n"] == 1
    assert time.monotonic() - began_s > 5
    stalled.socket.transport.resume_reading()

    assert await stalled.close_frame() == CloseFrame(4408, "the client does not read")
    assert len(stalled.received) < FLOOD


async def test_a_slow_reader_gets_one_snapshot_in_place_of_queued_patches(ada: Shopper) -> None:
    slow, tab = await deaf(ada), await ada.tab()
    await flood(tab)
    slow.socket.transport.resume_reading()

    assert (await slow.expect("snapshot"))["rev"] == FLOOD
    told = [json.loads(text) for text in slow.received]
    revs = [news["rev"] for news in told if news["t"] == "patch"]
    assert revs == list(range(1, len(revs) + 1))
    assert len(revs) < FLOOD
    assert (await slow.submit(1, "note.set", text="done"))["rev"] == FLOOD + 1
    assert (await slow.expect("patch"))["prev"] == FLOOD
