"""Every page of the shop in every state: the one list that all looks at the pages go through.

A new page is one more line here. `before` prepares what the page will find, `act` is what is
done on it; without either, the page is looked at as it comes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from playwright.async_api import Page

from tests.browser import acts
from tests.browser.player import Player, Who
from tests.e2e.catalog import GONE, slug

NOBODY, NEWCOMER, SHOPPER, STAFF = Who


async def _nothing(_: Player) -> None:
    """Do nothing."""


async def _nothing_on(_: Player, __: Page) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Scene:
    """A page in one state, as one kind of visitor sees it."""

    name: str
    path: str
    who: Who = NOBODY
    act: Callable[[Player, Page], Awaitable[None]] = _nothing_on
    before: Callable[[Player], Awaitable[None]] = _nothing
    refused: int = 0
    """With what status the shop refuses, where it does; browsers note that in the console."""


SCENES = (
    Scene("home", "/"),
    Scene("shop", "/shop"),
    Scene("shop-searched", "/shop?q=apples&sort=price"),
    Scene("shop-category", "/shop?category=bakery"),
    Scene("shop-nothing-found", "/shop?q=zeppelin"),
    Scene("product", "/p/gala-apples"),
    Scene("product-sold-out", f"/p/{slug(acts.SOLD_OUT)}", before=acts.sell_out),
    Scene("product-gone", f"/p/{slug(GONE)}"),
    Scene("how-it-works", "/how-it-works"),
    Scene("how-it-works-asked", "/how-it-works?try=stateless"),
    Scene("how-it-works-signed-in", "/how-it-works", SHOPPER, acts.ask_all),
    Scene("login", "/login"),
    Scene("login-to-add", "/login?next=/shop&add=gala-apples-1kg"),
    Scene("login-wrong", "/login", act=acts.sign_in_wrongly, refused=401),
    Scene("login-throttled", "/login", act=acts.guess_too_often, refused=429),
    Scene("register", "/register"),
    Scene("register-weak", "/register", act=acts.register_weakly, refused=400),
    Scene("not-found", "/no-such-page", refused=404),
    Scene("not-found-signed-in", "/no-such-page", SHOPPER, refused=404),
    Scene("forbidden", "/login", act=acts.send_from_elsewhere, refused=403),
    Scene("misdirected", "/login", act=acts.call_by_another_name, refused=421),
    Scene("busy", "/account", SHOPPER, acts.save_while_busy, refused=503),
    Scene("failed", "/", NEWCOMER, before=acts.spoil_cart, refused=500),
    Scene("home-signed-in", "/", SHOPPER),
    Scene("shop-cart-empty", "/shop", NEWCOMER),
    Scene("shop-cart-filled", "/shop", SHOPPER),
    Scene("shop-cart-troubled", "/shop", SHOPPER, before=acts.trouble),
    Scene("shop-loading", "/shop", SHOPPER, acts.wait_for_status, before=acts.keep_waiting),
    Scene("shop-offline", "/shop", SHOPPER, acts.go_offline),
    Scene("shop-back-online", "/shop", SHOPPER, acts.come_back),
    Scene("shop-removed", "/shop", SHOPPER, acts.remove_one),
    Scene("shop-login-ended", "/shop", SHOPPER, acts.lose_login),
    Scene("shop-panel-folded", "/shop", SHOPPER, acts.find_panel_folded),
    Scene("shop-sheet", "/shop", SHOPPER, acts.open_sheet),
    Scene("product-in-cart", "/p/gala-apples", SHOPPER),
    Scene("shop-keys", "/shop", SHOPPER, acts.ask_for_keys),
    Scene("shop-suggestions", "/shop", act=acts.type_a_word),
    Scene("account", "/account", SHOPPER),
    Scene("account-name-missing", "/account", SHOPPER, acts.forget_the_name, refused=400),
    Scene("address-new", "/account/addresses/new", SHOPPER),
    Scene("cart-empty", "/cart", NEWCOMER),
    Scene("cart-filled", "/cart", SHOPPER),
    Scene("cart-troubled", "/cart", SHOPPER, before=acts.trouble),
    Scene("cart-notice", "/cart", SHOPPER, before=acts.leave_notice),
    Scene("cart-loading", "/cart", SHOPPER, acts.wait_for_status, before=acts.keep_waiting),
    Scene("cart-offline", "/cart", SHOPPER, acts.go_offline),
    Scene("cart-removed", "/cart", SHOPPER, acts.remove_one),
    Scene("cart-login-ended", "/cart", SHOPPER, acts.lose_login),
    Scene("checkout", "/checkout", SHOPPER),
    Scene("checkout-empty", "/checkout", NEWCOMER),
    Scene("checkout-troubled", "/checkout", SHOPPER, before=acts.trouble),
    Scene("checkout-offline", "/checkout", SHOPPER, acts.go_offline),
    Scene("orders", "/orders", SHOPPER, before=acts.order),
    Scene("orders-empty", "/orders", NEWCOMER),
    Scene("order", "/orders", SHOPPER, acts.open_order, before=acts.order),
    Scene("order-cancelled", "/orders", SHOPPER, acts.cancel_order, before=acts.order),
    Scene("staff", "/staff", STAFF, before=acts.order),
    Scene("staff-orders-none", "/staff/orders?state=delivered", STAFF),
    Scene("staff-orders-moved", "/staff/orders", STAFF, acts.move_order, before=acts.order),
    Scene("staff-products", "/staff/products", STAFF),
    Scene("staff-products-searched", f"/staff/products?q={acts.EDITED}", STAFF),
    Scene("staff-products-nothing-found", "/staff/products?q=zeppelin", STAFF),
    Scene("staff-product-edited", f"/staff/products?q={acts.EDITED}", STAFF, acts.edit),
    Scene("staff-product", f"/staff/products/{acts.EDITED}", STAFF),
    Scene(
        "staff-product-faulty",
        f"/staff/products?q={acts.EDITED}",
        STAFF,
        acts.edit_faultily,
        refused=400,
    ),
    Scene(
        "staff-product-overtaken",
        f"/staff/products/{acts.EDITED}",
        STAFF,
        acts.edit_late,
        refused=409,
    ),
    Scene("staff-new-product", "/staff/new-product", STAFF),
    Scene("staff-new-product-faulty", "/staff/new-product", STAFF, acts.add_faultily, refused=400),
    Scene("staff-log", "/staff/log", STAFF, before=acts.have_edited),
    Scene("staff-log-of-one", "/staff/log?sku=no-such-product", STAFF),
    Scene("staff-carts", "/staff/carts", STAFF),
    Scene("staff-live", "/staff/live", STAFF, acts.watch_figures),
    Scene("staff-live-offline", "/staff/live", STAFF, acts.lose_figures),
    Scene("staff-of-a-shopper", "/staff/orders", SHOPPER, refused=404),
    Scene("order-of-nobody", "/orders/2222-2222", SHOPPER, refused=404),
)
BY_NAME: Mapping[str, Scene] = {scene.name: scene for scene in SCENES}
