"""The accounts of these tests."""

from app.domain.accounts import AccountId
from app.store.accounts import Person
from tests.examples import ADA

ADA_HERSELF = Person(ADA, "ada@shop.example", "Ada", "hash of her password")
BOB = AccountId("u-bob")
BOB_HIMSELF = Person(BOB, "bob@shop.example", "Bob", "hash of his password", staff=True)
