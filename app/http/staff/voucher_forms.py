"""The form that adds a voucher: decoded and validated, with what is wrong with it as sentences."""

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Final

from app.domain.catalog import Money, Voucher
from app.domain.currency import Currency
from app.domain.languages import Language
from app.domain.money import plain_amount, read_price
from app.domain.periods import first_second
from app.domain.plain_text import clean_line
from app.domain.product_text import read_count
from app.domain.vouchers import is_code, normalise_code
from app.http.staff.edit_forms import EXAMPLE, Faults, read_line
from app.http.staff.stock_forms import read_day
from app.i18n.formats import number
from app.i18n.languages import other_languages
from app.i18n.translate import gettext as _

LONGEST_LABEL: Final = 100
MOST_USES: Final = 1_000_000


class _Reader:
    """Reads one field after the other, and collects what is wrong with them."""

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

    def percent(self, name: str) -> int:
        """Return a percentage; 0 if the field is empty or wrong."""
        if not (typed := self.text(name).removesuffix("%").strip()):
            return 0
        if not (percent := read_count(typed, 100)):
            self.faults[name] = _("Enter a whole number from 1 to 100.")
        return percent or 0

    def day(self, name: str) -> date | None:
        """Return a date; `None` if the field is empty or wrong."""
        typed = self.text(name)
        if typed and read_day(typed) is None:
            self.faults[name] = _("Enter a date such as %(example)s.", example="2027-01-31")
        return read_day(typed)

    def uses(self, name: str) -> int | None:
        """Return how often; `None`, which is without limit, if the field is empty or wrong."""
        if not (typed := self.text(name)):
            return None
        if not (uses := read_count(typed, MOST_USES)):
            self.faults[name] = _(
                "Enter a number from 1 to %(most)s, or nothing.", most=number(MOST_USES)
            )
        return uses or None

    def label(self, name: str) -> str:
        """Return what shoppers read."""
        label = self.text(name)
        if len(label) > LONGEST_LABEL:
            self.faults[name] = _("Use at most %(most)s characters.", most=LONGEST_LABEL)
        return label


def read_voucher(form: Mapping[str, str], currency: Currency, zone: tzinfo) -> Voucher | Faults:
    """Return the voucher that *form* describes, or all that is wrong with it.

    Its days are those of *zone*, both included.
    """
    read = _Reader(form, currency)
    code = normalise_code(read.text("code"))
    if not is_code(code):
        read.faults["code"] = _("Enter 1 to 40 letters, digits and hyphens, such as WELCOME10.")
    percent, amount = read.percent("percent"), read.amount("amount")
    if not read.faults.keys() & {"percent", "amount"} and bool(percent) == bool(amount):
        read.faults["percent"] = _("Enter a percentage or an amount: one of the two.")
    first, last = read.day("first"), read.day("last")
    if first and last and last < first:
        read.faults["last"] = _("This day is before the first one.")
    voucher = Voucher(
        code,
        read.label("label"),
        percent,
        amount,
        read.amount("minimum"),
        first_second(first, zone),
        first_second(last, zone, days_later=1),
        read.uses("uses"),
        read.uses("uses_each"),
        _labels(read),
    )
    return read.faults or voucher


def label_field(language: Language) -> str:
    """Return the name of the field with the label in *language*."""
    return f"label.{language}"


def _labels(read: _Reader) -> dict[Language, str]:
    labels = {language: read.label(label_field(language)) for language in other_languages()}
    return {language: label for language, label in labels.items() if label}
