"""Small named values for tests."""

from dataclasses import replace
from typing import Any

from msgspec import structs

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog, Money, Product, Sku, Terms, Voucher, VoucherCode
from app.domain.currency import Currency
from app.domain.languages import Language
from app.domain.ops import Op, Ruling
from app.domain.outbox import REMEMBERED_OUTBOXES, OpRef, Outbox, OutboxId
from app.domain.rules import rule
from app.domain.verdicts import Code, No, Ok

NOON = 1_800_000_000
"""Some noon in January 2027, in seconds since 1970."""
DAY_S = 86_400

APPLES, MILK, EGGS, CIDER = Sku("gala-apples-1kg"), Sku("milk-2l"), Sku("eggs-6"), Sku("cider-1l")
CHINESE = Language("zh-Hant")
GHOST = Sku("ghost")
"""A product that the shop never had."""

POUNDS = Currency("GBP", 2, ("£",))
TERMS = Terms(POUNDS, delivery_fee=Money(350), free_delivery_from=Money(4000))
TENTH, FIVER = VoucherCode("WELCOME10"), VoucherCode("FIVER")


def product(sku: Sku, name: str, price: int, stock: int, **more: Any) -> Product:
    """Return a product with defaults for the fields that do not affect a cart."""
    plain = Product(sku, sku, name, "each", "fruit", "apple-red", "", Money(price), stock)
    return replace(plain, **more)


def catalog_of(*products: Product, vouchers: tuple[Voucher, ...] = ()) -> Catalog:
    """Return a catalogue of these products and vouchers."""
    return Catalog({one.sku: one for one in products}, {one.code: one for one in vouchers}, TERMS)


CATALOG = catalog_of(
    product(APPLES, "Gala apples", 220, stock=300),
    product(MILK, "Milk", 145, stock=5),
    product(EGGS, "Eggs", 310, stock=0),
    product(CIDER, "Cider", 400, stock=40, sold=False),
    vouchers=(
        Voucher(TENTH, "10 % off", percent=10),
        Voucher(FIVER, "£5 off from £20", amount=Money(500), minimum=Money(2000)),
    ),
)
"""Plenty of apples, five bottles of milk, no eggs; cider is no longer sold."""


def catalog_with(sku: Sku, catalog: Catalog = CATALOG, **changes: Any) -> Catalog:
    """Return *catalog* with one product changed."""
    changed = replace(catalog.products[sku], **changes)
    return catalog._replace(products={**catalog.products, sku: changed})


def catalog_with_voucher(voucher: Voucher, catalog: Catalog = CATALOG) -> Catalog:
    """Return *catalog* with *voucher* in it."""
    return catalog._replace(vouchers={**catalog.vouchers, voucher.code: voucher})


ADA = AccountId("u-ada")
EMPTY = Cart(ADA, "7c1d")
HERE = OutboxId("aaaaaaaa-0000-4000-8000-000000000001")
THERE = OutboxId("bbbbbbbb-0000-4000-8000-000000000002")


def ref(cart: Cart, outbox: OutboxId = HERE, body: str = "body") -> OpRef:
    """Return the name of the next op in an outbox of *cart*."""
    return OpRef(outbox, cart.outboxes.get(outbox, Outbox()).last + 1, body)


def ruling_on(
    op: Op, cart: Cart = EMPTY, catalog: Catalog = CATALOG, now_s: float = NOON
) -> Ruling:
    """Return the ruling on *op*, the next of its outbox."""
    return rule(cart, ref(cart), op, catalog, now_s)


def after(*ops: Op, cart: Cart = EMPTY, catalog: Catalog = CATALOG, now_s: float = NOON) -> Cart:
    """Return *cart* after *ops*, one after the other."""
    for op in ops:
        cart = ruling_on(op, cart, catalog, now_s).cart
    return cart


def granted(op: Op, cart: Cart = EMPTY, catalog: Catalog = CATALOG, now_s: float = NOON) -> Cart:
    """Return the cart after *op*, which must be accepted."""
    ruling = ruling_on(op, cart, catalog, now_s)
    assert isinstance(ruling.verdict, Ok), ruling.verdict
    return ruling.cart


def refused(op: Op, cart: Cart = EMPTY, catalog: Catalog = CATALOG, now_s: float = NOON) -> Code:
    """Return the code with which *op* is refused; the cart must not change."""
    ruling = ruling_on(op, cart, catalog, now_s)
    assert isinstance(ruling.verdict, No), ruling.verdict
    assert ruling.patch is None
    assert (ruling.cart.rev, ruling.cart.content) == (cart.rev, cart.content)
    return ruling.verdict.code


def without_room(cart: Cart) -> Cart:
    """Return *cart* with as many outboxes as it can have, so that others may have had to leave."""
    missing = range(REMEMBERED_OUTBOXES - len(cart.outboxes))
    others = {
        OutboxId(f"{number:08x}-1111-4000-8000-000000000000"): Outbox(1) for number in missing
    }
    return structs.replace(cart, outboxes={**others, **cart.outboxes})
