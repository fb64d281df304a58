"""Registers all routes, filters and error handlers; the entry point of this package."""

from functools import partial
from urllib.parse import quote, urlsplit

from quart import Quart, Response, g, has_request_context, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from app.domain.emails import shown_email
from app.domain.errors import AccountRemoved, DatabaseUnavailable
from app.domain.plain_text import shown_text
from app.domain.promotions import deal_text
from app.http.account.addresses import addresses_blueprint
from app.http.account.api import account_api_blueprint
from app.http.account.confirmation import confirmation_blueprint
from app.http.account.email_forms import email_forms_blueprint
from app.http.account.forgotten_pages import forgotten_blueprint
from app.http.account.household_api import household_api_blueprint
from app.http.account.household_leaving import household_leaving_blueprint
from app.http.account.household_pages import household_blueprint
from app.http.account.invitation_pages import invitation_blueprint
from app.http.account.language import language_blueprint
from app.http.account.leaving import leaving_blueprint
from app.http.account.mailed_links import mailed_links_blueprint
from app.http.account.passkey_signin import passkey_signin_blueprint
from app.http.account.passkeys import passkeys_blueprint
from app.http.account.profile import profile_blueprint
from app.http.account.recovery_codes import recovery_codes_blueprint
from app.http.account.signin_pages import signin_blueprint
from app.http.cart.api import cart_api_blueprint
from app.http.cart.frames_api import frames_api_blueprint
from app.http.cart.help_forms import help_forms_blueprint
from app.http.cart.pages import cart_blueprint
from app.http.catalog.api import catalog_api_blueprint
from app.http.catalog.pages import catalog_blueprint
from app.http.catalog.waitlist import waitlist_blueprint
from app.http.core.assets import Assets
from app.http.core.compression import compress_responses
from app.http.core.context import HttpContext
from app.http.core.flash import KEPT_FOR
from app.http.core.form_account import check_form_accounts
from app.http.core.forms import handle_forms
from app.http.core.help_state import help_text
from app.http.core.icons import touch_icon
from app.http.core.language import choose_languages
from app.http.core.page import show_problem
from app.http.core.problems import Problem, as_json, problem_of, problem_of_http
from app.http.core.safe_redirect import safe_redirect
from app.http.core.security import LARGEST_BODY, guard
from app.http.core.shop_globals import add_shop
from app.http.core.static import static_blueprint
from app.http.core.template_filters import items_text
from app.http.docs.demo import DEMO_BLUEPRINTS
from app.http.docs.documents import documents_blueprint
from app.http.docs.how_it_works import how_it_works_blueprint
from app.http.orders.api import orders_api_blueprint
from app.http.orders.checkout_page import checkout_blueprint
from app.http.orders.forms import order_forms_blueprint
from app.http.orders.pages import orders_blueprint
from app.http.orders.payment import payment_blueprint
from app.http.orders.receipts import receipts_blueprint
from app.http.orders.webhooks import webhooks_blueprint
from app.http.site.manifest import manifest_blueprint
from app.http.site.robots import robots_blueprint
from app.http.site.service_worker import service_worker_blueprint
from app.http.site.text_pages import text_pages_blueprint
from app.http.staff.access import is_for_staff
from app.http.staff.blueprints import STAFF_BLUEPRINTS
from app.i18n.formats import date, moment, money, number, percent
from app.i18n.translate import current_language
from app.services.errors import ServiceError
from app.services.user_agent import describe_user_agent

API = "/api/"
SLOWEST_BODY_S = 10
FAILED = 500
BLUEPRINTS = (
    catalog_blueprint,
    signin_blueprint,
    profile_blueprint,
    addresses_blueprint,
    email_forms_blueprint,
    mailed_links_blueprint,
    forgotten_blueprint,
    leaving_blueprint,
    passkey_signin_blueprint,
    confirmation_blueprint,
    passkeys_blueprint,
    recovery_codes_blueprint,
    language_blueprint,
    household_blueprint,
    household_leaving_blueprint,
    invitation_blueprint,
    cart_blueprint,
    help_forms_blueprint,
    how_it_works_blueprint,
    *DEMO_BLUEPRINTS,
    checkout_blueprint,
    orders_blueprint,
    receipts_blueprint,
    order_forms_blueprint,
    payment_blueprint,
    *STAFF_BLUEPRINTS,
    account_api_blueprint,
    household_api_blueprint,
    cart_api_blueprint,
    frames_api_blueprint,
    orders_api_blueprint,
    webhooks_blueprint,
    catalog_api_blueprint,
    waitlist_blueprint,
    documents_blueprint,
    static_blueprint,
    robots_blueprint,
    manifest_blueprint,
    service_worker_blueprint,
    text_pages_blueprint,
)


def register_blueprints(app: Quart, context: HttpContext) -> None:
    """Make *app*, whose key and cookies are configured, serve pages, forms and JSON."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        BODY_TIMEOUT=SLOWEST_BODY_S,
        PERMANENT_SESSION_LIFETIME=KEPT_FOR,
    )
    app.add_template_filter(money, "money")
    app.add_template_filter(number, "number")
    app.add_template_filter(percent, "percent")
    add_asset_globals(app, context.assets)
    add_shop(app, context.shop)
    cards = context.checkout.cards
    app.jinja_env.globals["cards_are_for_tests"] = bool(cards and cards.provider.is_test)
    app.jinja_env.globals["help_text"] = help_text
    app.jinja_env.globals["helps_waiting"] = lambda: context.helps.waiting
    app.jinja_env.globals["deal"] = lambda sku: deal_text(
        sku, context.catalog.today, current_language()
    )
    app.add_template_filter(describe_user_agent, "device")
    app.add_template_filter(partial(moment, zone=context.zone), "moment")
    app.add_template_filter(partial(date, zone=context.zone), "date")
    app.add_template_filter(shown_text, "plain")
    app.add_template_filter(shown_email, "shown_email")
    choose_languages(app)
    guard(app, context)
    check_form_accounts(app, context)
    handle_forms(app, context)
    compress_responses(app)
    handle_errors(app, context)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint(context))
    redirect_odd_paths(app)


def add_asset_globals(app: Quart, assets: Assets) -> None:
    """Give templates the URLs of static files: `asset("css/shop.css")`."""
    app.jinja_env.globals |= {
        "logo": assets.logo,
        "tab_icon": assets.icon,
        "touch_icon": touch_icon(assets),
        "theme": assets.theme,
        "asset": lambda path: assets.address(path, current_language()),
        "imported_by": assets.imported_by,
        "items_text": items_text,
        "pictures": f"{assets.folder('img')}products/",
    }


def redirect_odd_paths(app: Quart) -> None:
    """Have *app* redirect a path with doubled slashes, or in capitals, to its page.

    Quart fails to do the first by itself. This comes after the guard of staff's pages, so that the
    redirect does not reveal them.
    """

    @app.before_request
    async def to_page() -> ResponseReturnValue | None:
        if isinstance(request.routing_exception, RequestRedirect):
            path = urlsplit(request.routing_exception.new_url)
            return redirect(safe_redirect(_with_query(path.path, path.query)), 308)
        if isinstance(request.routing_exception, NotFound) and _is_page(app, request.path.lower()):
            query = request.query_string.decode("ascii", "ignore")
            return redirect(_with_query(quote(request.path.lower()), query), 308)
        return None


def _is_page(app: Quart, path: str) -> bool:
    """Say whether *path* is one of a page that everybody may know."""
    adapter = app.create_url_adapter(request)
    is_private = is_for_staff(path) or path.startswith("//")
    return bool(adapter and not is_private and adapter.test(path, method="GET"))


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def handle_errors(app: Quart, context: HttpContext) -> None:
    """Answer every error of *app* with a problem, as JSON or as a page."""

    @app.errorhandler(Problem)
    async def refused(problem: Problem) -> Response:
        return await _respond(context, problem)

    @app.errorhandler(DatabaseUnavailable)
    @app.errorhandler(AccountRemoved)
    @app.errorhandler(ServiceError)
    async def not_done(error: DatabaseUnavailable | AccountRemoved | ServiceError) -> Response:
        return await _respond(context, problem_of(error))

    @app.errorhandler(HTTPException)
    async def failed(error: HTTPException) -> Response:
        problem = problem_of_http(error)
        if problem.status >= FAILED:
            g.login = None
        return await _respond(context, problem)


async def _respond(context: HttpContext, problem: Problem) -> Response:
    if not has_request_context():
        # It is a WebSocket handshake, whose response no page can read.
        return Response("", problem.status, problem.headers)
    if request.path.startswith(API):
        return as_json(problem)
    return await show_problem(context, problem)
