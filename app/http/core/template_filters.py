"""Filters and functions for templates."""

from app.i18n.translate import ngettext


def items_text(count: int, unavailable: int) -> str:
    """Return how many items a cart has, in the words of the page's script (strings.js).

    *count* are those that can be ordered; *unavailable* are sold out, or no longer sold.
    """
    if not unavailable:
        return ngettext("%(num)s item", "%(num)s items", count)
    return ngettext(
        "%(num)s item, %(unavailable)s not available",
        "%(num)s items, %(unavailable)s not available",
        count,
        unavailable=unavailable,
    )
