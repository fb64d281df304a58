"""Text in the cells of a spreadsheet: guarded when it is written, and restored when it is read.

A spreadsheet computes cells that begin with certain signs (CSV injection, OWASP), and rewrites
text that looks like a number, a date or a truth value. An apostrophe before it prevents both. A
spreadsheet that splits the file at another separator sees more cells, so signs after any separator
or quotation mark are guarded too.
"""

import re
from typing import Final

_GUARD: Final = "'"
_INVISIBLE: Final = r"\s\x00-\x1f\x7f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff"
_SIGNS: Final = (
    r"=\uff1d\ufe66\u207c\u208c"
    r"+\uff0b\ufe62\u207a\u208a"
    r"\-\uff0d\ufe63\u207b\u208b\u2212"
    r"@\uff20\ufe6b"
)
"""How a formula begins, also in full-width, small, raised and lowered characters."""
_MONTH: Final = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DASH: Final = "(?:'*-)"
"""A dash, guarded or not: text in need of a guard still is after its dashes have theirs."""
_BEFORE_NUMBER: Final = rf"(?:[.,:/\s%£$€]|{_DASH})*+"
_IN_NUMBER: Final = rf"(?:[\d.,:/\s%£$€]|{_DASH})*+"
_NUMBER: Final = rf"{_BEFORE_NUMBER}\d{_IN_NUMBER}(?:e[+-]?\d+)?(?:\s?[ap]m)?"
_IN_DATE: Final = rf"(?:[/.,\s]|{_DASH})*+"
_DATE: Final = (
    rf"\d{{1,4}}{_IN_DATE}{_MONTH}(?:{_IN_DATE}\d{{1,4}})?"
    rf"|{_MONTH}{_IN_DATE}\d(?:[/.,\s\d]|{_DASH})*+"
)
_CHINESE_TIME: Final = r"(?:上午|下午)?\s?\d[\d年月日時分秒\s]*+"
_REWRITTEN: Final = rf"(?:{_NUMBER}|{_DATE}|{_CHINESE_TIME}|true|false)\Z"
_POSITIONS: Final = re.compile(
    rf"(\A[{_INVISIBLE}]*+)('*+)(?=[{_SIGNS}\t\r\n]|{_REWRITTEN})"
    rf"|(\A[{_INVISIBLE}]*)()(?=[\t\r\n])"
    rf'|([,;|"\t\r\n][{_INVISIBLE}]*+)(\'*+)(?:(?=[{_SIGNS}])|(?P<harmless>))',
    re.IGNORECASE,
)
"""Where guards are or have to be: what is before them, and those that are there.

A text takes time in proportion to its length: quantifiers give nothing back (`*+`), and what is
harmless after a separator is passed in one piece.
"""
_FORMULA: Final = re.compile(rf"[{_INVISIBLE}]*[{_SIGNS}]")
_FAILED: Final = re.compile(r"#(NAME\?|REF!|VALUE!|DIV/0!|N/A|NUM!|NULL!|SPILL!)|#+|Err:\d+")


def guard(text: str) -> str:
    """Return *text* as a cell that no spreadsheet computes or rewrites."""
    return _POSITIONS.sub(lambda found: _with_guards(found, _GUARD + _guards(found)), text)


def unguard(cell: str) -> str:
    """Return the text that `guard` made *cell* of; a cell without guards as it is."""
    return _POSITIONS.sub(lambda found: _with_guards(found, _guards(found)[1:]), cell)


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet takes *text* for a formula."""
    return _FORMULA.match(text) is not None


def is_failed(cell: str) -> bool:
    """Say whether *cell* is what a spreadsheet shows in place of a value, like “#NAME?”."""
    return _FAILED.fullmatch(cell.strip()) is not None


def is_misread(cell: str, text: str) -> bool:
    """Say whether *cell* is what becomes of *text* in a spreadsheet with another encoding."""
    if text.isascii():
        return False
    spoilt = {text.encode(name, "replace").decode(name) for name in ("ascii", "cp1252")}
    misread = {_decoded(text.encode(), name) for name in ("cp1252", "mac_roman")}
    misread |= {
        text.encode().decode(name, "replace").replace("\ufffd", "?")
        for name in ("cp950", "gb18030")
    }
    return cell != text and cell in spoilt | misread


def _with_guards(found: re.Match[str], guards: str) -> str:
    if found["harmless"] is not None:
        return found[0]
    return f"{found[1] or found[3] or found[5] or ''}{guards}"


def _guards(found: re.Match[str]) -> str:
    return found[2] or found[6] or ""


def _decoded(data: bytes, encoding: str) -> str:
    """Return *data* as a spreadsheet decodes it: bytes without a character become controls."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in data)
