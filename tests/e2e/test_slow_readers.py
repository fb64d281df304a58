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
FIRST = 100
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


async def flood(tab: RawSocket, first: int = 1, last: int = FLOOD) -> None:
    """Cause a patch for each of these ops: those of one commit would share one."""
    for n in range(first, last + 1):
        await tab.submit(n, "note.set", text=f"{NOTE_OF_2_KB}{n % 2}")


async def flood_until_dropped(tab: RawSocket, slow: RawSocket) -> int:
    """Cause more and more patches until *slow* gets a snapshot in place of some; return its rev.

    It reads again after each flood. So it stands still for a part of the five seconds only, also
    on a machine that would take longer than those for one flood that is large enough in any case.
    """
    sent, more = 0, FIRST
    while True:
        await flood(tab, sent + 1, sent + more)
        sent, more = sent + more, 2 * more
        slow.socket.transport.resume_reading()
        while (newest := await slow.expect("patch", "snapshot"))["rev"] < sent:
            pass
        if newest["t"] == "snapshot":
            return sent
        slow.socket.transport.pause_reading()


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
    newest = await flood_until_dropped(tab, slow)

    messages = [json.loads(text) for text in slow.received]
    patches = [message for message in messages if message["t"] == "patch"]
    revs = [patch["rev"] for patch in patches]
    assert [patch["prev"] for patch in patches] == [0, *revs[:-1]]
    assert revs[-1] < newest
    assert (await slow.submit(1, "note.set", text="done"))["rev"] == newest + 1
    assert (await slow.expect("patch"))["prev"] == newest
