"""The cookie that names whose cart the pages of this browser show, where it is not the own.

It is a wish and no right: whether that cart is shared with the account is looked up each time. The
scripts of pages set it too, so that each tab goes on with its own cart; so it is not hidden from
them.
"""

from datetime import timedelta
from typing import Final

from quart import current_app, g, request
from quart.typing import ResponseTypes

from app.domain.accounts import AccountId

LASTS: Final = timedelta(days=400)
"""What browsers keep a cookie for at most (RFC 6265bis, 5.5)."""


def chosen_cart() -> AccountId:
    """Return the owner of the cart that was chosen last; empty for the own."""
    return AccountId(request.cookies.get(current_app.config["CART_COOKIE"]["key"], ""))


def choose_cart(owner: AccountId) -> None:
    """Have the next page show the cart of *owner*; empty for the own."""
    if owner != chosen_cart():
        g.chosen_cart = owner


async def set_cart_cookie(response: ResponseTypes) -> ResponseTypes:
    """Set or delete the cookie, if another cart was chosen."""
    if (owner := g.get("chosen_cart")) is not None:
        lasts = LASTS if owner else timedelta(0)
        response.set_cookie(value=owner, max_age=lasts, **current_app.config["CART_COOKIE"])
    return response
