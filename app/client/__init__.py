"""The Python client of the shop: accounts, and tabs that stay connected (docs/client.md)."""

from app.client.account import Account
from app.client.backoff import RetryPolicy
from app.client.cart import Cart
from app.client.decode import UnknownMessage
from app.client.deps import Transport
from app.client.errors import (
    AccountMismatch,
    ClientProtocolError,
    Closed,
    HandshakeRefused,
    LoginEnded,
    LoginRequired,
    NotConnected,
    NotShared,
    Replaced,
    ServerProtocolError,
    Stopped,
    TooManyTabs,
    UnsupportedVersion,
)
from app.client.events import Events, SlowConsumer
from app.client.observer import NO_OBSERVER, Observer
from app.client.outbox import OutboxFull
from app.client.problem import Problem
from app.client.request import InvalidResponse
from app.client.shop import Product, Shop
from app.client.tab import Tab

__all__ = [
    "NO_OBSERVER",
    "Account",
    "AccountMismatch",
    "Cart",
    "ClientProtocolError",
    "Closed",
    "Events",
    "HandshakeRefused",
    "InvalidResponse",
    "LoginEnded",
    "LoginRequired",
    "NotConnected",
    "NotShared",
    "Observer",
    "OutboxFull",
    "Problem",
    "Product",
    "Replaced",
    "RetryPolicy",
    "ServerProtocolError",
    "Shop",
    "SlowConsumer",
    "Stopped",
    "Tab",
    "TooManyTabs",
    "Transport",
    "UnknownMessage",
    "UnsupportedVersion",
]
