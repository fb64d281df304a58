"""What the rules decide on an op, before the verdict is recorded."""

from typing import Final

from msgspec import Struct

from app.domain.cart import Patch, UndoStack
from app.domain.catalog import Product, Sku
from app.domain.languages import Translations
from app.domain.verdicts import Clamped, Code

NO_NAMES: Final[Translations] = {}


class Rejection(Struct, frozen=True, gc=False):
    """No; `args` and `names` are those of the verdict, `tries` replaces the cart's."""

    code: Code
    args: tuple[str, ...] = ()
    names: Translations = NO_NAMES
    tries: tuple[int, ...] | None = None


class Accepted(Struct, frozen=True, gc=False):
    """Yes; without a patch if nothing changes. `undo_stack` is what an undo leaves of it."""

    patch: Patch | None = None
    warn: Clamped | None = None
    undo_stack: UndoStack | None = None


def unknown(sku: Sku) -> Rejection:
    """Return the rejection of a product that the shop never had."""
    return Rejection(Code.UNKNOWN_SKU, (sku,))


def about(product: Product, code: Code, *limit: int) -> Rejection:
    """Return the rejection that names *product*, and the *limit* that was met."""
    return Rejection(code, (product.name, *map(str, limit)), product.names)
