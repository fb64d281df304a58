"""The sentences about what is wrong with a product's text: those of forms, and those of files."""

from collections.abc import Callable, Mapping
from typing import Final

from app.domain.product_faults import Fault, FaultCode
from app.i18n.translate import noop as N_

_IN_FORMS: Final[Mapping[FaultCode, str]] = {
    FaultCode.NOT_A_NAME: N_(
        "“%(typed)s” is not 1 to 64 small letters, digits and hyphens, a hyphen not first."
    ),
    FaultCode.LENGTH: N_("1 to %(most)s characters are needed, on one line."),
    FaultCode.FORMULA: N_("A spreadsheet takes what begins with =, +, - or @ for a formula."),
    FaultCode.LOST_LETTER: N_(
        "“%(letter)s” stands for a letter that was lost; open the file as UTF-8."
    ),
    FaultCode.FAILED_FORMULA: N_(
        "“%(typed)s” is what a spreadsheet shows where it failed, not a text."
    ),
    FaultCode.NOT_CHOSEN: N_("Choose one."),
    FaultCode.UNKNOWN_CATEGORY: N_("There is no category “%(typed)s”; there are %(known)s."),
    FaultCode.UNKNOWN_PICTURE: N_("There is no picture “%(typed)s”; there are %(known)s."),
    FaultCode.NOT_A_PRICE: N_("“%(typed)s” is not a price like 2.20."),
    FaultCode.NOT_A_STOCK: N_("“%(typed)s” is not a number from 0 to %(most)s."),
    FaultCode.NOT_YES_OR_NO: N_("“%(typed)s” is not yes or no."),
    FaultCode.NOT_AN_AMOUNT: N_("“%(typed)s” is not a number from 1 to %(most)s, or nothing."),
    FaultCode.NOT_A_RATE: N_("“%(typed)s” is not a rate of tax in percent, like 20 or 5.5."),
    FaultCode.NOT_A_HOLD: N_("“%(typed)s” is none of %(known)s."),
    FaultCode.NOT_A_BARCODE: N_("“%(typed)s” is no barcode: that has 8, 12 or 13 digits."),
    FaultCode.CHECK_DIGIT: N_(
        "“%(typed)s” is no barcode: its last digit does not fit the others. Was one mistyped?"
    ),
    FaultCode.BARCODE_TAKEN: N_("Another product has the barcode “%(typed)s”."),
    FaultCode.TWO_AMOUNTS: N_("A product holds grams or ml, not both."),
}
_IN_FILES: Final[Mapping[FaultCode, str]] = {
    FaultCode.SKU_TWICE: "“%(sku)s” stands here a second time.",
    FaultCode.SKU_MISSING: "This row does not say which product it is.",
    FaultCode.VALUE_MISSING: "There is no product “%(sku)s” yet, and a new one needs this.",
    FaultCode.TOO_MANY_CELLS: "This row has more cells than there are columns.",
    FaultCode.OTHER_ENCODING: (
        "A spreadsheet has read “%(was)s” in another encoding; open it as UTF-8."
    ),
    FaultCode.NOT_A_VERSION: "“%(typed)s” is not a version: leave it as it was exported.",
    FaultCode.OUT_OF_DATE: (
        "“%(sku)s” was edited after this file was written, so its row is out of date; export again."
    ),
    FaultCode.EDITED_MEANWHILE: (
        "“%(sku)s” was edited while this file was imported; export again."
    ),
}
_TEXTS: Final = {**_IN_FORMS, **_IN_FILES}
"""Only commands read files, and commands speak English: those are not in the catalogues."""


def fault_text(fault: Fault, translate: Callable[[str], str] = N_) -> str:
    """Return the sentence about *fault*: in English, or as *translate* looks it up."""
    return translate(_TEXTS[fault.code]) % fault.args
