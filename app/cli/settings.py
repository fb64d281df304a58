"""The settings of this process, as commands read them from its environment."""

import os

from app.cli.errors import CommandError
from app.runtime.config import Config, read_config
from app.runtime.setting_types import BadSetting
from app.services.payments.stripe_amounts import StripeAmounts, UnusableCurrency


def read_settings() -> Config:
    """Return the settings in force; raises `CommandError` if one cannot be used."""
    try:
        config = read_config(os.environ)
        _check_currency(config)
    except BadSetting as error:
        raise CommandError(str(error)) from None
    except UnusableCurrency as error:
        raise CommandError(f"SHOP_STRIPE_KEY cannot be used: {error}.") from None
    return config


def _check_currency(config: Config) -> None:
    """Raise UnusableCurrency if the provider of card payments could not take every amount."""
    if config.stripe_key:
        StripeAmounts(config.settings.currency.code, config.settings.currency.decimals)
