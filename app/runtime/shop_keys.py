"""The keys of `shop.toml`: what each may have as its value, and what it is for.

A reader takes a value as TOML has it, and the shop's currency; it returns the setting, or raises
`BadSetting` with the end of a sentence that says what is needed.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from app.domain.catalog import Money
from app.domain.colours import AA, BLACK, WHITE, Colour, contrast, read_colour, until_readable
from app.domain.currency import Currency
from app.domain.emails import is_email, shown_email
from app.domain.languages import Language
from app.domain.money import read_amount
from app.domain.opening_hours import DAYS, OpeningHours, Span, overlapping, read_span
from app.domain.plain_text import clean_line
from app.i18n.currencies import is_country
from app.i18n.languages import installed
from app.runtime.setting_types import BadSetting, zone_name

Reader = Callable[[Any, Currency], Any]

LONGEST: Final = 100
MOST_LINES: Final = 6
MOST_AMOUNT: Final = Money(10**12)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TELEPHONE: Final = re.compile(r"\+?[0-9][0-9 ().\-]{2,29}", re.ASCII)


class Key(NamedTuple):
    """How the value of a key is read, and what it is for, as `shop config` says it."""

    read: Reader
    what: str


def text(value: Any, _currency: Currency) -> str:
    """Return a line of text."""
    if not isinstance(value, str) or not (line := clean_line(value)):
        raise BadSetting('a text is needed, in quotation marks like "Corner Shop"')
    if len(line) > LONGEST or _CONTROL.search(line):
        raise BadSetting(f"a text of one line and at most {LONGEST} characters is needed")
    return line


def lines(value: Any, currency: Currency) -> tuple[str, ...]:
    """Return the lines of an address."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_LINES:
        raise BadSetting(
            f'1 to {MOST_LINES} lines are needed, like ["1 Market Lane", "London N1 9GU"]'
        )
    return tuple(text(each, currency) for each in value)


def email(value: Any, _currency: Currency) -> str:
    """Return an e-mail address."""
    if not isinstance(value, str) or not is_email(value):
        raise BadSetting('an e-mail address is needed, like "hello@shop.example"')
    return shown_email(value)


def telephone(value: Any, _currency: Currency) -> str:
    """Return a telephone number."""
    if not isinstance(value, str) or not _TELEPHONE.fullmatch(value.strip()):
        raise BadSetting('a telephone number is needed, like "+44 20 7946 0018"')
    return value.strip()


def country(value: Any, _currency: Currency) -> str:
    """Return the code of a country."""
    if not isinstance(value, str) or not is_country(value.strip().upper()):
        raise BadSetting('a country is needed by its code of two letters (ISO 3166), like "GB"')
    return value.strip().upper()


def timezone(value: Any, _currency: Currency) -> str:
    """Return the name of a time zone."""
    return zone_name(value if isinstance(value, str) else "")


def languages(value: Any, _currency: Currency) -> tuple[Language, ...]:
    """Return the languages, the one that is used if a reader wants none of them first."""
    known = ", ".join(f'"{tag}"' for tag in installed())
    if not isinstance(value, list) or not value:
        raise BadSetting(f"a list of languages is needed, of {known}")
    by_spelling = {tag.casefold(): tag for tag in installed()}
    for tag in value:
        if not isinstance(tag, str) or tag.casefold() not in by_spelling:
            raise BadSetting(f"“{tag}” is no language of the shop; there are {known}")
    return tuple(dict.fromkeys(by_spelling[tag.casefold()] for tag in value))


def amount(value: Any, currency: Currency) -> Money:
    """Return an amount of money, 0 or more; it is written in quotation marks."""
    found = read_amount(value, currency) if isinstance(value, str) else None
    if isinstance(value, str) and value.strip().startswith(("-", "\N{MINUS SIGN}")):
        raise BadSetting("an amount below 0 makes no sense here")
    if found is None:
        example = f"{2.5:.{currency.decimals}f}" if currency.decimals else "250"
        raise BadSetting(
            f'an amount in {currency.code} is needed, in quotation marks like "{example}"'
        )
    if found > MOST_AMOUNT:
        raise BadSetting("so large an amount is a slip")
    return found


def yes_or_no(value: Any, _currency: Currency) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise BadSetting("true or false is needed, without quotation marks")
    return value


def accent(value: Any, _currency: Currency) -> str:
    """Return a colour on which white text can be read."""
    colour = read_colour(value) if isinstance(value, str) else None
    if colour is None:
        raise BadSetting('a colour is needed, like "#1f6b45"')
    if (found := contrast(colour, WHITE)) < AA:
        raise BadSetting(
            f"white text on {colour} has a contrast of {found:.1f} : 1, and WCAG AA asks for"
            f" {AA} : 1; a darker one has it, such as {_darker(colour)}"
        )
    return str(colour)


def _darker(colour: Colour) -> Colour:
    return until_readable(colour, BLACK, WHITE)


def path(value: Any, _currency: Currency) -> str:
    """Return the path of a file, as seen from the folder of the settings."""
    if not isinstance(value, str) or not value.strip() or _CONTROL.search(value):
        raise BadSetting('the path of a picture is needed, like "logo.svg"')
    return value


def opening_hours(value: Any, _currency: Currency) -> OpeningHours:
    """Return the spans of each day."""
    if not isinstance(value, dict):
        raise BadSetting('days are needed in a table [opening_hours], like monday = "08:00-20:00"')
    if unknown := [day for day in value if day not in DAYS]:
        raise BadSetting(f"“{unknown[0]}” is no day; there are {', '.join(DAYS)}")
    return tuple(_spans(day, value.get(day, [])) for day in DAYS)


def _spans(day: str, value: Any) -> tuple[Span, ...]:
    """Return the spans of a *day*: its value is a text, or a list of them."""
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        raise BadSetting(f'{day}: hours are written like "08:00-20:00"; a day without is closed')
    try:
        spans = tuple(sorted(read_span(each) for each in written))
    except ValueError as fault:
        raise BadSetting(f"{day}: {fault}") from None
    if overlapping(spans):
        raise BadSetting(f"{day}: two of its times overlap")
    return spans


KEYS: Final[Mapping[str, Key]] = {
    "name": Key(text, "what the shop is called"),
    "legal_name": Key(text, "who runs it, as on receipts"),
    "address": Key(lines, "where that is"),
    "tax_number": Key(text, "the number by which the tax office knows it"),
    "email": Key(email, "where shoppers can write to"),
    "telephone": Key(telephone, "where shoppers can call"),
    "country": Key(country, "where it delivers: postcodes are checked for it"),
    "delivery_area": Key(text, "completes “We deliver …”"),
    "timezone": Key(timezone, "of the times on pages, in mails, and of vouchers' days"),
    "languages": Key(languages, "languages of pages and mails, the one for all others first"),
    "delivery_fee": Key(amount, "what the delivery of an order costs"),
    "free_delivery_from": Key(amount, "the subtotal from which delivery costs nothing"),
    "minimum_order": Key(amount, "the least subtotal that can be ordered"),
    "most_open": Key(amount, "what the orders on their way to one account may cost together"),
    "prices_include_tax": Key(yes_or_no, "whether prices have the tax in them"),
    "logo": Key(path, "a picture beside the name: SVG, PNG or WebP"),
    "accent": Key(accent, "the colour of buttons and links"),
    "opening_hours": Key(opening_hours, "when it is open; a day without hours is closed"),
}
"""All keys but `currency` and `decimals`, by which amounts are read, and tables of languages."""
AMOUNTS: Final = tuple(name for name, key in KEYS.items() if key.read is amount)
REQUIRED: Final = ("name", "currency", "country", "timezone")
TEXT_KEYS: Final = ("name", "delivery_area")
"""What the table of a language may have."""
