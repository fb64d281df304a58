"""The cart that a request is about: the own, or one that its owner shares.

A page shows the one that was chosen last. All its forms name that one in a hidden field, and what
they do is done to it, whatever was chosen in another tab meanwhile.
"""

from typing import Final, NamedTuple

from quart import g

from app.domain.accounts import AccountId
from app.domain.members import OWNER
from app.domain.sessions import Session
from app.http.core.cart_cookie import choose_cart, chosen_cart
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.i18n.translate import gettext as _
from app.services.households import NotAMember

FIELD: Final = "cart"


class UsedCart(NamedTuple):
    """A cart, by its owner, and as whom the account that is signed in uses it."""

    owner: AccountId
    by: AccountId = OWNER

    @property
    def member_of(self) -> AccountId:
        """The owner, if that is another."""
        return self.owner if self.by else OWNER


async def page_cart(context: HttpContext, login: Session) -> UsedCart:
    """Return the cart that pages of this request show."""
    if "used_cart" not in g:
        g.used_cart = await _chosen(context, login)
    used: UsedCart = g.used_cart
    return used


async def form_cart(context: HttpContext, login: Session) -> UsedCart:
    """Return the cart of the page that the form comes from; the next page shows it too.

    Raises NotAMember.
    """
    owner = AccountId(read_form().get(FIELD) or login.account)
    g.used_cart = used = UsedCart(owner, await context.households.sender(login.account, owner))
    choose_cart(used.member_of)
    return used


def use_own_cart(login: Session) -> UsedCart:
    """Have this page and the next show the own cart, and return it."""
    choose_cart(OWNER)
    g.used_cart = own = UsedCart(login.account)
    return own


def end_shared_cart(login: Session) -> UsedCart:
    """Say that the cart is not shared any more, and return the own."""
    text = _("That cart is no longer shared with you. This one is your own.")
    flash(Notice("warn", text))
    return use_own_cart(login)


def shown_cart() -> AccountId:
    """Return whose cart the page shows that is being made; empty for the own."""
    used: UsedCart | None = g.get("used_cart")
    return used.member_of if used else OWNER


async def _chosen(context: HttpContext, login: Session) -> UsedCart:
    owner = chosen_cart()
    if not owner or owner == login.account:
        return UsedCart(login.account)
    try:
        return UsedCart(owner, await context.households.sender(login.account, owner))
    except NotAMember:
        return end_shared_cart(login)
