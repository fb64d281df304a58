"""The provider of card payments that the settings name, if they name one."""

from app.runtime.config import Config
from app.services.payments.provider import Provider
from app.services.payments.stripe_amounts import StripeAmounts


def open_provider(config: Config) -> Provider | None:
    """Return the provider; None if the shop takes no cards.

    The package of Stripe takes half a second to import, so only a shop that takes cards does.
    """
    if not config.stripe_key:
        return None
    from app.services.payments.stripe import Stripe  # noqa: PLC0415 - see above
    from app.services.payments.stripe_calls import StripeAccount, StripeAddresses  # noqa: PLC0415

    account = StripeAccount(config.stripe_key, config.stripe_webhook_secret)
    api = config.stripe_api
    addresses = StripeAddresses(api, api) if api else StripeAddresses()
    currency = config.settings.currency
    return Stripe(account, StripeAmounts(currency.code, currency.decimals), addresses)
