"""Payment by card, if a provider is configured: what is sold with it, and its background task."""

from app.runtime.clock import Clock
from app.runtime.config import Config
from app.runtime.live_shop import LiveShop
from app.runtime.tasks import Job
from app.services.checkout import Checkout
from app.services.payments.cards import Cards
from app.services.payments.guarded import CallCounts, GuardedProvider
from app.services.payments.provider import Provider
from app.services.payments.reconciler import Reconciler
from app.store.wakes import Woken


def make_cards(config: Config, live: LiveShop, clock: Clock, provider: Provider) -> Cards:
    """Return payment by card through *provider*, whose failures stay its own."""
    calls = CallCounts()
    guarded, refresh = GuardedProvider(provider, clock.steady_s, calls), live.hub.request_refresh
    origin, currency = config.origins[0], config.settings.currency.code
    return Cards(live.database, guarded, origin, currency, clock.now_s, refresh, calls)


def make_reconciler(cards: Cards, checkout: Checkout) -> Reconciler:
    """Return what keeps the money of *cards* in step with the orders."""
    return Reconciler(cards.database, cards.provider, checkout.cancel, cards.now_s, cards.on_paid)


def payment_jobs(checkout: Checkout) -> tuple[Job, ...]:
    """Return what a server does that takes cards; it is woken by what is committed here."""
    if not (cards := checkout.cards):
        return ()
    reconciler = make_reconciler(cards, checkout)

    async def reconcile() -> None:
        cards.database.on_commit(Woken.PAYMENTS, reconciler.wake)
        await reconciler.run()

    return (Job(reconcile),)
