"""Every page of the shop in every state: the one list that all checks of pages use.

A new page is one more line here. `setup` runs before the page is opened, and `action` on the open
page; without either, the page is checked as it is loaded.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from playwright.async_api import Page

from app.domain.mail_tokens import Purpose
from tests.browser import actions, cards, helping, households, links, mails, passkeys, stock_actions
from tests.browser.person import Person, Role
from tests.e2e.catalog import GONE, slug

SIGNED_OUT, NEWCOMER, SHOPPER, STAFF = Role


async def _no_setup(_: Person) -> None:
    """Do nothing."""


async def _no_action(_: Person, __: Page) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Scene:
    """A page in one state, as one kind of visitor sees it."""

    name: str
    path: str
    role: Role = SIGNED_OUT
    action: Callable[[Person, Page], Awaitable[None]] = _no_action
    setup: Callable[[Person], Awaitable[None]] = _no_setup
    refused: int = 0
    """The error status of the response, or 0; browsers report it in the console."""


SCENES = (
    Scene("home", "/"),
    Scene("shop", "/shop"),
    Scene("shop-searched", "/shop?q=apples&sort=price"),
    Scene("shop-category", "/shop?category=bakery"),
    Scene("shop-nothing-found", "/shop?q=zeppelin"),
    Scene("shop-slip", "/shop?q=brocoli"),
    Scene("product", "/p/gala-apples"),
    Scene("product-sold-out", f"/p/{slug(actions.SOLD_OUT)}", setup=actions.sell_out),
    Scene("product-gone", f"/p/{slug(GONE)}"),
    Scene("how-it-works", "/how-it-works"),
    Scene("how-it-works-asked", "/how-it-works?try=stateless"),
    Scene("how-it-works-signed-in", "/how-it-works", SHOPPER, actions.press_all_buttons),
    Scene("text-page", "/privacy"),
    Scene("text-page-signed-in", "/delivery", SHOPPER),
    Scene("offline-page", "/offline"),
    Scene("login", "/login"),
    Scene("login-to-add", "/login?next=/shop&add=gala-apples-1kg"),
    Scene("login-wrong", "/login", action=actions.sign_in_with_wrong_password, refused=401),
    Scene("login-throttled", "/login", action=actions.exceed_sign_in_failures, refused=429),
    Scene("register", "/register"),
    Scene("register-weak", "/register", action=actions.register_with_weak_password, refused=400),
    Scene("forgotten", "/forgotten"),
    Scene("forgotten-sent", "/forgotten/sent"),
    Scene("reset", links.PAGES[Purpose.RESET], NEWCOMER, setup=links.have_reset_link),
    Scene("reset-too-late", "/reset/no-such-link", refused=410),
    Scene("confirm-email", links.PAGES[Purpose.CONFIRM], NEWCOMER, setup=links.have_confirm_link),
    Scene("account-unconfirmed", "/account", NEWCOMER, setup=links.have_confirm_link),
    Scene("email-new", links.PAGES[Purpose.TAKE_EMAIL], NEWCOMER, setup=links.have_new_email_link),
    Scene(
        "email-old", links.PAGES[Purpose.GIVE_UP_EMAIL], NEWCOMER, setup=links.have_old_email_link
    ),
    Scene("delete-account", "/account/delete", SHOPPER),
    Scene("not-found", "/no-such-page", refused=404),
    Scene("not-found-signed-in", "/no-such-page", SHOPPER, refused=404),
    Scene("forbidden", "/login", action=actions.submit_cross_site_form, refused=403),
    Scene("misdirected", "/login", action=actions.open_under_wrong_host, refused=421),
    Scene("busy", "/account", SHOPPER, actions.save_while_database_locked, refused=503),
    Scene("failed", "/", NEWCOMER, setup=actions.corrupt_cart, refused=500),
    Scene("home-signed-in", "/", SHOPPER),
    Scene("shop-cart-empty", "/shop", NEWCOMER),
    Scene("shop-cart-filled", "/shop", SHOPPER),
    Scene("shop-cart-troubled", "/shop", SHOPPER, setup=actions.cause_line_problems),
    Scene("shop-loading", "/shop", SHOPPER, actions.wait_for_status, setup=actions.block_websocket),
    Scene("shop-slow", "/shop", SHOPPER, actions.wait_for_http, setup=actions.block_websocket),
    Scene("shop-offline", "/shop", SHOPPER, actions.go_offline),
    Scene("shop-back-online", "/shop", SHOPPER, actions.go_offline_and_back),
    Scene("shop-removed", "/shop", SHOPPER, actions.remove_line),
    Scene("shop-login-ended", "/shop", SHOPPER, actions.lose_session),
    Scene("shop-other-account", "/shop", SHOPPER, actions.change_account),
    Scene("shop-panel-folded", "/shop", SHOPPER, actions.reload_with_panel_folded),
    Scene("shop-sheet", "/shop", SHOPPER, actions.open_sheet),
    Scene("product-in-cart", "/p/gala-apples", SHOPPER),
    Scene("shop-keys", "/shop", SHOPPER, actions.open_keyboard_help),
    Scene("shop-suggestions", "/shop", action=actions.type_search),
    Scene("account", "/account", SHOPPER),
    Scene("account-name-missing", "/account", SHOPPER, actions.submit_without_name, refused=400),
    Scene("passkeys", "/account/passkeys", SHOPPER),
    Scene("passkeys-staff", "/account/passkeys", STAFF),
    Scene("passkey-new", "/account/passkeys/new", SHOPPER),
    Scene("passkey", "/account/passkeys/p-1", SHOPPER, passkeys.open_passkey, refused=404),
    Scene("recovery-codes", "/account/recovery-codes", STAFF, passkeys.make_recovery_codes),
    Scene("confirm", "/account/confirm", STAFF, setup=passkeys.need_confirmation),
    Scene("address-new", "/account/addresses/new", SHOPPER),
    Scene(
        "address-remove",
        "/account/addresses/unknown/remove",
        SHOPPER,
        actions.ask_to_remove_address,
        refused=404,
    ),
    Scene("household-empty", households.PAGE, NEWCOMER),
    Scene("household", households.PAGE, SHOPPER, setup=households.share),
    Scene(
        "household-remove",
        f"{households.PAGE}/members/u-1/remove",
        SHOPPER,
        households.open_removing,
        refused=404,
    ),
    Scene(
        "household-leave",
        f"{households.PAGE}/carts/u-1/leave",
        SHOPPER,
        households.open_leaving,
        refused=404,
    ),
    Scene("invitation-over", "/invitation/no-such-one", refused=410),
    Scene(
        "invitation", "/invitation/no-such-one", SHOPPER, households.open_invitation, refused=410
    ),
    Scene("cart-shared", "/cart", SHOPPER, setup=households.show_shared),
    Scene("cart-ordered", "/cart", SHOPPER, setup=households.have_ordered),
    Scene("cart-suggested", "/cart", SHOPPER, setup=households.have_suggestion),
    Scene("checkout-shared", "/checkout", SHOPPER, setup=households.show_shared),
    Scene("cart-helped", "/cart", SHOPPER, setup=helping.be_helped),
    Scene("cart-empty", "/cart", NEWCOMER),
    Scene("cart-filled", "/cart", SHOPPER),
    Scene("cart-troubled", "/cart", SHOPPER, setup=actions.cause_line_problems),
    Scene("cart-notice", "/cart", SHOPPER, setup=actions.submit_plain_form),
    Scene("cart-loading", "/cart", SHOPPER, actions.wait_for_status, setup=actions.block_websocket),
    Scene("cart-offline", "/cart", SHOPPER, actions.go_offline),
    Scene("cart-leaving", "/cart", SHOPPER, actions.check_out_offline),
    Scene("cart-removed", "/cart", SHOPPER, actions.remove_line),
    Scene("cart-login-ended", "/cart", SHOPPER, actions.lose_session),
    Scene("checkout", "/checkout", SHOPPER),
    Scene("checkout-empty", "/checkout", NEWCOMER),
    Scene("checkout-troubled", "/checkout", SHOPPER, setup=actions.cause_line_problems),
    Scene("checkout-offline", "/checkout", SHOPPER, actions.go_offline),
    Scene("orders", "/orders", SHOPPER, setup=actions.place_order),
    Scene("orders-empty", "/orders", NEWCOMER),
    Scene("order", "/orders", SHOPPER, actions.open_order, setup=actions.place_order),
    Scene(
        "receipt",
        "/orders/2222-2222/receipt",
        SHOPPER,
        actions.open_receipt,
        setup=actions.place_order,
        refused=404,
    ),
    Scene("order-cancelled", "/orders", SHOPPER, actions.cancel_order, setup=actions.place_order),
    Scene(
        "order-cancel",
        "/orders/2222-2222/cancel",
        SHOPPER,
        actions.ask_to_cancel,
        setup=actions.place_order,
        refused=404,
    ),
    Scene("order-awaiting", "/orders", SHOPPER, actions.open_order, setup=cards.await_payment),
    Scene("mails-of-demo", "/demo/mail", SHOPPER, setup=actions.place_order),
    Scene("mail-of-demo", "/demo/mail/none", SHOPPER, mails.open_mail, refused=404),
    Scene("order-paid-unknown", "/orders/2222-2222/paid", SHOPPER, refused=404),
    Scene("order-back-unknown", "/orders/2222-2222/back", SHOPPER, refused=404),
    Scene("staff", "/staff", STAFF, setup=actions.place_order),
    Scene(
        "staff-order-cancel",
        "/staff/orders/2222-2222/cancel",
        STAFF,
        actions.ask_to_cancel_as_staff,
        setup=actions.place_order,
        refused=404,
    ),
    Scene(
        "staff-payment",
        "/staff/orders/2222-2222/payment",
        STAFF,
        cards.open_payment,
        refused=404,
    ),
    Scene("staff-orders-none", "/staff/orders?state=delivered", STAFF),
    Scene(
        "staff-orders-moved",
        "/staff/orders",
        STAFF,
        actions.advance_order,
        setup=actions.place_order,
    ),
    Scene("staff-products", "/staff/products", STAFF),
    Scene("staff-products-searched", f"/staff/products?q={actions.EDITED}", STAFF),
    Scene("staff-products-nothing-found", "/staff/products?q=zeppelin", STAFF),
    Scene(
        "staff-product-edited", f"/staff/products?q={actions.EDITED}", STAFF, actions.edit_product
    ),
    Scene("staff-product", f"/staff/products/{actions.EDITED}", STAFF),
    Scene(
        "staff-product-faulty",
        f"/staff/products?q={actions.EDITED}",
        STAFF,
        actions.edit_with_invalid_values,
        refused=400,
    ),
    Scene(
        "staff-product-overtaken",
        f"/staff/products/{actions.EDITED}",
        STAFF,
        actions.edit_after_another,
        refused=409,
    ),
    Scene("staff-new-product", "/staff/new-product", STAFF),
    Scene(
        "staff-new-product-faulty",
        "/staff/new-product",
        STAFF,
        actions.add_invalid_product,
        refused=400,
    ),
    Scene("staff-stock", "/staff/stock", STAFF),
    Scene("staff-stock-nothing-found", "/staff/stock?q=zeppelin", STAFF),
    Scene("staff-stock-product", f"/staff/stock/{actions.EDITED}", STAFF),
    Scene("staff-stock-log", "/staff/stock-log", STAFF),
    Scene("staff-promotions", "/staff/promotions", STAFF, stock_actions.make_promotion),
    Scene("staff-promotions-none", "/staff/promotions", STAFF),
    Scene("staff-vouchers", "/staff/vouchers", STAFF),
    Scene(
        "staff-vouchers-faulty",
        "/staff/vouchers",
        STAFF,
        stock_actions.make_wrong_voucher,
        refused=400,
    ),
    Scene("staff-stock-dates", "/staff/stock-dates", STAFF, stock_actions.receive_near_its_date),
    Scene("staff-day", "/staff/day", STAFF, setup=actions.place_order),
    Scene("staff-day-empty", "/staff/day?of=2026-01-01", STAFF),
    Scene(
        "staff-week",
        "/staff/day?of=2026-W01",
        STAFF,
        stock_actions.write_off_this_week,
        setup=actions.place_order,
    ),
    Scene("staff-log", "/staff/log", STAFF, setup=actions.record_product_edit),
    Scene("staff-log-of-one", "/staff/log?sku=no-such-product", STAFF),
    Scene("staff-mails", "/staff/mails", STAFF, setup=mails.have_mail_wait),
    Scene("staff-mails-none", "/staff/mails?state=failed", STAFF),
    Scene("staff-carts", "/staff/carts", STAFF),
    Scene("staff-help", "/staff/help", STAFF, setup=helping.have_help_asked),
    Scene("staff-help-none", "/staff/help", STAFF),
    Scene("staff-help-cart", "/staff/help/u-unknown", STAFF, helping.open_helped_cart),
    Scene("staff-accounts", "/staff/accounts", STAFF),
    Scene(
        "staff-account", "/staff/accounts/u-unknown", STAFF, actions.open_an_account, refused=404
    ),
    Scene(
        "staff-account-disable",
        "/staff/accounts/u-unknown/ask",
        STAFF,
        actions.ask_to_disable,
        refused=404,
    ),
    Scene("staff-live", "/staff/live", STAFF, actions.watch_stats),
    Scene("staff-live-offline", "/staff/live", STAFF, actions.watch_stats_offline),
    Scene("staff-of-a-shopper", "/staff/orders", SHOPPER, refused=404),
    Scene("order-unknown", "/orders/2222-2222", SHOPPER, refused=404),
)
BY_NAME: Mapping[str, Scene] = {scene.name: scene for scene in SCENES}
