"""Reads one field of a form after the other, and collects what is wrong with them."""

from collections.abc import Mapping
from datetime import date, tzinfo

from app.domain.catalog import Money
from app.domain.currency import Currency
from app.domain.languages import Language
from app.domain.money import plain_amount, read_price
from app.domain.periods import first_second
from app.domain.plain_text import clean_line
from app.domain.product_text import read_count
from app.http.staff.edit_forms import EXAMPLE, read_line
from app.http.staff.stock_forms import read_day
from app.i18n.formats import number
from app.i18n.languages import other_languages
from app.i18n.translate import gettext as _

LONGEST_LABEL = 100


class TypedFields:
    """What was typed into a form; `faults` has a sentence for each field that is wrong."""

    def __init__(self, form: Mapping[str, str], currency: Currency):
        self.faults: dict[str, str] = {}
        self._form, self._currency = form, currency

    def text(self, name: str) -> str:
        """Return what was typed, without what is not seen."""
        return clean_line(read_line(self._form, name))

    def amount(self, name: str) -> Money:
        """Return an amount of money; nothing if the field is empty or wrong."""
        if not (typed := self.text(name)):
            return Money(0)
        if (amount := read_price(typed, self._currency)) is None:
            example = plain_amount(EXAMPLE, self._currency)
            self.faults[name] = _(
                "“%(typed)s” is not an amount. Enter one such as %(example)s.",
                typed=typed,
                example=example,
            )
        return amount or Money(0)

    def number(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number; `None` if the field is empty or wrong."""
        if not (typed := self.text(name).removesuffix("%").strip()):
            return None
        read = read_count(typed, most)
        if read is None or read < least:
            self.faults[name] = _(
                "Enter a whole number from %(least)s to %(most)s.", least=least, most=number(most)
            )
            return None
        return read

    def days(self, zone: tzinfo) -> tuple[int | None, int | None]:
        """Return when the day `first` begins in *zone*, and when the day `last` is over."""
        first, last = self._day("first"), self._day("last")
        if first and last and last < first:
            self.faults["last"] = _("This day is before the first one.")
        return first_second(first, zone), first_second(last, zone, days_later=1)

    def label(self, name: str = "label") -> str:
        """Return what shoppers read."""
        label = self.text(name)
        if len(label) > LONGEST_LABEL:
            self.faults[name] = _("Use at most %(most)s characters.", most=LONGEST_LABEL)
        return label

    def labels(self) -> dict[Language, str]:
        """Return what shoppers read in each other language that it was typed in."""
        labels = {language: self.label(label_field(language)) for language in other_languages()}
        return {language: label for language, label in labels.items() if label}

    def _day(self, name: str) -> date | None:
        typed = self.text(name)
        if typed and read_day(typed) is None:
            self.faults[name] = _("Enter a date such as %(example)s.", example="2027-01-31")
        return read_day(typed)


def label_field(language: Language) -> str:
    """Return the name of the field with the label in *language*."""
    return f"label.{language}"
