"""Amounts in Chinese, written in figures: “半公斤” as “0.5 kg”, “三打” as “36”."""

import re
from fractions import Fraction
from typing import Final

from app.domain.han import HAN

MARK: Final = "¤"
"""Stands before the prices in a text, whatever their currency is."""
_UNITS: Final = {
    "公斤": "kg",
    "千克": "kg",
    "公克": "g",
    "克": "g",
    "台斤": "catty",
    "臺斤": "catty",
    "斤": "catty",
    "磅": "lb",
    "盎司": "oz",
    "公升": "l",
    "升": "l",
    "毫升": "ml",
    "西西": "ml",
    "c.c.": "ml",
}
_DIGITS: Final = {char: at for at, char in enumerate("一二三四五六七八九", 1)} | {"兩": 2, "两": 2}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_COUNTERS: Final = "入顆颗粒個个包瓶盒罐條条根袋串片捲卷枝支朵盆束把份杯籃篮組组隻只塊块"
"""What is counted in Chinese is counted in these, as in loaves of bread."""
SPELT: Final = rf"[{''.join(_DIGITS)}{''.join(_TENS)}]{{1,7}}"
_UNIT: Final = "(?P<unit>" + "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True))) + ")"
_AMOUNT: Final = re.compile(
    rf"(?P<number>(?:\d{{1,3}}\s+)?[1-9]/[1-9]|\d[\d,]{{0,8}}(?:\.\d{{1,3}})?|半|{SPELT})\s*"
    rf"(?:{_UNIT}(?P<half>半(?![價价]))?|(?P<dozen>打)"
    rf"|(?P<counter>[{_COUNTERS}])(?![心子栽燒烧])(?P<pack>\s*x\s*(?=\d))?)"
)
_PER: Final = re.compile(
    rf"(?:/|每)\s*(?P<hundred>100)?\s*{_UNIT}(?:\s*(?P<price>{MARK}[\d.]{{1,11}}))?"
)
_BORDER: Final = re.compile(rf"(?<=[{HAN}])(?=[a-z\d{MARK}])|(?<=[a-z\d])(?=[{HAN}])")
_HAN: Final = re.compile(f"[{HAN}]")


def in_figures(folded: str) -> str:
    """Return *folded* text with its Chinese amounts in figures and English units.

    Its prices are marked with `MARK`. Between Chinese and other characters there is a space then.
    Text that has no Chinese stays.
    """
    if folded.isascii() or not _HAN.search(folded):
        return folded
    text = _PER.sub(_per, folded.replace("四分之一", " 1/4 "))
    return _BORDER.sub(" ", _AMOUNT.sub(_amount, text))


def _amount(match: re.Match[str]) -> str:
    """Return an amount in figures; “一包” is no count, as “a pack” is none."""
    number, counter = match["number"], match["counter"]
    if counter and number in {"半", "一"}:
        return f" {'1/2' if number == '半' else counter} "
    if counter:
        return f" {figure(number)}x" if match["pack"] else f" {figure(number)} {counter} "
    if match["dozen"]:
        return f" {_value(number) * 12:g} "
    unit = _UNITS[match["unit"]]
    return f" {_value(number) + 0.5:g} {unit} " if match["half"] else f" {figure(number)} {unit} "


def _per(match: re.Match[str]) -> str:
    """Return what is behind or before a price; without one it says nothing."""
    if not (match["price"] or match.string[: match.start()].rstrip()[-1:].isdigit()):
        return " "
    return f" {match['price'] or ''} per {match['hundred'] or ''}{_UNITS[match['unit']]} "


def figure(number: str) -> str:
    """Return *number*, which may be spelt out in Chinese, in figures."""
    return number if number[0].isdigit() else f"{_value(number):g}"


def _value(number: str) -> float:
    """Return what *number* is, in figures or spelt out below ten thousand."""
    if number[0].isdigit():
        return float(sum(map(Fraction, number.replace(",", "").split())))
    if number == "半":
        return 0.5
    value = digit = 0
    for char in number:
        if char in _TENS:
            value, digit = value + (digit or 1) * _TENS[char], 0
        else:
            digit = _DIGITS[char]
    return float(value + digit)
