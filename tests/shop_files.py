"""Files with a shop's own settings: the demo's, with some keys changed."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.domain.shop_settings import ShopSettings
from app.i18n.languages import offer, offered
from app.runtime.shop_file import DEMO_FILE, read_shop

TAIPEI: dict[str, Any] = {
    "name": "早市",
    "legal_name": "早市股份有限公司",
    "address": ["臺北市大同區迪化街一段 1 號", "103"],
    "tax_number": "00000000",
    "email": "hello@market.example",
    "telephone": "+886 2 5550 0018",
    "country": "TW",
    "delivery_area": "臺北市全區",
    "currency": "TWD",
    "decimals": 0,
    "timezone": "Asia/Taipei",
    "languages": ["zh-Hant", "en"],
    "delivery_fee": "80",
    "free_delivery_from": "1,200",
    "minimum_order": "300",
    "most_open": "NT$90,000",
    "accent": "#8a2b3c",
    "en": {"name": "Morning Market", "delivery_area": "in Taipei"},
    "zh-Hant": None,
}
"""A shop in another country, with another currency, of which no minor units are in use."""


def write_shop(path: Path, **changes: Any) -> str:
    """Write the demo's settings with *changes* to *path*, which is returned; None drops a key."""
    given = tomllib.loads(DEMO_FILE.read_text()) | changes
    plain = {name: value for name, value in given.items() if value is not None}
    tables = {name: plain.pop(name) for name in [*plain] if isinstance(plain[name], dict)}
    written = _lines(plain) + [
        line for name, table in tables.items() for line in (f"[{name}]", *_lines(table))
    ]
    path.write_text("\n".join(written), "utf-8")
    return str(path)


def shop_with(folder: Path, **changes: Any) -> ShopSettings:
    """Return the demo's settings with *changes*, read from a file in *folder*."""
    return read_shop(Path(write_shop(folder / "shop.toml", **changes)))


@contextmanager
def offering(shop: ShopSettings) -> Iterator[None]:
    """Have pages come in the languages of *shop*, as in a process that serves it."""
    before = [*offered()]
    offer(shop.languages)
    try:
        yield
    finally:
        offer(before)


def _lines(table: dict[str, Any]) -> list[str]:
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in table.items()]
