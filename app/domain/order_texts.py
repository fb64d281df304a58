"""What the products of an order are called in the reader's language."""

from app.domain.catalog import Catalog, ProductText
from app.domain.languages import Language
from app.domain.orders import Order, OrderLine


def in_language(order: Order, catalog: Catalog, language: Language) -> Order:
    """Return *order* with its lines called as *language* does."""
    texts = [text_of_line(line, catalog, language) for line in order.lines]
    lines = (
        line._replace(name=text.name, unit=text.unit)
        for line, text in zip(order.lines, texts, strict=True)
    )
    return order._replace(lines=tuple(lines))


def text_of_line(line: OrderLine, catalog: Catalog, language: Language) -> ProductText:
    """Return what *line* is called in *language*.

    It is called as the product was when it was ordered; if that has another name today, it keeps
    the old one, in English.
    """
    product = catalog.products.get(line.sku)
    if product and (product.name, product.unit) == (line.name, line.unit):
        return product.text(language)
    return ProductText(line.name, line.unit)
