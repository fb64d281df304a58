"""An order's receipt in the words of the reader: its invoice, and its credit notes if any."""

from collections.abc import Iterator, Sequence

from app.domain.catalog import Catalog, Money
from app.domain.invoices import Document, DocumentKind
from app.domain.orders import Order, Pay
from app.domain.shop_settings import ShopSettings
from app.domain.taxes import Taxes, sum_of_gross
from app.http.orders.shown_lines import shown_lines
from app.i18n.formats import date, money, number, percent
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.receipts.sheets import Headings, Receipt, Sheet, SheetLine, TaxLine
from app.store.invoices import zone_of

PAYMENTS = {Pay.ON_DELIVERY: N_("On delivery"), Pay.CARD: N_("By card")}

Pairs = tuple[tuple[str, str], ...]


def receipt_of(
    order: Order, documents: Sequence[Document], catalog: Catalog, shop: ShopSettings
) -> Receipt:
    """Return the receipt of *order*, which has *documents*, its invoice first."""
    writer = _Writer(order, documents[0], catalog, shop)
    return Receipt(
        title=_("Receipt of order %(number)s", number=order.number),
        author=shop.legal_name or shop.name,
        language=current_language(),
        made_at_s=max(document.issued_at_s for document in documents),
        headings=_headings(),
        page=_("Page {page} of {pages}"),
        sheets=tuple(map(writer.sheet, documents)),
    )


def _headings() -> Headings:
    return Headings(
        (_("Product"), _("Quantity"), _("Each"), _("Amount")),
        (_("Tax rate"), _("Without tax"), _("Tax"), _("With tax")),
        _("Delivered to"),
    )


class _Writer:
    """Writes the sheets of one order; `invoice` is the document that the others refer to."""

    def __init__(self, order: Order, invoice: Document, catalog: Catalog, shop: ShopSettings):
        self._order, self._invoice = order, invoice
        self._catalog, self._shop = catalog, shop

    def sheet(self, document: Document) -> Sheet:
        """Return the sheet of *document*."""
        is_invoice = document.kind is DocumentKind.INVOICE
        is_whole = document.taxes == self._invoice.taxes
        return Sheet(
            title=_title(document),
            issuer=tuple(self._issuer()),
            recipient=tuple(part for part in self._order.deliver if part),
            facts=self._facts(document),
            lines=tuple(self._lines()) if is_whole else (),
            sums=self._sums() if is_invoice else _credited(document),
            taxes=_tax_lines(document.taxes),
            remarks=(self._basis(),) if is_whole else (),
        )

    def _issuer(self) -> Iterator[str]:
        shop = self._shop
        yield shop.legal_name or shop.name
        yield from shop.address
        if shop.tax_number:
            yield _("Tax number: %(number)s", number=shop.tax_number)
        yield from filter(None, (shop.email, shop.telephone))

    def _facts(self, document: Document) -> Pairs:
        order = (_("Order"), self._order.number)
        issued = (_("Date"), self._date(document))
        if document.kind is DocumentKind.INVOICE:
            return issued, order, (_("Payment"), _(PAYMENTS[self._order.pay]))
        invoice = _("%(number)s of %(date)s", number=self._invoice.number, date=self._date())
        reason = document.reason or _("The order was cancelled.")
        return issued, order, (_("Invoice"), invoice), (_("Reason"), reason)

    def _date(self, document: Document | None = None) -> str:
        """Return the date of *document*, or of the invoice."""
        return date((document or self._invoice).issued_at_s, zone_of(self._order.zone))

    def _lines(self) -> Iterator[SheetLine]:
        for line in shown_lines(self._order, self._catalog, current_language()):
            price, amount = money(line.price), money(line.amount)
            yield SheetLine(line.name, line.unit, line.language, number(line.qty), price, amount)

    def _sums(self) -> Pairs:
        order, totals = self._order, self._order.totals
        promoted = (_("Promotions"), money(Money(-order.promoted)))
        discount = (_("Discount (%(code)s)", code=order.voucher), money(Money(-order.by_voucher)))
        delivery = money(totals.delivery) if totals.delivery else _("Free")
        tax = (_("Tax"), money(totals.tax or Money(0)))
        return (
            (_("Subtotal"), money(totals.subtotal)),
            *([promoted] if order.promoted else []),
            *([discount] if order.by_voucher else []),
            (_("Delivery"), delivery),
            *([] if self._is_included else [tax]),
            (_("Total"), money(totals.total)),
        )

    def _basis(self) -> str:
        return _("Prices include tax.") if self._is_included else _("Tax is added to prices.")

    @property
    def _is_included(self) -> bool:
        """Whether prices had the tax in them when this was ordered."""
        return not self._order.totals.tax


def _title(document: Document) -> str:
    if document.kind is DocumentKind.INVOICE:
        return _("Invoice %(number)s", number=document.number)
    return _("Credit note %(number)s", number=document.number)


def _credited(document: Document) -> Pairs:
    return ((_("Credited"), money(sum_of_gross(document.taxes))),)


def _tax_lines(taxes: Taxes) -> tuple[TaxLine, ...]:
    return tuple(
        TaxLine(percent(one.rate), money(one.net), money(one.tax), money(one.gross))
        for one in taxes
    )
