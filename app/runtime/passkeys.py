"""Makes the services of passkeys from the settings."""

from app.domain.limits import RateLimit
from app.domain.passkeys import relying_party
from app.http.core.context import PasskeyServices
from app.runtime.chance import Chance
from app.runtime.clock import Clock
from app.runtime.config import Config
from app.services.auth import Auth
from app.services.challenges import Challenges
from app.services.confirmations import Confirmations
from app.services.passkey_use import PasskeyUse
from app.services.passkeys import Passkeys
from app.services.rate_limit import RateLimiter

ASKED_AT_ONCE, ASKED_PER_H = 30, 600
"""How often an address may ask for a passkey; each time a row waits for the answer."""


def make_passkey_services(
    config: Config, auth: Auth, clock: Clock, chance: Chance
) -> PasskeyServices:
    """Return the services; *auth* begins their sessions."""
    challenges = Challenges(
        auth.database,
        relying_party(config.origins, config.settings.name),
        RateLimiter(RateLimit(ASKED_AT_ONCE, ASKED_PER_H / 3600), clock.steady_s),
        lambda: chance.new_secret().encode(),
        clock.now_s,
    )
    own = Passkeys(auth, challenges)
    return PasskeyServices(own, PasskeyUse(auth, challenges), Confirmations(auth, own, chance.draw))
