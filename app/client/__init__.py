"""The shop from a script: accounts, and tabs that stay connected (docs/client.md)."""

from app.client.account import Account
from app.client.backoff import RetryPolicy
from app.client.cart import Cart
from app.client.errors import (
    Closed,
    HandshakeRefused,
    LoginEnded,
    LoginNeeded,
    Misheard,
    Misspoke,
    Outdated,
    Replaced,
    Stopped,
    TooManyTabs,
)
from app.client.events import Events, FellBehind
from app.client.observer import Observer
from app.client.outbox import OutboxFull
from app.client.problem import Problem
from app.client.request import BadAnswer
from app.client.shop import Product, Shop
from app.client.tab import NotConnected, Tab

__all__ = [
    "Account",
    "BadAnswer",
    "Cart",
    "Closed",
    "Events",
    "FellBehind",
    "HandshakeRefused",
    "LoginEnded",
    "LoginNeeded",
    "Misheard",
    "Misspoke",
    "NotConnected",
    "Observer",
    "OutboxFull",
    "Outdated",
    "Problem",
    "Product",
    "Replaced",
    "RetryPolicy",
    "Shop",
    "Stopped",
    "Tab",
    "TooManyTabs",
]
