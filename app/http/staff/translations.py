"""The fields of a product's text in other languages: shown in groups, and read from a form."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from app.domain.product_text import NOTHING_KNOWN, read_values
from app.domain.product_translations import columns_of
from app.i18n.languages import other_languages, spoken
from app.i18n.translate import current_translator
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.product_fault_texts import fault_text

_LABELS: Final = {"name": N_("Product name"), "unit": N_("Unit"), "description": N_("Description")}


class LanguageFields(NamedTuple):
    """The fields of one language, whose `tag` they have; each is its name and its label."""

    tag: str
    own_name: str
    fields: list[tuple[str, str]]


def language_fields() -> list[LanguageFields]:
    """Return the fields of each language but English."""
    return [
        LanguageFields(
            spoken()[language].tag,
            spoken()[language].own_name,
            [
                (column, _(label))
                for column, label in zip(columns_of([language]), _LABELS.values(), strict=True)
            ],
        )
        for language in other_languages()
    ]


def read_translations(form: Mapping[str, str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the texts of those fields that *form* has, and what is wrong with each field."""
    given = {name: form[name] for name in columns_of(other_languages()) if name in form}
    read = read_values(given, NOTHING_KNOWN)
    if isinstance(read, dict):
        return read, {}
    lookup = current_translator().lookup
    return {}, {fault.column: fault_text(fault, lookup) for fault in read}
