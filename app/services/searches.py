"""What is searched for, and what is answered."""

from typing import NamedTuple

from app.domain.languages import ENGLISH, Language
from app.domain.paging import Start
from app.services.product_lists import Found

LONGEST_QUERY = 100


class Search(NamedTuple):
    """A query, and where the page begins; `one_of_each` lists only one size of a product.

    `names_in` is the language of the names by which it may be sorted.
    """

    q: str = ""
    category: str = ""
    sort: str = "popular"
    page: Start = 1
    one_of_each: bool = False
    names_in: Language = ENGLISH

    @property
    def listing(self) -> "Search":
        """What the list depends on that this is a page of."""
        return self._replace(page=1, names_in=self.names_in if self.sort == "name" else ENGLISH)


class Answer(NamedTuple):
    """What a search found, or else what may have been meant.

    `everywhere` is how many products fit in other categories. `meant` is the query without its
    slips of typing, if only that fits, in whatever category. If `is_part`, nothing fits all that
    was typed or meant, and `found` fits a part of it.
    """

    found: Found
    everywhere: int = 0
    meant: str = ""
    is_part: bool = False

    @property
    def is_in_vain(self) -> bool:
        """Whether nothing fits all that was typed or meant, in any category."""
        return not self.everywhere and (self.is_part or not self.found.total)
