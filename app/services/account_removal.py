"""Delete accounts, at their owners' wish or when nobody needs them any more."""

from dataclasses import dataclass

from app.domain.orders import OrderNumber
from app.services.auth import Auth, Client
from app.services.errors import ServiceError
from app.services.helps import Helps
from app.services.household_endings import HouseholdEndings
from app.services.security_log import SecurityEvent, SecurityOutcome
from app.store import account_removal
from app.store.account_removal import expire_unconfirmed, remove_old_accounts, write_deletion
from app.store.accounts import Person
from app.store.households import forget_old_invitations


class OpenOrders(ServiceError):
    """Orders are on their way to the account, so it cannot be deleted; `numbers` are theirs."""

    def __init__(self, numbers: list[OrderNumber]):
        super().__init__(numbers)
        self.numbers = numbers


class StaffAccount(ServiceError):
    """The account is one of staff: another of them makes it a shopper's first."""


@dataclass(frozen=True, slots=True)
class AccountRemoval:
    """Deletes accounts. All methods may raise DatabaseUnavailable."""

    auth: Auth
    endings: HouseholdEndings
    helps: Helps

    async def delete(self, client: Client, person: Person, password: str) -> None:
        """Delete the account of *person*, whose *password* is asked for; its sessions end.

        What is in the cart goes to those who share it. Raises Throttled, QueueFull, WrongLogin,
        OpenOrders or StaffAccount.
        """
        auth, event = self.auth, SecurityEvent.ACCOUNT_DELETED
        person = await auth.confirm_password(client, person, password, event)
        if person.staff:
            raise StaffAccount
        await self.helps.end_of_account(person.account)
        try:
            ended = await auth.database.write(write_deletion, person, int(auth.now_s()))
        except account_removal.OpenOrders as fault:
            raise OpenOrders(fault.numbers) from None
        await auth.live_sessions.end_all(ended)
        await self.endings.dissolve(person.account)
        auth.note(event, SecurityOutcome.DONE, client, person)

    async def remove_old(self) -> None:
        """Erase old accounts that nobody has confirmed, and remove what is left of erased ones.

        Old invitations go, too: they have addresses of people who may have no account here.
        """
        auth, now_s = self.auth, int(self.auth.now_s())
        await auth.live_sessions.end_all(await auth.database.write(expire_unconfirmed, now_s))
        await self.endings.finish()
        await auth.database.write(remove_old_accounts, now_s)
        await auth.database.write(forget_old_invitations, now_s)
