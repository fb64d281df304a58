"""An imitation of Stripe's API, its hosted Checkout page and its webhooks, for tests.

It answers as https://docs.stripe.com/api says, so far as the shop uses it, and can be told to fail
in every way in which a payment provider does. `python -m tests.stripe_api` serves it by hand.
"""
