"""What can be wrong with a product that is described as text, in a form or in a row of a file."""

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import NamedTuple


class FaultCode(StrEnum):
    """What is wrong with a field, or with the row that it is in."""

    NOT_A_NAME = auto()
    LENGTH = auto()
    FORMULA = auto()
    LOST_LETTER = auto()
    FAILED_FORMULA = auto()
    NOT_CHOSEN = auto()
    UNKNOWN_CATEGORY = auto()
    UNKNOWN_PICTURE = auto()
    NOT_A_PRICE = auto()
    NOT_A_STOCK = auto()
    NOT_YES_OR_NO = auto()
    NOT_AN_AMOUNT = auto()
    TWO_AMOUNTS = auto()
    NOT_A_RATE = auto()
    NOT_A_HOLD = auto()
    NOT_A_BARCODE = auto()
    CHECK_DIGIT = auto()
    BARCODE_TAKEN = auto()

    SKU_TWICE = auto()
    SKU_MISSING = auto()
    VALUE_MISSING = auto()
    TOO_MANY_CELLS = auto()
    OTHER_ENCODING = auto()
    NOT_A_VERSION = auto()
    OUT_OF_DATE = auto()
    EDITED_MEANWHILE = auto()


class Fault(NamedTuple):
    """What is wrong with one field; `args` are what the sentence about it names."""

    column: str
    code: FaultCode
    args: Mapping[str, object] = {}
