"""News as text."""

import pytest

from app.bus.news import (
    CartMoved,
    Made,
    News,
    NoNews,
    SessionEnded,
    SessionRenewed,
    ShelfMoved,
    TabsMoved,
    read_news,
    write_news,
)
from app.domain.cart import Line, Patch
from app.domain.ops import AddLine
from app.domain.orders import OrderNumber, OrderState
from app.domain.sessions import Session, SessionHash
from app.domain.shelf import Money
from app.protocol.messages import BY_ORDER, By, OrderMoved, TabId
from tests.examples import ADA, HERE, MILK

BY_A_TAB = By(TabId("here"), HERE, 7, AddLine.kind)
PLACED = OrderMoved(OrderNumber("2222-2222"), OrderState.PLACED)
PATCH = Patch(3, {MILK: Line(1, 2, Money(99))}, {MILK: None}, note="Ring twice")

ALL: list[News] = [
    CartMoved(ADA, 7, []),
    CartMoved(ADA, 7, [Made(PATCH, *BY_A_TAB, None), Made(Patch(4), *BY_ORDER, PLACED)]),
    TabsMoved(ADA, 3),
    ShelfMoved(),
    SessionEnded(SessionHash("5e55"), "SIGNED_OUT"),
    SessionRenewed(SessionHash("5e55"), Session(SessionHash("5e56"), ADA, "Ada", False, 1, 2)),  # noqa: FBT003
]


@pytest.mark.parametrize("news", ALL, ids=lambda news: type(news).__name__)
def test_news_come_back_as_they_went(news: News) -> None:
    assert read_news(write_news("one", news)) == ("one", news)


def test_who_asked_comes_back_as_it_went() -> None:
    _, news = read_news(write_news("one", ALL[1]))

    assert isinstance(news, CartMoved)
    assert [made.by for made in news.made] == [BY_A_TAB, BY_ORDER]


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'["one"]', b'["one",["weather"]]', b'["one",["tabs","u-ada","many"]]']
)
def test_what_no_server_of_this_version_says_is_no_news(text: bytes) -> None:
    with pytest.raises(NoNews):
        read_news(text)
