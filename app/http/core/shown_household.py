"""What a page says of those who share the cart that it shows."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from app.domain.accounts import AccountId
from app.domain.members import OWNER, Household, Role
from app.domain.plain_text import shown_text
from app.http.core.used_cart import UsedCart
from app.i18n.formats import listed
from app.i18n.translate import gettext as _

_MARK: Final = "\0"
"""Stands for a name in a list; no language has it between them."""


class ShownHousehold(NamedTuple):
    """Who shares a cart, as one of them sees it: `by` is the reader, `cart` another's or empty.

    `names` are of everybody, the owner's as that of `OWNER`. `role` is the reader's, who is no
    owner; `may_save`: the reader may use what is saved for later.
    """

    cart: AccountId
    by: AccountId
    role: Role | None
    names: Mapping[AccountId, str]
    may_save: bool

    @property
    def may_only_suggest(self) -> bool:
        """Say whether the reader can change nothing but own suggestions."""
        return self.role is Role.SUGGEST

    @property
    def owner(self) -> str:
        """The name of the owner."""
        return self.names[OWNER]

    @property
    def others(self) -> list[tuple[str, str]]:
        """The names of the members, each with what follows it in a list: “, ” or “ and ”."""
        names = [name for account, name in self.names.items() if account != OWNER]
        _, *between = listed([_MARK] * len(names)).split(_MARK)
        return list(zip(names, between, strict=True))

    def name_of(self, by: AccountId) -> str:
        """Return the name of who did something, who may have left."""
        return self.names.get(by) or _("Somebody")


def shown_household(household: Household | None, used: UsedCart) -> ShownHousehold | None:
    """Return what a page says of *household*, whose cart is *used*; None if nobody shares it."""
    if household is None:
        return None
    names = {OWNER: shown_text(household.owner)} | {
        account: shown_text(member.name) for account, member in household.members.items()
    }
    role = household.members[used.by].role if used.by else None
    may_save = role is None or (role is Role.EDIT and household.shares_saved)
    return ShownHousehold(used.member_of, used.by, role, names, may_save)
