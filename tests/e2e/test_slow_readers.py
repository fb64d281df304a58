"""A tab that does not read gets snapshots for patches, and is then closed (protocol.md §6)."""

import asyncio
import json
import socket
import time

from tests.e2e.raw_client import CloseFrame, RawSocket, Shopper, hello_fields
from tests.e2e.server import Server
from tests.waiting import wait_until

SETTINGS = {"limits": "load"}
SMALL_BUFFER = 4096
NOTE_OF_2_KB = "🍎" * 499
FLOOD = 2500
STALLED, DROPPED = CloseFrame(4408, "the client does not read"), CloseFrame(1006, "")


async def stalled_tab(ada: Shopper) -> RawSocket:
    """Return a tab with a small receive buffer that has stopped reading."""
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    small.setblocking(False)  # noqa: FBT003 - the parameter is positional
    await asyncio.get_running_loop().sock_connect(small, ("127.0.0.1", ada.server.port))
    raw_socket = await ada.socket(sock=small, host=None, port=None)
    await raw_socket.send_frame("hello", **hello_fields(raw_socket))
    await raw_socket.expect("tabs")
    raw_socket.socket.transport.pause_reading()
    return raw_socket


async def closed_as_stalled(stalled: RawSocket, shop: Server, since: int = 0) -> bool:
    """Wait until *shop* logs, from event *since* on, that it closed a socket with 4408.

    Return whether *stalled* was told so. One that reads again too late finds itself dropped.
    """
    stalled.socket.transport.resume_reading()
    told = await stalled.close_frame()

    def is_logged() -> bool:
        closed = [event for event in shop.events()[since:] if event["event"] == "socket closed"]
        return [event["code"] for event in closed].count(STALLED.code) == 1

    await wait_until(is_logged)
    return told in {STALLED, DROPPED}


async def flood(tab: RawSocket) -> None:
    """Cause more patches than fit into the buffers of a websocket: ops of one commit share one."""
    for n in range(1, FLOOD + 1):
        await tab.submit(n, "note.set", text=f"{NOTE_OF_2_KB}{n % 2}")


async def test_a_client_that_reads_nothing_for_five_seconds_is_closed_with_4408(
    ada: Shopper,
) -> None:
    stalled, tab = await stalled_tab(ada), await ada.tab()
    began_s = time.monotonic()
    await flood(tab)

    while b'{"t":"tabs","n":1}' not in tab.received:  # on a slow machine during the flood
        await tab.receive()
    assert time.monotonic() - began_s > 5

    assert await closed_as_stalled(stalled, ada.server)
    assert len(stalled.received) < FLOOD


async def test_a_slow_reader_gets_one_snapshot_in_place_of_queued_patches(ada: Shopper) -> None:
    slow, tab = await stalled_tab(ada), await ada.tab()
    await flood(tab)
    slow.socket.transport.resume_reading()

    assert (await slow.expect("snapshot"))["rev"] == FLOOD
    messages = [json.loads(text) for text in slow.received]
    patches = [message for message in messages if message["t"] == "patch"]
    revs = [patch["rev"] for patch in patches]
    assert [patch["prev"] for patch in patches] == [0, *revs[:-1]]
    assert revs[-1] < FLOOD
    assert (await slow.submit(1, "note.set", text="done"))["rev"] == FLOOD + 1
    assert (await slow.expect("patch"))["prev"] == FLOOD
