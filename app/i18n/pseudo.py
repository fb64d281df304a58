"""A made-up language that shows which texts are not translated, as [Ŝĥóp ··]."""

import re
from math import ceil
from typing import Final

from babel.messages.catalog import Catalog, Message

LONGER: Final = 0.4
"""By how much texts grow: as much as those of long languages, such as German and Finnish."""
PATTERN: Final = "Unicode TR 35"
"""What the comment of a message names if it is a pattern for dates rather than a text."""
_ACCENTS: Final = str.maketrans(
    "AaBCcDdEeFGgHhIiJjKkLlNnOoPRrSsTtUuWwYyZz", "ÅáßÇçÐðÉéƑĜĝĤĥÎîĴĵĶķĻļÑñÓóÞŔŕŜŝŢţÛûŴŵÝýŽž"
)
_KEPT: Final = re.compile(r"(%\(\w+\)[sd]|%%|<[^<>]+>|&#?\w+;)")
"""Placeholders and mark-up."""


def pseudo(text: str) -> str:
    """Return *text* in brackets, accented and longer; placeholders and mark-up stay."""
    parts = _KEPT.split(text)
    length = sum(map(len, parts[::2]))
    parts[::2] = [part.translate(_ACCENTS) for part in parts[::2]]
    return f"[{''.join(parts)} {'·' * ceil(LONGER * length)}]"


def translate_to_pseudo(catalog: Catalog) -> Catalog:
    """Return *catalog*, which has no translations yet, with each message in that language."""
    for message in catalog:
        if message.id:
            message.string = _translated(message)
    return catalog


def _translated(message: Message) -> str | tuple[str, ...]:
    if any(PATTERN in comment for comment in message.auto_comments):
        return str(message.id)
    if isinstance(message.id, str):
        return pseudo(message.id)
    return tuple(map(pseudo, message.id))
