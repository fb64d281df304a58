"""The shop's own catalogue, searched with the words that shoppers use."""

import re
from typing import Any
from urllib.parse import urlencode

from tests.http.harness import HttpHarness
from tests.http.visitor import fields, text

FIRST = {
    "bread": "sourdough-loaf",
    "Brown bread": "wholemeal-loaf",
    "loaf of bread": "sourdough-loaf",
    "baguettes": "baguette",
    "tea": "green-tea",
    "teabags": "green-tea",
    "tea bags 160": "breakfast-tea-160",
    "ham": "smoked-back-bacon",
    "milk": "milk",
    "milk 2l": "milk-2l",
    "milk 2 l": "milk-2l",
    "milk, 2 litres": "milk-2l",
    "2 liter milk": "milk-2l",
    "a pint of milk": "milk-568ml",
    "2 litres": "milk-2l",
    "semi skimmed milk 1l": "semi-skimmed-milk-1l",
    "semiskimmed": "semi-skimmed-milk",
    "skimmed milk": "semi-skimmed-milk",
    "oat milk": "oat-drink",
    "loo roll": "toilet-rolls",
    "Toilet paper": "toilet-rolls",
    "kitchen towel": "kitchen-rolls",
    "cherry": "cherries",
    "cherries": "cherries",
    "cherry tomato": "cherry-tomatoes",
    "Gala apples, 1 kg": "gala-apples-1kg",
    "gala apples 1kg": "gala-apples-1kg",
    "gala apples 1000 g": "gala-apples-1kg",
    "ploughman\u2019s": "mature-cheddar",
    "ploughman's": "mature-cheddar",
    "ploughmans": "mature-cheddar",
    "ploughman\uff07s": "mature-cheddar",
    "beer": "alcohol-free-pale-ale",
    "beers 4 pack": "alcohol-free-pale-ale-4x330ml",
    "tomatoes": "vine-tomatoes",
    "tomatos": "vine-tomatoes",
    "tinned tomatoes": "chopped-tomatoes",
    "tin of tomatoes, 400g": "chopped-tomatoes-400g",
    "4x400g tomatoes": "chopped-tomatoes-4x400g",
    "potatoe": "maris-piper-potatoes",
    "jacket potatoes": "baking-potatoes",
    "sweet-potato": "sweet-potatoes",
    "sweet corn": "sweetcorn",
    "corn on the cob": "sweetcorn",
    "berries": "strawberries",
    "straw berry": "strawberries",
    "strawb": "strawberries",
    "peach": "peaches",
    "mangoes": "mango",
    "chili": "red-chillies",
    "chillis": "red-chillies",
    "avocadoes": "avocados",
    "loaves": "sourdough-loaf",
    "eggs": "eggs",
    "dozen eggs": "eggs-12",
    "half a dozen eggs": "eggs-6",
    "egg": "eggs",
    "butter": "salted-butter",
    "unsalted butter 250 g": "unsalted-butter",
    "chocolate": "dark-chocolate",
    "milk chocolate": "milk-chocolate",
    "apple": "gala-apples",
    "apple juice": "apple-juice",
    "APPLE PIES": "apple-pie",
    "peas": "garden-peas",
    "salt": "table-salt",
    "garlic": "garlic",
    "garlic bread": "garlic-naan",
    "cheese": "mature-cheddar",
    "pasta": "spaghetti",
    "fish": "king-prawns",
    "shrimps": "king-prawns",
    "beef": "sirloin-steak",
    "t bone": "t-bone-steak",
    "T\u2011bone steaks": "t-bone-steak",
    "tbone": "t-bone-steak",
    "eggplant": "aubergine",
    "satsumas": "tangerines",
    "creme caramel": "creme-caramel",
    "Crème brûlée": "creme-caramel",
    "icecream": "vanilla-ice-cream",
    "ice creams 1 litre": "vanilla-ice-cream-1l",
    "donuts": "chocolate-doughnuts",
    "biscuits": "chocolate-chip-cookies",
    "alcohol-free wine": "alcohol-free-red",
    "washing up sponge": "washing-up-sponges",
    "flowers": "sunflowers",
    "\uff4d\uff49\uff4c\uff4b": "milk",
    "mi\u00adlk": "milk",
    "“spaghetti”": "spaghetti",
    "fresh carrots": "carrots",
    "fruit": "gala-apples",
    "six eggs": "eggs-6",
    "lager x4": "alcohol-free-lager",
    "a kilo of carrots": "carrots-1kg",
    "loo rolls x 9": "toilet-rolls-9",
    "looroll": "toilet-rolls",
    "egg plant": "aubergine",
    "half a cucumber": "cucumber-half",
    "½ cucumber": "cucumber-half",
    "1/4 watermelon": "watermelon-quarter",
    "2½ kg potatoes": "maris-piper-potatoes-2-5kg",
    "2 1/2 kg of potatoes": "maris-piper-potatoes-2-5kg",
    "half a kilo of carrots": "carrots-500g",
    "carrots 1/2 kg": "carrots-500g",
    "chopped tomatoes 400gx4": "chopped-tomatoes-4x400g",
    "8 oz rump steak": "rump-steak-227g",
    "1 lb steak": "sirloin-steak",
    "pair of avocados": "avocados-2",
    "twenty tulips": "tulips-20",
    "milk under £2": "milk-568ml",
    "semi-skimmed milk for £2": "semi-skimmed-milk-2l",
    "butter up to 300p": "salted-butter-250g",
    "2 pounds of carrots": "carrots",
    "Gala apples 2 kg £3.95": "gala-apples-2kg",
    "Gala apples, 1 kg, £2.20, £2.20 per kg": "gala-apples-1kg",
    "Whole milk 2 litres \u00b7 £2.10": "milk-2l",
    "chili pepper": "red-chillies",
    "red chile": "red-chillies",
    "donut": "chocolate-doughnuts",
    "collard greens": "spring-greens",
    "sweets": "dark-chocolate",
    "cilantro": "coriander",
    "jumbo shrimp": "king-prawns",
    "French bread": "baguette",
    "brown loaf": "wholemeal-loaf",
    "lurpak": "salted-butter",
    "Yorkshire Tea 160 bags": "breakfast-tea-160",
    "Cadbury milk chocolate": "milk-chocolate",
    "Ben & Jerry's": "vanilla-ice-cream",
    "heinz tomato soup": "tomato-soup",
    "I need milk": "milk",
    "where is the butter?": "salted-butter",
    "can I have some eggs": "eggs",
    "milk 🥛": "milk",
    "🥕": "carrots",
    "🍞": "sourdough-loaf",
    "🧀": "mature-cheddar",
    "apples, pears and plums": "gala-apples",
    "white wine": "alcohol-free-red",
    "instant coffee": "ground-coffee",
    "green beans": "kidney-beans",
    "½ dozen eggs": "eggs-6",
    "1/2 dozen eggs": "eggs-6",
    "kiwifruits": "kiwi-fruit",
    "low fat milk": "semi-skimmed-milk",
    "full fat": "milk",
}
"""What is typed, and the product or the size that must come first."""

MEANT = {
    "brocoli": "broccoli",
    "brocolli": "broccoli",
    "spagetti": "spaghetti",
    "avacado": "avocados",
    "mlik": "milk",
    "bannana": "bananas",
    "choclate cookies": "chocolate cookies",
    "rasberry": "raspberry",
    "cheezes": "cheese",
    "lettuec": "lettuce",
    "brocoli 350g": "broccoli 350g",
    "stake": "steak",
    "aple juice": "apple juice",
    "kitchen towls": "kitchen towel",
    "loo roles": "loo rolls",
    "chikcen drumsticks": "chicken drumsticks",
    "rizotto": "risotto",
    "bttuer": "butter",
    "vroccoli": "broccoli",
    "mlik and egss": "milk and eggs",
    "nappies": None,
    "mustard": None,
    "bleach": None,
    "coke": None,
    "xyzzy": None,
    "lime": None,
}
"""What is typed, and the correction that is offered; none is better than a guess."""


async def found(harness: HttpHarness, q: str) -> Any:
    """Return what the drop-down of the search field gets."""
    return await fields(await harness.visitor().get(f"/api/products?{urlencode({'q': q})}"))


async def test_what_a_shopper_means_comes_first(harness: HttpHarness) -> None:
    wrong = {}
    for q, wanted in FIRST.items():
        skus = {each["sku"]: each["slug"] for each in (await found(harness, q))["products"]}
        if wanted not in [each for pair in skus.items() for each in pair][:2]:
            wrong[q] = list(skus)[:3]

    assert wrong == {}


async def test_a_size_is_found_by_its_name_as_the_shop_writes_it(harness: HttpHarness) -> None:
    wrong = {}
    for product in harness.context.catalog.today.products.values():
        first = (await found(harness, f"{product.name}, {product.unit}"))["products"][:1]
        if product.sold and [each["sku"] for each in first] != [product.sku]:
            wrong[product.sku] = first

    assert wrong == {}


async def test_a_slip_is_answered_with_the_word_that_was_meant(harness: HttpHarness) -> None:
    answers = {q: await found(harness, q) for q in MEANT}

    assert {q: answer["meant"] for q, answer in answers.items()} == MEANT
    assert all(bool(answer["products"]) == bool(answer["meant"]) for answer in answers.values())


async def test_nothing_is_corrected_that_finds_something(harness: HttpHarness) -> None:
    assert [(await found(harness, q))["meant"] for q in ("", "beer", "milk 2l")] == [None] * 3


async def test_what_fits_only_a_part_is_shown_with_a_word(harness: HttpHarness) -> None:
    drop_down = (await found(harness, "milk and eggs"))["products"]
    page = await text(await harness.visitor().get("/shop?q=milk+and+eggs"))

    skus = [each["sku"] for each in drop_down]
    assert {each["category"] for each in drop_down} == {"dairy"}
    assert {"milk-1l", "eggs-6", "quail-eggs-12"} <= set(skus)
    assert {*skus} <= {*re.findall(r'data-card data-sku="([^"]+)"', page)}
    assert "No products match “milk and eggs”. These match part of it." in " ".join(page.split())
    whole = await text(await harness.visitor().get("/shop?q=milk"))
    assert "a part of it" not in whole
    elsewhere = await text(await harness.visitor().get("/shop?q=milk+and+eggs&category=fruit"))
    assert f"{len({each['slug'] for each in drop_down})} products</span>" in elsewhere


async def test_a_limit_is_one_to_every_product(harness: HttpHarness) -> None:
    for q, most in (("under £2", 199), ("cheese up to £3.20", 320), ("tea below 300p", 299)):
        products = (await found(harness, q))["products"]
        assert products, q
        assert max(each["price"] for each in products) <= most
    assert {each["price"] for each in (await found(harness, "£2"))["products"]} == {200}


async def test_the_page_offers_the_same_correction(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    page = " ".join((await text(await visitor.get("/shop?q=brocoli"))).split())
    part = " ".join((await text(await visitor.get("/shop?q=mlik+and+egss"))).split())

    assert "No products match “brocoli”. Did you mean “<a" in page
    assert 'href="/shop?q=broccoli"' in page
    assert "Here is what matches that." in page
    assert 'data-sku="broccoli-350g"' in page
    assert "Here is what matches part of that." in part
    assert 'data-sku="milk-1l"' in part


async def test_a_slip_is_found_in_other_categories_too(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/shop?q=brocoli&category=fruit"))

    assert 'data-sku="broccoli-350g"' in page
    assert "1 product</span>" in page
