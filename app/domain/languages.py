"""The languages of the shop, as values; what they are and how they read is `app/i18n`."""

from collections.abc import Mapping
from typing import Final, NewType

Language = NewType("Language", str)
"""A language by its BCP 47 tag, such as `en` or `zh-Hant`."""

ENGLISH: Final = Language("en")
"""The language that the shop is written in: what has no translation is shown in it."""

Translations = Mapping[Language, str]
"""A text by language; one that is missing is shown in English."""
