"""The shop's own catalogue, searched in Chinese: what must come first, and what is offered."""

from app.domain.languages import Language
from tests.http.catalog.test_search_words import found
from tests.http.harness import HttpHarness

FIRST = {
    "蘋果": "gala-apples",
    "苹果": "gala-apples",
    "青蘋果": "granny-smith-apples",
    "蘋果 1kg": "gala-apples-1kg",
    "1公斤 蘋果": "gala-apples-1kg",
    "兩公斤的蘋果": "gala-apples-2kg",
    "半公斤蘋果": "gala-apples-500g",
    "加拉蘋果\uff0c\uff11公斤": "gala-apples-1kg",
    "gala 蘋果": "gala-apples",
    "蘋果汁": "apple-juice",
    "蘋果派": "apple-pie",
    "梨子": "conference-pears",
    "桃": "peaches",
    "橘子": "tangerines",
    "柳丁": "navel-oranges",
    "菠萝": "pineapple",
    "奇異菓": "kiwi-fruit",
    "猕猴桃": "kiwi-fruit",
    "半條黃瓜": "cucumber-half",
    "四分之一西瓜": "watermelon-quarter",
    "番茄": "vine-tomatoes",
    "蕃茄": "vine-tomatoes",
    "西红柿": "vine-tomatoes",
    "小番茄": "cherry-tomatoes",
    "番茄罐頭四罐": "chopped-tomatoes-4x400g",
    "番茄湯": "tomato-soup",
    "馬鈴薯": "maris-piper-potatoes",
    "土豆 2.5公斤": "maris-piper-potatoes-2-5kg",
    "花椰菜": "broccoli",
    "高丽菜": "spring-greens",
    "胡蘿蔔 500公克": "carrots-500g",
    "地瓜": "sweet-potatoes",
    "玉米": "sweetcorn",
    "薑": "ginger",
    "蒜头": "garlic",
    "牛油果": "avocados",
    "麵包": "sourdough-loaf",
    "面包": "sourdough-loaf",
    "全麥麵包": "wholemeal-loaf",
    "吐司": "farmhouse-loaf",
    "牛角麵包": "croissants",
    "杯子蛋糕6個": "raspberry-cupcakes-6",
    "餅乾": "chocolate-chip-cookies",
    "牛奶": "milk",
    "「牛奶」": "milk",
    "牛奶2公升": "milk-2l",
    "2公升": "milk-2l",
    "有機 milk": "milk",
    "低脂 milk 1l": "semi-skimmed-milk-1l",
    "燕麥奶": "oat-drink",
    "巧克力": "dark-chocolate",
    "牛奶巧克力": "milk-chocolate",
    "起司": "mature-cheddar",
    "芝士": "mature-cheddar",
    "奶油": "salted-butter",
    "無鹽奶油": "unsalted-butter",
    "蛋": "eggs",
    "鷄蛋": "eggs",
    "一打雞蛋": "eggs-12",
    "半打蛋": "eggs-6",
    "雞": "chicken-drumsticks",
    "牛肉": "sirloin-steak",
    "海鮮": "king-prawns",
    "龍蝦": "cooked-lobster",
    "米": "basmati-rice",
    "義大利麵": "spaghetti",
    "意粉": "spaghetti",
    "鹽": "table-salt",
    "海鹽": "sea-salt-flakes",
    "綠茶": "green-tea",
    "紅茶 160入": "breakfast-tea-160",
    "咖啡豆": "coffee-beans",
    "啤酒4瓶": "alcohol-free-pale-ale-4x330ml",
    "葡萄酒": "alcohol-free-red",
    "冰激凌 1公升": "vanilla-ice-cream-1l",
    "鬱金香20枝": "tulips-20",
    "花": "bouquet",
    "厕纸": "toilet-rolls",
    "9捲衛生紙": "toilet-rolls-9",
    "廚房紙巾": "kitchen-rolls",
    "肥皂": "lavender-soap",
    "水果": "gala-apples",
    "飲料": "ground-coffee",
    "肉類": "smoked-back-bacon",
    "牛奶 2鎊以下": "milk-568ml",
    "我要買便宜的麵包": "sourdough-loaf",
    "請問有雞蛋嗎\uff1f": "eggs",
    "牛奶、雞蛋": "milk",
    "牛奶麵包": "sourdough-loaf",
    "milk and 雞蛋": "eggs",
}
"""What is typed, and the product or the size that must come first."""

MEANT = {
    "馬玲薯": "馬鈴薯",
    "马玲薯1公斤": "馬鈴薯1公斤",
    "草梅": "草莓",
    "有機巧刻力": "有機巧克力",
    "尿布": None,
    "洗髮精": None,
    "醬油": None,
    "汽車": None,
    "xyzzy 汽車": None,
    "咖非": "咖啡",
}
"""What is typed, and the correction that is offered: no English word, and none but a sure one."""


async def test_what_a_shopper_means_in_chinese_comes_first(harness: HttpHarness) -> None:
    wrong = {}
    for q, wanted in FIRST.items():
        skus = {each["sku"]: each["slug"] for each in (await found(harness, q))["products"]}
        if wanted not in [each for pair in skus.items() for each in pair][:2]:
            wrong[q] = list(skus)[:3]

    assert wrong == {}


async def test_a_size_is_found_by_its_name_as_the_shop_writes_it(harness: HttpHarness) -> None:
    wrong = {}
    for product in harness.context.catalog.today.products.values():
        text = product.text(Language("zh-Hant"))
        first = (await found(harness, f"{text.name}\uff0c{text.unit}"))["products"][:1]
        if product.sold and [each["sku"] for each in first] != [product.sku]:
            wrong[product.sku] = first

    assert wrong == {}


async def test_a_slip_in_chinese_is_answered_in_chinese(harness: HttpHarness) -> None:
    answers = {q: await found(harness, q) for q in MEANT}

    assert {q: answer["meant"] for q, answer in answers.items()} == MEANT
    assert all(bool(answer["products"]) == bool(answer["meant"]) for answer in answers.values())


async def test_a_limit_in_chinese_is_one_to_every_product(harness: HttpHarness) -> None:
    for q, most in (
        ("2鎊以下", 200),
        ("不到兩鎊", 199),
        ("起司 £3.2 以下", 320),
        ("十元以下", 1000),
    ):
        products = (await found(harness, q))["products"]
        assert products, q
        assert max(each["price"] for each in products) <= most
