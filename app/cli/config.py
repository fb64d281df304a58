"""`shop config`: every setting, its value, and where the value comes from."""

import argparse
import os
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from app.cli.settings import read_settings
from app.domain.currency import Currency
from app.domain.money import plain_amount
from app.domain.shop_settings import ShopSettings
from app.i18n.shop_texts import hours_lines
from app.runtime.config import sources, variable
from app.runtime.shop_keys import AMOUNTS, KEYS

SECRETS = {"secret", "stripe_key", "stripe_webhook_secret"}
_PASSWORD_IN_URL = re.compile("(?<=//)([^:/@]*):.*@")
_PASSWORD_IN_QUERY = re.compile("(?<=[?&]password=)[^&]*")


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command, which has no arguments."""
    parser.set_defaults(run=print_config)


def print_config(_options: argparse.Namespace) -> None:
    """Print a line for each setting; neither a secret nor a password in an address."""
    config, source_of = read_settings(), sources(os.environ)
    for each in fields(config):
        text = _text(each.name, getattr(config, each.name))
        source, what = source_of[each.name], each.metadata["what"]
        print(f"{variable(each.name):28} {text:32} {source:18} {what}")
    print("\nThe shop's own settings:")
    for name, text in shown_settings(config.settings):
        print(f"  {name:26} {text}")


def shown_settings(shop: ShopSettings) -> Iterator[tuple[str, str]]:
    """Yield the keys of the shop's own settings and their values, as they may be written."""
    yield "currency", shop.currency.code
    yield "decimals", str(shop.currency.decimals)
    for name in KEYS:
        yield name, _shown(getattr(shop, name), shop.currency if name in AMOUNTS else None)
    for language, texts in shop.texts.items():
        for name, text in texts._asdict().items():
            yield f"{language}.{name}", text or "(not translated)"


def _shown(value: Any, currency: Currency | None) -> str:
    match value:
        case None | "" | ():
            return "(none)"
        case bool():
            return "true" if value else "false"
        case int() if currency:
            return plain_amount(value, currency)
        case (tuple(), *_days):
            return "; ".join(hours_lines(value)) or "(none)"
        case tuple():
            return ", ".join(value)
        case _:
            return f"{value}"


def _text(name: str, value: object) -> str:
    if isinstance(value, ShopSettings):
        return value.name
    if name in SECRETS and value:
        return "(kept to itself)"
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    return _PASSWORD_IN_QUERY.sub("***", _PASSWORD_IN_URL.sub(r"\1:***@", text))
