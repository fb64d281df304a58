"""`python -m tests.stripe_api SHOP`: the imitation, for a shop that somebody tries by hand."""

import sys

from tests.stripe_api.server import KEY, StripeServer
from tests.stripe_api.webhooks import SECRET

PORT = 8421

if __name__ == "__main__":
    with StripeServer(PORT) as server:
        server.webhooks.url = f"{sys.argv[1]}/webhooks/stripe"
        sys.stdout.write(
            f"SHOP_STRIPE_KEY={KEY}\nSHOP_STRIPE_WEBHOOK_SECRET={SECRET}\n"
            f"SHOP_STRIPE_API={server.origin}\n"
        )
        sys.stdout.flush()
        server.closing.wait()
