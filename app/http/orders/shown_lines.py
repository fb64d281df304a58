"""The lines of an order, in the reader's language where the catalogue still has their words."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.domain.catalog import Catalog, Money
from app.domain.languages import ENGLISH, Language
from app.domain.order_texts import text_of_line
from app.domain.orders import Order
from app.i18n.formats import listed
from app.i18n.translate import ngettext


class ShownLine(NamedTuple):
    """A line as pages show it; `language` is that of its name and unit.

    `image` and `category` are the product's of today, empty if it is not known any more.
    """

    name: str
    unit: str
    language: Language
    qty: int
    price: Money
    image: str
    category: str
    off: Money
    deal: str

    @property
    def amount(self) -> Money:
        """What its units cost at their price."""
        return Money(self.price * self.qty)


def listed_up_to(most: int, items: Iterable[str]) -> str:
    """Return the first *most* of *items* as a list, and how many more there are."""
    every = list(items)
    more = len(every) - most
    rest = [ngettext("%(num)s more", "%(num)s more", more)] if more > 0 else []
    return listed([*every[:most], *rest])


def shown_lines(order: Order, catalog: Catalog, language: Language) -> Iterator[ShownLine]:
    """Return the lines of *order* in *language*."""
    for line in order.lines:
        text = text_of_line(line, catalog, language)
        is_same = text.name == line.name
        spoken = ENGLISH if is_same else language
        product = catalog.products.get(line.sku)
        image, category = (product.image, product.category) if product else ("", "")
        yield ShownLine(
            *(text.name, text.unit, spoken, line.qty, line.price, image, category),
            *(line.off, line.deal),
        )
