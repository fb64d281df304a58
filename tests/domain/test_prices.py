"""Prices in what shoppers type."""

import pytest

from app.domain.currency import Currency
from app.domain.money import DEAREST
from app.domain.prices import read_prices
from app.i18n.currencies import currency_of
from tests.examples import POUNDS

TWD, JPY, EUR = currency_of("TWD", 0), currency_of("JPY"), currency_of("EUR")


@pytest.mark.parametrize(
    ("typed", "prices", "most", "rest"),
    [
        ("milk £2.10", {210}, DEAREST, "milk"),
        ("milk \uffe12", {200}, DEAREST, "milk"),
        ("milk for 2 pounds", {200}, DEAREST, "milk"),
        ("2 pounds of carrots", set(), DEAREST, "2 pounds of carrots"),
        ("milk 95p", {95}, DEAREST, "milk"),
        ("milk under £2", set(), 199, "milk"),
        ("Milk UP TO £2", set(), 200, "milk"),
        ("milk less than 300 pence each", set(), 299, "milk"),
        ("apples £2.20, £4.40 per kg", {220}, DEAREST, "apples ,"),
        ("apples £4.40/kg", set(), DEAREST, "apples"),
        ("apples £4.40 a kilo", set(), DEAREST, "apples"),
        ("2 pints", set(), DEAREST, "2 pints"),
        ("4pk 2 pack", set(), DEAREST, "4pk 2 pack"),
        ("100元以下", set(), 10_000, ""),
        ("牛奶２鎊以內", set(), 200, "牛奶"),
        ("牛奶 £2 以下", set(), 200, "牛奶"),
        ("低於3英鎊的麵包", set(), 299, "的麵包"),
        ("不超過兩鎊的麵包", set(), 200, "的麵包"),
        ("十塊錢以下", set(), 1000, ""),
        ("蘋果2.2英鎊", {220}, DEAREST, "蘋果"),
        ("50便士", {50}, DEAREST, ""),
        ("蘋果 £2.20\uff0c每公斤 £4.40", {220}, DEAREST, "蘋果 ,"),
        ("蘋果 £4.40 / 公斤", set(), DEAREST, "蘋果"),
        ("每公斤蘋果", set(), DEAREST, "蘋果"),
        ("每公斤 4.40鎊", set(), DEAREST, ""),
        ("蘋果 4.40鎊/公斤", set(), DEAREST, "蘋果"),
        ("wine £1,200", {120_000}, DEAREST, "wine"),
        ("wine under £9999999", set(), DEAREST, "wine"),
        ("£2 pounds, 3 £, gbp 4", {200, 300, 400}, DEAREST, ", ,"),
        ("milk £12345678", set(), DEAREST, "milk £12345678"),
        ("milk under $2", set(), DEAREST, "milk under $2"),
    ],
)
def test_prices_are_read_and_what_is_left(
    typed: str, prices: set[int], most: int, rest: str
) -> None:
    found = read_prices(typed, POUNDS)

    assert (set(found.prices), found.most) == (prices, most)
    assert " ".join(found.rest.split()) == rest


@pytest.mark.parametrize(
    ("currency", "typed", "prices", "most", "rest"),
    [
        (TWD, "50元", {50}, DEAREST, ""),
        (TWD, "NT$50", {50}, DEAREST, ""),
        (TWD, "milk nt$ 1,200", {1200}, DEAREST, "milk"),
        (TWD, "$50以下", set(), 50, ""),
        (TWD, "牛奶 50 TWD", {50}, DEAREST, "牛奶"),
        (TWD, "50塊的牛奶", {50}, DEAREST, "的牛奶"),
        (TWD, "兩百塊以內", set(), 200, ""),
        (TWD, "低於新台幣100元", set(), 99, ""),
        (TWD, "新臺幣 80", {80}, DEAREST, ""),
        (TWD, "12塊雞塊", set(), DEAREST, "12 塊 雞塊"),
        (TWD, "US$50", set(), DEAREST, "us$50"),
        (TWD, "2鎊", set(), DEAREST, "2 鎊"),
        (TWD, "milk under 50p", set(), DEAREST, "milk under 50p"),
        (currency_of("TWD"), "NT$50.5", {5050}, DEAREST, ""),
        (JPY, "milk under ¥300", set(), 299, "milk"),
        (JPY, "牛奶300円", {300}, DEAREST, "牛奶"),
        (JPY, "300日圓以下", set(), 300, ""),
        (JPY, "300 yen", {300}, DEAREST, ""),
        (EUR, "milk €2.50", {250}, DEAREST, "milk"),
        (EUR, "milk 2.50 €", {250}, DEAREST, "milk"),
        (EUR, "milk up to 2 euros", set(), 200, "milk"),
        (EUR, "50 cents", {50}, DEAREST, ""),
        (EUR, "2歐元以下", set(), 200, ""),
        (currency_of("AUD"), "wine A$9 or $8", {900, 800}, DEAREST, "wine or"),
        (currency_of("BHD"), "wine bhd 1.250", {1250}, DEAREST, "wine"),
        (currency_of("CHF"), "5元", {500}, DEAREST, ""),
    ],
)
def test_prices_are_in_the_currency_of_the_shop(
    currency: Currency, typed: str, prices: set[int], most: int, rest: str
) -> None:
    found = read_prices(typed, currency)

    assert (set(found.prices), found.most) == (prices, most)
    assert " ".join(found.rest.split()) == rest
