"""Sentences on the limits of an account's orders: what is too much, and what can be done."""

from typing import assert_never

from app.domain.catalog import Money
from app.domain.order_limits import Limited, OrderLimit
from app.i18n.formats import money, number
from app.i18n.translate import gettext as _
from app.i18n.translate import ngettext


def order_limit_text(limit: OrderLimit) -> str:
    """Return what to tell a customer whose order would exceed *limit*."""
    match limit.limited:
        case Limited.RATE:
            return _rate_text(limit)
        case Limited.ORDERS:
            return _orders_text(limit)
        case Limited.VALUE:
            return _value_text(limit)
        case Limited.ITEMS:
            return _items_text(limit)
        case _:
            assert_never(limit.limited)


def _rate_text(limit: OrderLimit) -> str:
    minutes = -(-limit.wait_s // 60)
    wait = ngettext("%(num)s minute", "%(num)s minutes", minutes)
    return ngettext(
        "An account can place %(num)s order an hour, and yours has. Wait %(minutes)s, then place"
        " this one. Your cart stays as it is.",
        "An account can place %(num)s orders an hour, and yours has. Wait %(minutes)s, then place"
        " this one. Your cart stays as it is.",
        limit.most,
        minutes=wait,
    )


def _orders_text(limit: OrderLimit) -> str:
    return ngettext(
        "An account can have %(num)s open order, and yours already does. Wait until one is"
        " delivered, or cancel one. Your cart stays as it is.",
        "An account can have %(num)s open orders, and yours already does. Wait until one is"
        " delivered, or cancel one. Your cart stays as it is.",
        limit.most,
    )


def _value_text(limit: OrderLimit) -> str:
    return _(
        "With this one, your open orders would come to %(reached)s; the limit is %(most)s. Remove"
        " something from your cart, wait until an order is delivered, or cancel one. Your cart"
        " stays as it is.",
        reached=money(Money(limit.reached)),
        most=money(Money(limit.most)),
    )


def _items_text(limit: OrderLimit) -> str:
    return ngettext(
        "With this one, your open orders would have %(reached)s item; the limit for a new account"
        " is %(most)s. Remove something from your cart, wait until an order is delivered, or"
        " cancel one. Your cart stays as it is.",
        "With this one, your open orders would have %(reached)s items; the limit for a new account"
        " is %(most)s. Remove something from your cart, wait until an order is delivered, or"
        " cancel one. Your cart stays as it is.",
        limit.reached,
        reached=number(limit.reached),
        most=number(limit.most),
    )
