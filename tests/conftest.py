"""What every test may ask for; what only one folder needs lives in that folder."""

from os import getenv

from hypothesis import settings

settings.register_profile("shop", max_examples=1000, deadline=None, print_blob=True)
settings.register_profile("quick", settings.get_profile("shop"), max_examples=200)
settings.load_profile(getenv("HYPOTHESIS_PROFILE", "shop"))
