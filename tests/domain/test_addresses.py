"""Delivery addresses."""

from app.domain.addresses import Address


def test_addresses_with_equal_fields_are_equal() -> None:
    home = Address("Ada Byron", "12 St James's Square", "", "London", "SW1Y 4JH")

    assert home == Address(*home)
    assert home != home._replace(line2="Upstairs")
