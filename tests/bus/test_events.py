"""Events as text."""

import pytest

from app.bus.events import (
    BadEvent,
    Barrier,
    CartCommitted,
    CatalogChanged,
    Event,
    SessionEnded,
    SessionRenewed,
    TabsChanged,
    VisitsEnded,
    decode_event,
    encode_event,
)
from app.domain.cart import Line, Patch
from app.domain.catalog import Money
from app.domain.ops import AddLine
from app.domain.orders import OrderNumber, OrderState
from app.domain.sessions import Session, SessionHash
from app.protocol.changes import CommittedChange
from app.protocol.messages import BY_ORDER, By, OrderMoved, TabId
from tests.examples import ADA, HERE, MILK

BY_A_TAB = By(TabId("here"), HERE, 7, AddLine.kind)
PLACED = OrderMoved(OrderNumber("2222-2222"), OrderState.PLACED)
PATCH = Patch(3, {MILK: Line(1, 2, Money(99))}, {MILK: None}, note="Ring twice", revs=2)

ALL: list[Event] = [
    CartCommitted(ADA, 7, None),
    CartCommitted(ADA, 7, CommittedChange(PATCH, (BY_A_TAB, BY_ORDER), (PLACED,))),
    TabsChanged(ADA, 3),
    CatalogChanged(),
    SessionEnded(SessionHash("5e55"), "SIGNED_OUT"),
    VisitsEnded(ADA),
    Barrier(3),
    Barrier(4, ADA),
    SessionRenewed(SessionHash("5e55"), Session(SessionHash("5e56"), ADA, "Ada", False, 1, 2)),  # noqa: FBT003
]


@pytest.mark.parametrize("event", ALL, ids=lambda event: type(event).__name__)
def test_encoded_events_are_decoded_unchanged(event: Event) -> None:
    assert decode_event(encode_event("one", event)) == ("one", event)


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'["one"]', b'["one",["weather"]]', b'["one",["tabs","u-ada","many"]]']
)
def test_messages_that_this_version_does_not_send_are_bad_events(text: bytes) -> None:
    with pytest.raises(BadEvent):
        decode_event(text)
