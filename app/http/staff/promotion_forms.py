"""The form that adds a promotion: decoded and validated, with what is wrong as sentences."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from app.domain.catalog import Catalog, Promotion, PromotionId, PromotionKind, Sku
from app.domain.promotions import NOTHING_OFF, saving
from app.http.staff.edit_forms import Faults
from app.http.staff.typed_fields import TypedFields
from app.i18n.formats import listed
from app.i18n.translate import gettext as _

MOST_TAKEN: Final = 99
"""A line has no more units."""
MOST_PRODUCTS: Final = 200
NEW: Final = PromotionId(0)
"""The id of a promotion that is not added yet."""
_PRICED: Final = {PromotionKind.BUNDLE, PromotionKind.LOWER_PRICE}


def read_promotion(form: Mapping[str, str], catalog: Catalog, zone: tzinfo) -> Promotion | Faults:
    """Return the promotion that *form* describes, or all that is wrong with it.

    Its days are those of *zone*, both included. It must make each of its products cheaper.
    """
    read = TypedFields(form, catalog.terms.currency)
    skus, kind = _read_products(read, catalog), _read_kind(read)
    take = _read_take(read, kind)
    starts, ends = read.days(zone)
    promotion = Promotion(
        NEW,
        kind,
        skus,
        take,
        _read_paid(read, take) if kind is PromotionKind.FEWER_PAID else 0,
        read.amount("price") if kind in _PRICED else NOTHING_OFF,
        starts,
        ends,
        read.label(),
        read.labels(),
    )
    if not read.faults:
        _check_saving(read, promotion, catalog)
    return read.faults or promotion


def _read_products(read: TypedFields, catalog: Catalog) -> frozenset[Sku]:
    typed = read.text("skus").replace(",", " ").lower().split()
    unknown = [sku for sku in typed if sku not in catalog.products]
    if not typed:
        read.faults["skus"] = _("Enter the SKU of each product, such as milk-2l.")
    elif unknown:
        read.faults["skus"] = _("There is no product %(skus)s.", skus=listed(unknown[:5]))
    elif len(typed) > MOST_PRODUCTS:
        read.faults["skus"] = _("Use at most %(most)s products.", most=MOST_PRODUCTS)
    return frozenset(Sku(sku) for sku in typed)


def _read_kind(read: TypedFields) -> PromotionKind:
    typed = read.text("kind")
    if typed in {*PromotionKind}:
        return PromotionKind(typed)
    read.faults["kind"] = _("Choose what it gives.")
    return PromotionKind.LOWER_PRICE


def _read_take(read: TypedFields, kind: PromotionKind) -> int:
    """Return how many units it takes: one for a lower price, else at least two."""
    if kind is PromotionKind.LOWER_PRICE:
        return 1
    take = read.number("take", 2, MOST_TAKEN)
    if take is None:
        read.faults.setdefault("take", _("Enter how many units it takes, such as 3."))
    return take or 2


def _read_paid(read: TypedFields, take: int) -> int:
    paid = read.number("paid", 1, take - 1)
    if paid is None:
        read.faults.setdefault("paid", _("Enter how many of them are paid, such as 2."))
    return paid or 1


def _check_saving(read: TypedFields, promotion: Promotion, catalog: Catalog) -> None:
    """Find fault with a price that is missing, or that makes a product no cheaper."""
    if promotion.kind in _PRICED and not promotion.price:
        read.faults["price"] = _("Enter a price.")
        return
    prices = {sku: catalog.products[sku].price for sku in sorted(promotion.skus)}
    dearer = [
        str(sku) for sku, price in prices.items() if not saving(promotion, promotion.take, price)
    ]
    if dearer:
        read.faults["price"] = _("This would make %(skus)s no cheaper.", skus=listed(dearer[:5]))
