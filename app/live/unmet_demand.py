"""What shoppers wanted and did not get: products that were sold out, and searches in vain."""

from collections import Counter
from typing import Final

from app.domain.catalog import Sku
from app.domain.words import fold

MOST_SEARCHES: Final = 1_000
"""So many different ones are counted until they are saved: a script may search for anything."""


class UnmetDemand:
    """Counts since the counts were saved last; who it was is not among them."""

    def __init__(self) -> None:
        self.products: Counter[str] = Counter()
        self.searches: Counter[str] = Counter()

    def miss(self, sku: Sku) -> None:
        """Count that somebody wanted more of a product than there was."""
        self.products[sku] += 1

    def search_in_vain(self, q: str) -> None:
        """Count a search that found nothing, whatever its case, accents and spaces."""
        words = " ".join(fold(q).split())
        if words in self.searches or len(self.searches) < MOST_SEARCHES:
            self.searches[words] += 1

    def take(self) -> "UnmetDemand":
        """Return the counts, and begin at zero."""
        taken = UnmetDemand()
        taken.products, self.products = self.products, taken.products
        taken.searches, self.searches = self.searches, taken.searches
        return taken

    def put_back(self, taken: "UnmetDemand") -> None:
        """Add counts that could not be saved."""
        self.products += taken.products
        self.searches += taken.searches
