"""The form that adds a voucher: decoded and validated, with what is wrong with it as sentences."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from app.domain.catalog import Voucher
from app.domain.currency import Currency
from app.domain.vouchers import is_code, normalise_code
from app.http.staff.edit_forms import Faults
from app.http.staff.typed_fields import TypedFields
from app.i18n.translate import gettext as _

MOST_USES: Final = 1_000_000


def read_voucher(form: Mapping[str, str], currency: Currency, zone: tzinfo) -> Voucher | Faults:
    """Return the voucher that *form* describes, or all that is wrong with it.

    Its days are those of *zone*, both included.
    """
    read = TypedFields(form, currency)
    code = normalise_code(read.text("code"))
    if not is_code(code):
        read.faults["code"] = _("Enter 1 to 40 letters, digits and hyphens, such as WELCOME10.")
    percent, amount = read.number("percent", 1, 100) or 0, read.amount("amount")
    if not read.faults.keys() & {"percent", "amount"} and bool(percent) == bool(amount):
        read.faults["percent"] = _("Enter a percentage or an amount: one of the two.")
    starts, ends = read.days(zone)
    voucher = Voucher(
        code,
        read.label(),
        percent,
        amount,
        read.amount("minimum"),
        starts,
        ends,
        read.number("uses", 1, MOST_USES),
        read.number("uses_each", 1, MOST_USES),
        read.labels(),
    )
    return read.faults or voucher
