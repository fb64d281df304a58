"""Lines and totals that the samples of messages show."""

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.catalog import Money, Sku
from app.domain.totals import LineState, ShownLine, Totals
from tests.protocol.client_messages import APPLES, HONEY, MILK

RYE, KIWIS, MANGO = Sku("rye-loaf-500g"), Sku("kiwi-6"), Sku("mango-1")


def totals(count: int, subtotal: int, discount: int, delivery: int, total: int) -> Totals:
    """Return totals."""
    return Totals(count, Money(subtotal), Money(discount), Money(delivery), Money(total), "GBP")


THREE_APPLES = ShownLine(
    APPLES,
    3,
    3,
    Money(220),
    Money(220),
    None,
    LineState.OK,
    "Gala apples",
    "1 kg",
    "gala-apples",
    "apple-red",
    "fruit",
)
TWO_MILK = ShownLine(
    MILK,
    4,
    2,
    Money(145),
    Money(160),
    8,
    LineState.PRICE_RISE,
    "Whole milk",
    "2 l",
    "whole-milk",
    "milk",
    "dairy",
)
FOUR_RYE = ShownLine(
    RYE,
    5,
    4,
    Money(310),
    Money(310),
    2,
    LineState.SHORT,
    "Rye loaf",
    "500 g",
    "rye-loaf",
    "bread",
    "bakery",
)
SIX_KIWIS = ShownLine(
    KIWIS,
    6,
    6,
    Money(180),
    Money(175),
    0,
    LineState.SOLD_OUT,
    "Kiwis",
    "6 pieces",
    "kiwis",
    "kiwi",
    "fruit",
)
ONE_MANGO = ShownLine(
    MANGO,
    7,
    1,
    Money(130),
    Money(130),
    0,
    LineState.GONE,
    "Mango",
    "each",
    "mango",
    "mango",
    "fruit",
)
HONEY_JAR = ShownLine(
    HONEY,
    8,
    1,
    Money(495),
    Money(495),
    None,
    LineState.OK,
    "Heather honey",
    "340 g",
    "heather-honey",
    "honey",
    "larder",
)
LINES = (THREE_APPLES, TWO_MILK, FOUR_RYE, SIX_KIWIS, ONE_MANGO)
SAVED = (HONEY_JAR,)
ADA, BEN, CLEO = AccountId("u-81b0"), AccountId("u-3fa9"), AccountId("u-5c02")
"""The owner of a shared cart, one who edits it, and one who suggests."""
SUGGESTED_HONEY = replace(HONEY_JAR, by=CLEO)
FOUR_APPLES = replace(THREE_APPLES, qty=4)
BENS_APPLES = replace(FOUR_APPLES, by=BEN)
COSTLY = totals(9, 2220, 222, 350, 2348)
PLAIN = totals(3, 660, 0, 350, 1010)
NOTHING = totals(0, 0, 0, 0, 0)
TAXED = replace(totals(3, 660, 0, 350, 1212), tax=Money(202))
