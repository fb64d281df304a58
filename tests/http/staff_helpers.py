"""Somebody who works in the shop."""

from app.domain.accounts import AccountId
from app.store.accounts import Person, add_account
from tests.http.harness import CHEAP, HttpHarness
from tests.http.visitor import PASSWORD, Visitor

GRACE = Person(
    AccountId("u-grace"), "grace@shop.example", "Grace", CHEAP.hash(PASSWORD), staff=True
)


async def grace(harness: HttpHarness, person: Person = GRACE) -> Visitor:
    """Return a member of staff, signed in."""
    await harness.database.write(add_account, person, "e0", 0)
    visitor = harness.visitor()
    answer = await visitor.send("/api/session", {"email": person.email, "password": PASSWORD})
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    return visitor
