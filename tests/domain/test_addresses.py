"""Delivery addresses."""

from app.domain.addresses import Address


def test_addresses_that_say_the_same_are_the_same() -> None:
    home = Address("Ada Byron", "12 St James's Square", "", "London", "SW1Y 4JH")

    assert home == Address(*home)
    assert home != home._replace(line2="Upstairs")
