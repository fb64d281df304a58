"""What promotions take off a line, and which go on (decision 0134).

Each line is priced by itself, so the order in which things are added does not matter. Of several
promotions of a product, the one that takes most off its line counts, and only that one. A voucher
then takes its part of what is left; minimums look at the subtotal, before both.
"""

from collections.abc import Iterable
from typing import NamedTuple, assert_never

from app.domain.catalog import Catalog, Money, Product, Promotion, PromotionKind, Promotions, Sku
from app.domain.languages import ENGLISH, Language

NOTHING_OFF = Money(0)


class AppliedPromotion(NamedTuple):
    """The promotion that counts for a line, and what it takes off; 0 if more units are needed."""

    promotion: Promotion
    off: Money


def saving(promotion: Promotion, qty: int, price: Money) -> Money:
    """Return what *promotion* takes off *qty* units at *price*: never more than they cost.

    Half a price is rounded down to the minor unit, and what would be dearer takes off nothing.
    """
    groups = qty // promotion.take
    match promotion.kind:
        case PromotionKind.FEWER_PAID:
            return Money(groups * (promotion.take - promotion.paid) * price)
        case PromotionKind.HALF_PRICE:
            return Money(groups * (price // 2))
        case PromotionKind.BUNDLE | PromotionKind.LOWER_PRICE:
            return Money(groups * max(0, promotion.take * price - promotion.price))
        case _:
            assert_never(promotion.kind)


def deal_of(product: Product, qty: int, catalog: Catalog) -> AppliedPromotion | None:
    """Return the deal on a line of *qty* units of *product*; `None` if it has no promotion."""
    if not (running := catalog.promotions.get(product.sku)):
        return None
    deals = [AppliedPromotion(each, saving(each, qty, product.price)) for each in running]
    return max(deals, key=lambda deal: (deal.off, -deal.promotion.id))


def line_off(product: Product, qty: int, catalog: Catalog) -> Money:
    """Return what promotions take off a line of *qty* units of *product*."""
    deal = deal_of(product, qty, catalog)
    return deal.off if deal else NOTHING_OFF


def deal_text(sku: Sku, catalog: Catalog, language: Language = ENGLISH) -> str:
    """Return what a card says of the promotions of *sku*, in *language*; empty if it has none."""
    return " · ".join(each.text(language) for each in catalog.promotions.get(sku, ()))


def running_at(planned: Iterable[Promotion], now_s: float) -> Promotions:
    """Return those of the *planned* promotions that go on at *now_s*, by product."""
    running: dict[Sku, tuple[Promotion, ...]] = {}
    for promotion in planned:
        if goes_on(promotion, now_s):
            for sku in promotion.skus:
                running[sku] = (*running.get(sku, ()), promotion)
    return running


def goes_on(promotion: Promotion, now_s: float) -> bool:
    """Return whether *promotion* goes on at *now_s*."""
    has_begun = promotion.starts is None or promotion.starts <= now_s
    is_over = promotion.ends is not None and promotion.ends <= now_s
    return has_begun and not is_over and not promotion.paused


def next_turn_s(planned: Iterable[Promotion], now_s: float) -> float:
    """Return when one of the *planned* promotions begins or ends next; infinity if none does."""
    turns = (turn for each in planned for turn in (each.starts, each.ends))
    return min((turn for turn in turns if turn is not None and turn > now_s), default=float("inf"))
