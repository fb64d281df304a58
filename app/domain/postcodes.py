"""Postcodes of the country that the shop delivers in; those of the United Kingdom by BS 7666."""

import re
from enum import StrEnum
from typing import Final

EXAMPLE: Final = "SW1A 1AA"

_BRITISH: Final = "GB"
_ELSEWHERE: Final = {"TW": re.compile(r"[0-9]{3}(?:[0-9]{2,3})?")}
"""What postcodes of other countries look like, where that is known."""
_ANYWHERE: Final = re.compile(r"(?=.*[0-9])[A-Z0-9](?:[A-Z0-9 -]{0,8}[A-Z0-9])?")

_AREAS: Final = re.compile(
    "A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LU]?|H[ADGPRSUX]|I[GPV]"
    "|K[ATWY]|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?"
    "|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
"""The letters that an outward code begins with, of all areas to which streets belong."""
ABROAD: Final = frozenset({"GY", "JE", "IM", "BF"})
"""The areas of Guernsey, Jersey, the Isle of Man and the British Forces Post Office."""
_SEPARATORS: Final = re.compile(r"[\s.,\-_]+")
_INWARD: Final = re.compile(r"[0-9][ABD-HJLNP-UW-Z]{2}")
_OUTWARD: Final = re.compile(r"([A-Z]{1,2})([1-9][0-9]?|0|[0-9][A-HJKMNPR-Y])")
_PATTERNS: Final = ("A9", "A99", "AA9", "AA99", "A9A", "AA9A")
"""Where an outward code has letters, and where digits."""
_DIGITS: Final = str.maketrans("OIL", "011")
_LETTERS: Final = str.maketrans("01", "OI")
"""Letters typed for digits where only a digit can stand, and the other way round."""


class PostcodeFault(StrEnum):
    """Why the shop cannot deliver to a postcode."""

    FORM = "form"
    ABROAD = "abroad"
    AREA = "area"
    ELSEWHERE = "elsewhere"


class NotDelivered(ValueError):
    """A postcode that the shop cannot deliver to: why, what was typed, and its area."""

    def __init__(self, why: PostcodeFault, typed: str, area: str = ""):
        super().__init__(why, typed, area)
        self.why = why
        self.typed = typed
        self.area = area


def read_postcode(text: str, country: str) -> str:
    """Return the postcode in *text* as it is written in *country*, which is a code (ISO 3166).

    Raises NotDelivered if it is none of that country.
    """
    if country == _BRITISH:
        return _british(text)
    squeezed = " ".join(text.upper().split())
    if not _ELSEWHERE.get(country, _ANYWHERE).fullmatch(squeezed):
        raise NotDelivered(PostcodeFault.ELSEWHERE, text)
    return squeezed


def _british(text: str) -> str:
    """Return the postcode in *text* as the Royal Mail writes it, like "SW1A 1AA"."""
    squeezed = _SEPARATORS.sub("", text).upper()
    inward = squeezed[-3:-2].translate(_DIGITS) + squeezed[-2:]
    match = _read_outward(squeezed[:-3])
    if match is None or not _INWARD.fullmatch(inward):
        raise NotDelivered(PostcodeFault.FORM, text)
    area, district = match.groups()
    if area in ABROAD:
        raise NotDelivered(PostcodeFault.ABROAD, text, area)
    if not _AREAS.fullmatch(area):
        raise NotDelivered(PostcodeFault.AREA, text, area)
    return f"{area}{district} {inward}"


def _read_outward(typed: str) -> re.Match[str] | None:
    """Return the outward code in *typed*, of which letters and digits may be mistaken."""
    spellings = [typed, *(_spelled(typed, pattern) for pattern in _PATTERNS)]
    matches = [match for each in spellings if (match := _OUTWARD.fullmatch(each))]
    known = (match for match in matches if _AREAS.fullmatch(match[1]) or match[1] in ABROAD)
    return next(known, matches[0] if matches else None)


def _spelled(typed: str, pattern: str) -> str:
    if len(typed) != len(pattern):
        return ""
    return "".join(
        char.translate(_DIGITS if kind == "9" else _LETTERS)
        for char, kind in zip(typed, pattern, strict=True)
    )
