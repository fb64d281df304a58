"""What a form has typed in it after others edited the same product (optimistic locking)."""

from collections.abc import Collection, Mapping

from app.domain.edits import Value
from app.domain.money import plain_amount
from app.i18n.formats import current_currency
from app.store.product_log import Entry


def typed_over(typed: Mapping[str, str], meanwhile: Collection[Entry]) -> Mapping[str, str]:
    """Return *typed* without what is only as the page showed it, and was changed *meanwhile*.

    Those fields show what is so now; saved again as they were, they would undo the others' edits.
    *meanwhile* are all edits since the version that the page showed, newest first.
    """
    shown = {
        column: _typed(column, was)
        for entry in meanwhile
        for column, (was, _now) in entry.changes.items()
    }
    return {name: text for name, text in typed.items() if name not in shown or text != shown[name]}


def _typed(column: str, value: Value) -> str:
    """Return what a form has in the field of *column* while it is as the product is."""
    if column == "price" and isinstance(value, int):
        return plain_amount(value, current_currency())
    return "" if value is None else f"{value}"
