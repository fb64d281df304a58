"""Reads the shop's own settings from `shop.toml`; what is wrong with it is told all at once."""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from app.domain.currency import NO_CURRENCY, Currency
from app.domain.languages import Language
from app.domain.shop_settings import ShopSettings, ShopText
from app.i18n.currencies import currencies_in_use, currency_of
from app.i18n.languages import installed
from app.runtime.setting_types import BadSetting
from app.runtime.shop_keys import KEYS, REQUIRED, TEXT_KEYS, text

DEMO_FILE: Final = Path(__file__).parents[2] / "shop.toml"
"""The settings of the demo, and of a shop that names no other file."""
MOST_DECIMALS: Final = 4
LARGEST: Final = 100_000
LARGEST_LOGO: Final = 30_000
LOGO_TYPES: Final = {
    ".svg": re.compile(rb"<svg[\s>]"),
    ".png": re.compile(rb"\A\x89PNG\r\n\x1a\n"),
    ".webp": re.compile(rb"\ARIFF....WEBP", re.DOTALL),
}
"""The suffixes that a logo may have, and what is in a file of each."""

KeyPath = tuple[str, ...]
"""A key, below the names of the tables that it is in."""


class Fault(NamedTuple):
    """What is wrong with the value of a key, as the end of a sentence."""

    key: KeyPath
    why: str


class BadShopFile(BadSetting):
    """The file cannot be used; the text has a sentence, with its line, for each fault."""


@cache
def demo_shop() -> ShopSettings:
    """Return the settings of the demo."""
    return read_shop(DEMO_FILE)


def shop_file(value: str) -> ShopSettings:
    """Return the settings in the file that a variable names; an empty one stands for the demo's."""
    return read_shop(Path(value)) if value else demo_shop()


def read_shop(path: Path) -> ShopSettings:
    """Return the settings in the file at *path*. Raises `BadShopFile` with all that is wrong."""
    written = _text_of(path)
    try:
        given = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise BadShopFile(f"{path}: this is not TOML: {_plain(error)}.") from None
    reading = _Reading(given)
    settings = reading.settings(path.parent)
    if reading.faults or settings is None:
        sentences = [*_sentences(path, written, reading.faults)]
        title = f"{len(sentences)} things are wrong:\n  " if len(sentences) > 1 else ""
        raise BadShopFile(title + "\n  ".join(sentences))
    return settings


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadShopFile(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > LARGEST:
        raise BadShopFile(f"{path} is larger than {LARGEST // 1000} kB, so it is no such file.")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        why = f"{path}, line {line}: this is not UTF-8. Save the file as UTF-8."
        raise BadShopFile(why) from None


def _plain(error: tomllib.TOMLDecodeError) -> str:
    """Return what is wrong without the round brackets that the parser puts its place into."""
    return str(error).replace("(", "").replace(")", "")


class _Reading:
    """Takes the settings out of what TOML had, and collects the faults."""

    def __init__(self, given: Mapping[str, Any]):
        self.faults: list[Fault] = []
        self._given = given

    def settings(self, folder: Path) -> ShopSettings | None:
        """Return the settings, or None if there are faults; a logo lies in *folder*."""
        currency = self._currency()
        values: dict[str, Any] = {"currency": currency}
        for name, key in KEYS.items():
            if name in self._given:
                values[name] = self._read((name,), key.read, currency)
        values["texts"] = self._texts()
        self._miss_required()
        self._refuse_unknown()
        if self.faults:
            return None
        settings = ShopSettings(**values)
        self.faults += (*_contradictions(settings), *_logo_faults(folder, settings.logo))
        return replace(settings, logo=str(folder / settings.logo) if settings.logo else "")

    def _read(self, key: KeyPath, read: Callable[..., Any], *more: Currency) -> Any:
        value: Any = self._given
        for part in key:
            value = value[part]
        try:
            return read(value, *more)
        except BadSetting as fault:
            self.faults.append(Fault(key, str(fault)))
            return None

    def _currency(self) -> Currency:
        decimals = None
        if "decimals" in self._given:
            decimals = self._read(("decimals",), _decimals)
        code = self._read(("currency",), _code) if "currency" in self._given else None
        return currency_of(code, decimals) if code else NO_CURRENCY

    def _texts(self) -> dict[Language, ShopText]:
        """Return the texts in the tables that are named after languages."""
        texts = {}
        for tag in installed():
            if isinstance(given := self._given.get(tag), dict):
                known = {name: value for name, value in given.items() if name in TEXT_KEYS}
                read = {name: self._read((tag, name), text, NO_CURRENCY) for name in known}
                texts[tag] = ShopText(**{name: value or "" for name, value in read.items()})
                self._refuse(given, TEXT_KEYS, tag)
        return texts

    def _miss_required(self) -> None:
        for name in REQUIRED:
            if name not in self._given:
                self.faults.append(Fault((name,), "this key is missing, and has no default"))

    def _refuse_unknown(self) -> None:
        tables = [tag for tag in installed() if isinstance(self._given.get(tag), dict)]
        self._refuse(self._given, (*KEYS, "currency", "decimals", *tables))

    def _refuse(self, given: Mapping[str, Any], known: Iterable[str], *table: str) -> None:
        for name in given.keys() - {*known}:
            near = difflib.get_close_matches(name, [*known], 1)
            hint = f"is “{near[0]}” meant?" if near else f"there are {', '.join(known)}"
            self.faults.append(Fault((*table, name), f"there is no such key; {hint}"))


def _contradictions(settings: ShopSettings) -> Iterator[Fault]:
    """Yield what is wrong with settings that are right each by itself."""
    free_from, minimum = settings.free_delivery_from, settings.minimum_order
    if free_from is not None and free_from < minimum:
        why = "delivery is always free then: less than minimum_order cannot be ordered"
        yield Fault(("free_delivery_from",), f"{why}; set delivery_fee to 0 instead")
    if settings.most_open is not None and settings.most_open < max(minimum, 1):
        yield Fault(("most_open",), "nothing could be ordered with so low a limit")


def _logo_faults(folder: Path, logo: str) -> Iterator[Fault]:
    """Yield what is wrong with the picture *logo* in *folder*; an empty one is the built-in."""
    if not logo:
        return
    path = folder / logo
    if path.suffix not in LOGO_TYPES:
        yield Fault(("logo",), f"a picture is needed with the suffix {' or '.join(LOGO_TYPES)}")
        return
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        yield Fault(("logo",), f"there is no file {path}")
    except OSError as error:
        yield Fault(("logo",), f"{path} cannot be read: {error.strerror}")
    else:
        if len(data) > LARGEST_LOGO:
            yield Fault(("logo",), f"it is on every page, so it can have {LARGEST_LOGO // 1000} kB")
        elif not LOGO_TYPES[path.suffix].search(data):
            yield Fault(("logo",), f"{path} is no {path.suffix[1:].upper()} picture")


def _code(value: Any) -> str:
    code = value.strip().upper() if isinstance(value, str) else ""
    if code not in currencies_in_use():
        raise BadSetting('a currency is needed by its code (ISO 4217), like "GBP"')
    return str(code)


def _decimals(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_DECIMALS:
        raise BadSetting(f"a number from 0 to {MOST_DECIMALS} is needed, without quotation marks")
    return value


def _sentences(path: Path, written: str, faults: Iterable[Fault]) -> Iterator[str]:
    """Yield a sentence for each fault, in the order of the file; the rest come last."""
    lines = _lines_of(written)
    last = written.count("\n") + 2
    for fault in sorted(faults, key=lambda one: lines.get(one.key, last)):
        line = f", line {lines[fault.key]}" if fault.key in lines else ""
        end = "" if fault.why.endswith("?") else "."
        yield f"{path}{line}: {'.'.join(fault.key)}: {fault.why}{end}"


def _lines_of(written: str) -> dict[KeyPath, int]:
    """Return the line on which each key of a file stands, which the parser of TOML does not tell.

    What is in the first lines of a file is TOML itself wherever a value ends; a key that has come
    since the last such line stands on the first line after it that is no comment.
    """
    found: dict[KeyPath, int] = {}
    lines = written.splitlines(keepends=True)
    start = 0
    for end in range(1, len(lines) + 1):
        try:
            given = tomllib.loads("".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        for key in _key_paths(given):
            found.setdefault(key, _first_said(lines, start, end))
        start = end
    return found


def _first_said(lines: list[str], start: int, end: int) -> int:
    said = (at for at in range(start, end) if lines[at].strip() and lines[at].strip()[0] != "#")
    return next(said, start) + 1


def _key_paths(given: Mapping[str, Any], *table: str) -> Iterator[KeyPath]:
    for name, value in given.items():
        yield (*table, name)
        if isinstance(value, dict):
            yield from _key_paths(value, *table, name)
