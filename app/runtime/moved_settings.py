"""Variables of older versions, and where their settings are now."""

from collections.abc import Mapping
from typing import Final

MOVED: Final[Mapping[str, str]] = {
    "SHOP_TIMEZONE": "it is “timezone” in the file that SHOP_SETTINGS names.",
    "SHOP_ORDERS_OPEN_POUNDS": "it is “most_open” in the file that SHOP_SETTINGS names.",
}
