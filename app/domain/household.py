"""The rules of a household: who joins the carts of others, leaves them, and decides on that."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, NewType, assert_never

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart, Line, Lines, Patch, advance
from app.domain.catalog import Sku
from app.domain.help import SavedHelp
from app.domain.limits import MOST_LINES
from app.domain.members import MOST_MEMBERS, OWNER, Household, Member, Role
from app.domain.outbox import EvictedOutbox, Outbox, OutboxId, sender_of
from app.domain.told_orders import DismissOrder, dismissed
from app.domain.undo import remember

InvitationHash = NewType("InvitationHash", str)
"""A digest of the token in an invitation: all that the shop keeps of it."""


class Join(NamedTuple):
    """An invitation is accepted: `owner` is the name by which the members know the owner."""

    account: AccountId
    member: Member
    owner: str
    invitation: InvitationHash


class Remove(NamedTuple):
    """A member leaves, or is removed by the owner."""

    account: AccountId
    by: AccountId


class ChangeRole(NamedTuple):
    """The owner lets a member do more, or less."""

    account: AccountId
    role: Role
    by: AccountId


class ShareSaved(NamedTuple):
    """The owner shows the members what is saved for later, or no longer."""

    is_shared: bool
    by: AccountId


class Inherit(NamedTuple):
    """Lines of a cart whose owner has left the shop, for one who could edit it."""

    lines: Lines


HouseholdChange = Join | Remove | ChangeRole | ShareSaved | Inherit | DismissOrder


class HouseholdRefusal(StrEnum):
    """Why a household, or a help, stays as it is."""

    NOT_ALLOWED = "not_allowed"
    NOT_A_MEMBER = "not_a_member"
    OWN_CART = "own_cart"
    FULL = "full"
    NOT_INVITED = "not_invited"
    NO_HELP = "no_help"
    TAKEN = "taken"


class MemberJoined(NamedTuple):
    """A member is to be found by the own account, and the invitation used up."""

    cart: AccountId
    account: AccountId
    joined_at_s: int
    invitation: InvitationHash


class MemberLeft(NamedTuple):
    """A member is to be found no longer; outboxes that left the cart are to be kept."""

    cart: AccountId
    account: AccountId
    evicted: tuple[EvictedOutbox, ...]


MembershipChange = MemberJoined | MemberLeft


class HouseholdRuling(NamedTuple):
    """The cart with its household as it is then, and what is to be saved along with it.

    `patch` is what changed in the cart itself.
    """

    cart: Cart
    change: MembershipChange | SavedHelp | None = None
    patch: Patch | None = None


def rule_on_household(cart: Cart, change: HouseholdChange) -> HouseholdRuling | HouseholdRefusal:
    """Rule on *change*; where the household is so already, the cart is the same one.

    Who is there makes no revision: positions say nothing about it.
    """
    match change:
        case Join():
            return _join(cart, change)
        case Remove(account, by):
            return _remove(cart, account, by)
        case ChangeRole(account, role, by):
            return _change_role(cart, account, role, by)
        case Inherit(lines):
            return _inherit(cart, lines)
        case ShareSaved(is_shared, by):
            return _share_saved(cart, by, is_shared=is_shared)
        case DismissOrder():
            return _dismiss_order(cart, change)
        case _:
            assert_never(change)


def _join(cart: Cart, joined: Join) -> HouseholdRuling | HouseholdRefusal:
    """Let a member in; one who is in already keeps the role."""
    members = _members(cart)
    if joined.account == cart.account:
        return HouseholdRefusal.OWN_CART
    if joined.account in members:
        return HouseholdRuling(cart)
    if len(members) >= MOST_MEMBERS:
        return HouseholdRefusal.FULL
    all_members = {**members, joined.account: joined.member}
    before = cart.household or Household(joined.owner, {})
    household = replace(before, owner=joined.owner, members=all_members)
    joining = MemberJoined(
        cart.account, joined.account, joined.member.joined_at_s, joined.invitation
    )
    return HouseholdRuling(replace(cart, household=household), joining)


def _remove(cart: Cart, account: AccountId, by: AccountId) -> HouseholdRuling | HouseholdRefusal:
    """Let a member go: the lines stay, and the outboxes leave."""
    if by not in {OWNER, account}:
        return HouseholdRefusal.NOT_ALLOWED
    if cart.household is None or account not in cart.household.members:
        return HouseholdRefusal.NOT_A_MEMBER
    left = {one: member for one, member in cart.household.members.items() if one != account}
    household = replace(cart.household, members=left) if left else None
    without, evicted = without_outboxes_of(cart, account)
    leaving = MemberLeft(cart.account, account, evicted)
    return HouseholdRuling(replace(without, household=household), leaving)


def without_outboxes_of(cart: Cart, account: AccountId) -> tuple[Cart, tuple[EvictedOutbox, ...]]:
    """Return *cart* without the outboxes of *account*, and these, so that nothing is sent twice."""
    outboxes: dict[OutboxId, Outbox] = {}
    evicted: list[EvictedOutbox] = []
    for name, outbox in cart.outboxes.items():
        if sender_of(name) == account:
            evicted.append(EvictedOutbox(name, outbox.last))
        else:
            outboxes[name] = outbox
    return replace(cart, outboxes=outboxes), tuple(evicted)


def _change_role(
    cart: Cart, account: AccountId, role: Role, by: AccountId
) -> HouseholdRuling | HouseholdRefusal:
    if by != OWNER:
        return HouseholdRefusal.NOT_ALLOWED
    if cart.household is None or account not in cart.household.members:
        return HouseholdRefusal.NOT_A_MEMBER
    member = cart.household.members[account]
    if member.role is role:
        return HouseholdRuling(cart)
    changed = {**cart.household.members, account: replace(member, role=role)}
    return HouseholdRuling(replace(cart, household=replace(cart.household, members=changed)))


def _share_saved(
    cart: Cart, by: AccountId, *, is_shared: bool
) -> HouseholdRuling | HouseholdRefusal:
    if by != OWNER:
        return HouseholdRefusal.NOT_ALLOWED
    if cart.household is None:
        return HouseholdRefusal.NOT_A_MEMBER
    if cart.household.shares_saved is is_shared:
        return HouseholdRuling(cart)
    household = replace(cart.household, shares_saved=is_shared)
    return HouseholdRuling(replace(cart, household=household))


def _dismiss_order(cart: Cart, change: DismissOrder) -> HouseholdRuling | HouseholdRefusal:
    if cart.household is None or change.by not in {OWNER, *cart.household.members}:
        return HouseholdRefusal.NOT_A_MEMBER
    household = dismissed(cart.household, change)
    is_known = household is cart.household
    return HouseholdRuling(cart if is_known else replace(cart, household=household))


def _inherit(cart: Cart, lines: Lines) -> HouseholdRuling:
    """Put *lines* among those saved for later, as far as there is room and none is there.

    There they change no total, and can be undone like a change of one's own.
    """
    in_order = sorted(lines.items(), key=lambda each: each[1].pos)
    missing = [(sku, line) for sku, line in in_order if sku not in cart.saved]
    room = MOST_LINES - len(cart.saved)
    added: dict[Sku, Line | None] = {
        sku: Line(cart.next_pos + place, line.qty, line.agreed)
        for place, (sku, line) in enumerate(missing[:room])
    }
    if not added:
        return HouseholdRuling(cart)
    patch = Patch(cart.rev + 1, saved=added)
    return HouseholdRuling(advance(cart, patch, remember(cart, patch)), None, patch)


def _members(cart: Cart) -> Mapping[AccountId, Member]:
    return cart.household.members if cart.household else {}
