"""Columns that are JSON objects, such as texts in other languages than English, by language."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from app.domain.catalog import Money, ProductText, TaxRate
from app.domain.languages import Language, Translations
from app.domain.taxes import Taxes, TaxTotal


class TranslatedText(TypeDecorator[Translations]):
    """A text by language: `{"zh-Hant": "水果"}`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Translations | None, _: Dialect) -> str:
        """Return what is stored for *value*."""
        return _to_json(value or {})

    def process_result_value(self, value: Any, _: Dialect) -> Translations:
        """Return the texts that are stored as *value*."""
        return _of_json(value)


class JsonObject(TypeDecorator[Mapping[str, Any]]):
    """Values by name."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, _: Dialect) -> str:
        """Return what is stored for *value*."""
        return json.dumps(dict(value or {}), ensure_ascii=False)

    def process_result_value(self, value: Any, _: Dialect) -> Mapping[str, Any]:
        """Return the values that are stored as *value*."""
        found: dict[str, Any] = json.loads(value)
        return found


class ProductTexts(TypeDecorator[Mapping[Language, ProductText]]):
    """The text of a product by language, of which empty parts are left out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[Language, ProductText] | None, _: Dialect) -> str:
        """Return what is stored for *value*."""
        texts = (value or {}).items()
        return _to_json(
            {
                language: {name: part for name, part in text._asdict().items() if part}
                for language, text in texts
            }
        )

    def process_result_value(self, value: Any, _: Dialect) -> Mapping[Language, ProductText]:
        """Return the texts that are stored as *value*."""
        return {language: ProductText(**text) for language, text in _of_json(value).items()}


class TaxTotals(TypeDecorator[Taxes]):
    """Totals by rate: `[[0, 2000, 0], [2000, 1000, 200]]`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Taxes | None, _: Dialect) -> str:
        """Return what is stored for *value*."""
        return json.dumps(value or ())

    def process_result_value(self, value: Any, _: Dialect) -> Taxes:
        """Return the totals that are stored as *value*."""
        stored: list[list[int]] = json.loads(value)
        return tuple(TaxTotal(TaxRate(rate), Money(net), Money(tax)) for rate, net, tax in stored)


def _to_json(value: Mapping[Language, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _of_json(stored: str) -> dict[Language, Any]:
    found: dict[Language, Any] = json.loads(stored)
    return found
