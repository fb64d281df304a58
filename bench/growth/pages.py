"""What is timed, and by whom it is asked for."""

from typing import NamedTuple


class Page(NamedTuple):
    """An address, or two: the large shop may have another one, such as its deepest page.

    Where it has braces, there is a number that was never there before.
    """

    name: str
    path: str
    is_for_staff: bool = False
    large_path: str = ""

    def at(self, *, is_large: bool) -> str:
        """Return the address in the small or the large shop."""
        return self.large_path if is_large and self.large_path else self.path


PAGES = (
    Page("front page", "/"),
    Page("shop", "/shop"),
    Page("shop, page 30", "/shop?page=5", large_path="/shop?page=30"),
    Page("category by price", "/shop?category=fruit&sort=price"),
    Page("search", "/shop?q=milk"),
    Page("search, a new one each time", "/shop?q=milk+{}"),
    Page("search by name", "/shop?q=apples&sort=name"),
    Page("search with a slip", "/shop?q=brocoli"),
    Page("search in Chinese", "/zh-hant/shop?q=%E7%89%9B%E5%A5%B6+{}"),
    Page("a product", "/p/gala-apples"),
    Page("API: products", "/api/products"),
    Page("API: search", "/api/products?q=milk"),
    Page("API: a new search each time", "/api/products?q=apples+{}"),
    Page("API: slip", "/api/products?q=brocoli"),
    Page("API: a product", "/api/products/gala-apples-500g"),
    Page("cart", "/cart"),
    Page("account", "/account"),
    Page("orders", "/orders"),
    Page("how it works", "/how-it-works"),
    Page("staff: orders", "/staff/orders", is_for_staff=True),
    Page("staff: orders delivered", "/staff/orders?state=delivered", is_for_staff=True),
    Page(
        "staff: orders, page 5,000",
        "/staff/orders?page=5",
        is_for_staff=True,
        large_path="/staff/orders?page=5000",
    ),
    Page("staff: carts", "/staff/carts", is_for_staff=True),
    Page("staff: sales of a day", "/staff/day", is_for_staff=True),
    Page("staff: products", "/staff/products", is_for_staff=True),
    Page("staff: products found", "/staff/products?q=milk", is_for_staff=True),
    Page("staff: a product", "/staff/products/gala-apples-500g", is_for_staff=True),
    Page("staff: accounts", "/staff/accounts", is_for_staff=True),
    Page(
        "staff: account found", "/staff/accounts?q=shopper-42%40growth.example", is_for_staff=True
    ),
    Page("staff: log", "/staff/log", is_for_staff=True),
)
