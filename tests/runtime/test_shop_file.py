"""The shop's own settings: what is read of its file, and what is said of one that is wrong."""

import re
from pathlib import Path

import pytest

from app.domain.colours import WHITE, contrast, read_colour
from app.domain.languages import ENGLISH, Language
from app.domain.opening_hours import Span
from app.i18n.currencies import currency_of
from app.runtime.shop_file import BadShopFile, demo_shop, read_shop
from tests.shop_files import TAIPEI, shop_with, write_shop

BAD = {
    "a missing name": ({"name": None}, "name: this key is missing"),
    "an empty name": ({"name": " "}, "name: a text is needed"),
    "a name that is too long": ({"name": "x" * 101}, "at most 100 characters"),
    "a slip in a key": ({"curency": "GBP"}, "curency: there is no such key; is “currency” meant?"),
    "no key at all": ({"zzz": 1}, "zzz: there is no such key; there are name, legal_name"),
    "an address of one text": ({"address": "1 Market Lane"}, "address: 1 to 6 lines are needed"),
    "no e-mail address": ({"email": "shop"}, "email: an e-mail address is needed"),
    "no telephone": ({"telephone": "call us"}, "telephone: a telephone number is needed"),
    "no country": ({"country": "UK"}, "country: a country is needed by its code"),
    "a currency of the past": ({"currency": "DEM"}, "currency: a currency is needed by its code"),
    "a slip in a currency": ({"currency": "GPB"}, "currency: a currency is needed by its code"),
    "too many decimals": ({"decimals": 5}, "decimals: a number from 0 to 4"),
    "no time zone": ({"timezone": "London"}, "timezone: a time zone is needed"),
    "a file elsewhere": ({"timezone": "../passwd"}, "timezone: a time zone is needed"),
    "an unknown language": ({"languages": ["en", "tlh"]}, "languages: “tlh” is no language"),
    "no language": ({"languages": []}, 'languages: a list of languages is needed, of "en"'),
    "a bare number": ({"delivery_fee": 3.5}, "delivery_fee: an amount in GBP is needed"),
    "a negative fee": ({"delivery_fee": "-1"}, "delivery_fee: an amount below 0"),
    "a part of a penny": ({"delivery_fee": "0.005"}, "delivery_fee: an amount in GBP"),
    "a fee in other money": ({"delivery_fee": "€3"}, "delivery_fee: an amount in GBP"),
    "free below the minimum": (
        {"minimum_order": "50.00"},
        "free_delivery_from: delivery is always free then",
    ),
    "nothing to order": ({"most_open": "0"}, "most_open: nothing could be ordered"),
    "a text for a switch": ({"prices_include_tax": "yes"}, "true or false is needed"),
    "no colour": ({"accent": "green"}, "accent: a colour is needed"),
    "a pale colour": ({"accent": "#7fd3a3"}, "has a contrast of 1.8 : 1, and WCAG AA asks for 4.5"),
    "no picture": ({"logo": "logo.svg"}, "logo: there is no file"),
    "another kind of picture": ({"logo": "logo.gif"}, "logo: a picture is needed with the suffix"),
    "an unknown day": ({"opening_hours": {"funday": "08:00-20:00"}}, "“funday” is no day"),
    "no hours": ({"opening_hours": {"monday": "8-20"}}, "monday: hours are written like"),
    "a 25th hour": ({"opening_hours": {"monday": "08:00-25:00"}}, "from 00:00 to 24:00"),
    "closed before open": ({"opening_hours": {"monday": "20:00-08:00"}}, "closes before it opens"),
    "overlapping hours": (
        {"opening_hours": {"monday": ["08:00-12:00", "11:00-17:00"]}},
        "monday: two of its times overlap",
    ),
    "an unknown text": ({"zh-Hant": {"nom": "x"}}, "zh-Hant.nom: there is no such key"),
}


def fault_of(path: Path) -> str:
    """Return what is said of the file at *path*."""
    with pytest.raises(BadShopFile) as fault:
        read_shop(path)
    return str(fault.value)


def test_the_demo_sells_in_pounds() -> None:
    assert demo_shop().terms[:5] == (currency_of("GBP"), 350, 4000, 0, True)
    assert demo_shop().opening_hours[5:] == ((Span(9 * 60, 18 * 60),), ())
    assert demo_shop().text(Language("zh-Hant")) == ("Basket & Leaf", "英國各地")


def test_a_shop_in_another_country_has_its_own_money_and_names(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, **TAIPEI)

    assert shop.terms[:5] == (currency_of("TWD", 0), 80, 1200, 300, True)
    assert (shop.most_open, shop.timezone) == (90_000, "Asia/Taipei")
    assert shop.text(Language("zh-Hant")).name == "早市"
    assert shop.text(ENGLISH).name == "Morning Market"
    assert shop.names == ["早市", "Morning Market"]


@pytest.mark.parametrize(("changes", "sentence"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_one_sentence_with_its_line(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    path = Path(write_shop(tmp_path / "shop.toml", **changes))

    fault = fault_of(path)

    assert sentence in fault
    assert fault.endswith((".", "?"))
    (key,) = changes
    lines = enumerate(path.read_text().splitlines(), 1)
    is_given = next((at for at, text in lines if re.match(rf"\[?{key}\b", text)), 0)
    assert (f"{path}, line " in fault) == bool(is_given)


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(
        '\ufeff# a comment\nname = "Corner"\n\naddress = [\n  "1",\n  2,\n]\n'
        'delivery_fee = "free"\ncountry = "GB"\ncurrency = "GBP"\n[opening_hours]\nmonday = 8\n'
    )

    first, *sentences = fault_of(path).splitlines()

    assert first == "4 things are wrong:"
    assert [re.sub(r"^.*shop.toml", "", each)[:22] for each in sentences] == [
        ", line 4: address: a t",
        ", line 8: delivery_fee",
        ", line 11: opening_hou",
        ": timezone: this key i",
    ]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    assert fault_of(path).endswith("cannot be read: No such file or directory.")
    path.write_bytes('name = "Corner"\nlegal_name = "Café"\n'.encode("latin-1"))
    assert "line 2: this is not UTF-8" in fault_of(path)
    path.write_text('name = "Corner\n')
    assert "this is not TOML: Illegal character" in fault_of(path)
    assert "at line 1" in fault_of(path)
    path.write_text("#" * 100_001)
    assert "is larger than 100 kB" in fault_of(path)


def test_the_colour_that_is_offered_can_be_read(tmp_path: Path) -> None:
    fault = fault_of(Path(write_shop(tmp_path / "shop.toml", accent="#7fd3a3")))

    offered = read_colour(fault.rstrip(".").split()[-1])
    assert offered is not None
    assert contrast(offered, WHITE) >= 4.5
