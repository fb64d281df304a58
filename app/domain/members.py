"""Who shares a cart with its owner, and what each of them may do with it (docs/households.md)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from app.domain.accounts import AccountId
from app.domain.devices import Device

OWNER: Final = AccountId("")
"""Who changed a cart, where that is its owner: so a cart that nobody shares names nobody."""
MOST_MEMBERS: Final = 8


People = Mapping[AccountId, tuple[Device, ...]]
"""Who looks at a cart, the owner as `OWNER`: for each of their tabs the device."""
NOBODY: Final[People] = {}
"""For carts that nobody shares."""


class Role(StrEnum):
    """What a member may do: change the cart, or only suggest lines."""

    EDIT = "edit"
    SUGGEST = "suggest"


class Member(Struct, frozen=True, gc=False, array_like=True):
    """A member of a household: the name that the others see, the role, and since when."""

    name: str
    role: Role
    joined_at_s: int


class Ordered(Struct, frozen=True, gc=False, array_like=True):
    """An order of the shared cart: who placed it and when, and the revision that it made.

    `seen` are those who need not be told any more.
    """

    by: AccountId
    at_s: int
    rev: int
    seen: tuple[AccountId, ...] = ()


class Household(Struct, frozen=True, gc=False, omit_defaults=True):
    """The others who use a cart, by their accounts, and the name by which they know its owner.

    `shares_saved`: they see and move what the owner has saved for later. `ordered` is the newest
    order of one of them.
    """

    owner: str
    members: Mapping[AccountId, Member]
    shares_saved: bool = False
    ordered: Ordered | None = None


def is_member(household: Household | None, account: AccountId) -> bool:
    """Say whether *account*, who is not the owner, is one of *household*."""
    return household is not None and account in household.members


def hides_saved(household: Household | None) -> bool:
    """Say whether members of *household* do not see what the owner has saved for later."""
    return household is not None and not household.shares_saved
