"""What the shop says of itself in each language, and what carts are priced by."""

from app.domain.catalog import Money, Terms
from app.domain.languages import ENGLISH, Language
from app.domain.shop_settings import ShopSettings, ShopText
from tests.examples import CHINESE, POUNDS

FRENCH = Language("fr")
SHOP = ShopSettings(
    name="Mill Lane",
    currency=POUNDS,
    country="GB",
    timezone="Europe/London",
    delivery_area="in Bath",
    delivery_fee=Money(350),
    free_delivery_from=Money(4000),
    minimum_order=Money(1000),
    prices_include_tax=False,
    texts={CHINESE: ShopText("磨坊巷"), FRENCH: ShopText(delivery_area="à Bath")},
)


def test_what_is_not_translated_is_said_as_in_the_file() -> None:
    assert SHOP.text(CHINESE) == ShopText("磨坊巷", "in Bath")
    assert SHOP.text(FRENCH) == ShopText("Mill Lane", "à Bath")
    assert SHOP.text(ENGLISH) == ShopText("Mill Lane", "in Bath")
    assert SHOP.names == ["Mill Lane", "磨坊巷"]


def test_carts_are_priced_by_the_terms_in_the_settings() -> None:
    assert SHOP.terms == Terms(
        POUNDS,
        delivery_fee=Money(350),
        free_delivery_from=Money(4000),
        minimum_order=Money(1000),
        prices_include_tax=False,
        zone="Europe/London",
    )
