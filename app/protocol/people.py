"""Who looks at a cart beside its owner, as its tabs are told (protocol.md §4)."""

from msgspec import UNSET

from app.domain.accounts import AccountId
from app.domain.devices import Device
from app.domain.help import Help
from app.domain.members import OWNER, Household, People
from app.protocol.messages import HelpMessage, HouseholdMessage, Person


def merged(*all_people: People) -> People:
    """Return the people of several nodes together."""
    people: dict[AccountId, tuple[Device, ...]] = {}
    for some in all_people:
        for by, devices in some.items():
            people[by] = (*people.get(by, ()), *devices)
    return people


def household_message(
    owner: AccountId, household: Household | None, people: People
) -> HouseholdMessage:
    """Return the message about *household*, of whom *people* look at the cart of *owner*."""
    name = household.owner if household else ""
    first = Person(owner, name, _here(people, OWNER))
    members = household.members if household else {}
    others = (
        Person(account, member.name, _here(people, account), member.role)
        for account, member in members.items()
    )
    return HouseholdMessage((first, *others), household is not None and household.shares_saved)


def help_message(help_: Help) -> HelpMessage:
    """Return the message about *help_*."""
    helper, name = help_.helper or UNSET, help_.name or UNSET
    if help_.ended:
        return HelpMessage("over", helper, name, help_.ended)
    return HelpMessage("on" if help_.helper else "waiting", helper, name)


def _here(people: People, by: AccountId) -> tuple[Device, ...]:
    return tuple(sorted(people.get(by, ())))
