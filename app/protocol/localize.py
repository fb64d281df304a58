"""Messages and carts in a reader's language: what they call products and vouchers.

Carts, patches and messages are in English inside; they are put into another language when they
are encoded, with the texts of today's catalogue.
"""

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from app.domain.catalog import Catalog, Sku
from app.domain.languages import ENGLISH, Language
from app.domain.promotions import deal_text
from app.domain.totals import ShownCart, ShownLine
from app.domain.verdicts import No, Ok, RetryLater, Verdict
from app.domain.vouchers import ShownVoucher
from app.domain.waitlist import Offer
from app.protocol.messages import (
    PatchMessage,
    Prices,
    Refusal,
    ServerMessage,
    ShownChanges,
    Snapshot,
    WireMessage,
)
from app.protocol.op_texts import refusal_text


def localized(message: ServerMessage, language: Language, catalog: Catalog) -> WireMessage:
    """Return *message* in *language*; most have no words and stay as they are."""
    match message:
        case No() | RetryLater():
            return refusal_of(message, language)
        case Snapshot():
            return replace(message, cart=localized_cart(message.cart, language, catalog))
        case PatchMessage() | Prices():
            shown = _with_items(message, language, catalog)
            return replace(
                shown,
                lines=_lines(message.lines, language, catalog),
                saved=_lines(message.saved, language, catalog),
                suggested=_lines(message.suggested, language, catalog),
                voucher=_voucher(message.voucher, language, catalog),
            )
        case Offer():
            return localized_offer(message, language, catalog)
        case _:
            return message


def localized_cart(cart: ShownCart, language: Language, catalog: Catalog) -> ShownCart:
    """Return *cart* in *language*."""
    if language == ENGLISH:
        return cart
    return replace(
        cart,
        lines=tuple(_line(line, language, catalog) for line in cart.lines),
        saved=tuple(_line(line, language, catalog) for line in cart.saved),
        suggested=tuple(_line(line, language, catalog) for line in cart.suggested or ()) or UNSET,
        voucher=_voucher(cart.voucher, language, catalog),
    )


def localized_offer(offer: Offer, language: Language, catalog: Catalog) -> Offer:
    """Return *offer* with what the product is called in *language*."""
    text = catalog.products[offer.sku].text(language)
    return replace(offer, name=text.name, unit=text.unit)


def localized_voucher(shown: ShownVoucher, language: Language, catalog: Catalog) -> ShownVoucher:
    """Return *shown* with its label in *language*; one that is unknown is called by its code."""
    voucher = catalog.vouchers.get(shown.code)
    return shown if voucher is None else replace(shown, label=voucher.text(language))


def verdict_message(verdict: Verdict, language: Language) -> Ok | Refusal:
    """Return *verdict* as it is on the wire, in *language*."""
    return refusal_of(verdict, language) if isinstance(verdict, No) else verdict


def refusal_of(answer: No | RetryLater, language: Language) -> Refusal:
    """Return the message of a refusal, with its sentence in *language* if it is for good."""
    if isinstance(answer, RetryLater):
        return Refusal(answer.n, answer.code, retry_ms=answer.retry_ms)
    args, text = answer.args_in(language), refusal_text(answer, language)
    return Refusal(answer.n, answer.code, args, text, answer.rev)


def _lines(
    lines: ShownChanges | UnsetType, language: Language, catalog: Catalog
) -> ShownChanges | UnsetType:
    if lines is UNSET:
        return UNSET
    shown: dict[Sku, ShownLine | None] = {}
    for sku, line in lines.items():
        shown[sku] = None if line is None else _line(line, language, catalog)
    return shown


def _line(line: ShownLine, language: Language, catalog: Catalog) -> ShownLine:
    text = catalog.products[line.sku].text(language)
    shown = replace(line, name=text.name, unit=text.unit)
    return replace(shown, deal=_deal(line, language, catalog)) if line.deal else shown


def _deal(line: ShownLine, language: Language, catalog: Catalog) -> str | UnsetType:
    """Return the deal of *line* in *language*: that of the promotion with its English label."""
    running = catalog.promotions.get(line.sku, ())
    return next((each.text(language) for each in running if each.label == line.deal), line.deal)


def _with_items(
    message: PatchMessage | Prices, language: Language, catalog: Catalog
) -> PatchMessage | Prices:
    """Return *message* with what promotions of watched products give in *language*."""
    if isinstance(message, PatchMessage) or not catalog.promotions:
        return message
    items = tuple(
        replace(each, deal=deal_text(each.sku, catalog, language)) if each.deal else each
        for each in message.items
    )
    return replace(message, items=items)


def _voucher(
    shown: ShownVoucher | UnsetType | None, language: Language, catalog: Catalog
) -> ShownVoucher | UnsetType | None:
    return localized_voucher(shown, language, catalog) if shown else shown
