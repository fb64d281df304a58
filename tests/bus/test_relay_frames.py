"""Frames between the nodes of a relayed websocket, also of other versions."""

import msgspec

from app.bus.relay_frames import Batch, Open, decode_batch
from app.domain.languages import ENGLISH
from app.domain.sessions import SessionHash
from tests.examples import ADA

OPEN = Open("c-1", ADA, SessionHash("5e55"), "192.0.2.1")


def test_a_node_of_another_version_may_say_less_and_more_of_a_websocket() -> None:
    said = [0, *msgspec.structs.astuple(OPEN)]
    less, more = said[:5], [*said, "something new"]

    batch = decode_batch(msgspec.msgpack.encode(["edge", 1, [less, more]]))

    assert batch == Batch("edge", 1, [OPEN, OPEN])
    assert OPEN.language == ENGLISH
