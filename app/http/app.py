"""Registers all routes, filters and error handlers; the entry point of this package."""

from quart import Quart, Response, g, has_request_context, request
from werkzeug.exceptions import HTTPException

from app.domain.errors import DatabaseUnavailable
from app.domain.money import pounds
from app.http.account.addresses import addresses_blueprint
from app.http.account.api import account_api_blueprint
from app.http.account.profile import profile_blueprint
from app.http.account.signin_pages import signin_blueprint
from app.http.account.user_agent import describe_user_agent
from app.http.cart.api import cart_api_blueprint
from app.http.cart.pages import cart_blueprint
from app.http.catalog.api import catalog_api_blueprint
from app.http.catalog.pages import catalog_blueprint
from app.http.core.assets import Assets
from app.http.core.compression import compress_responses
from app.http.core.context import HttpContext
from app.http.core.flash import KEPT_FOR
from app.http.core.page import show_problem
from app.http.core.problems import Problem, as_json, problem_of, problem_of_http
from app.http.core.security import LARGEST_BODY, guard
from app.http.core.static import static_blueprint
from app.http.core.template_filters import moment
from app.http.docs.documents import documents_blueprint
from app.http.docs.how_it_works import how_it_works_blueprint
from app.http.orders.api import orders_api_blueprint
from app.http.orders.checkout_page import checkout_blueprint
from app.http.orders.forms import order_forms_blueprint
from app.http.orders.pages import orders_blueprint
from app.http.staff.access import staff_blueprint
from app.http.staff.carts import staff_carts_blueprint
from app.http.staff.edit_log import staff_log_blueprint
from app.http.staff.live import staff_live_blueprint
from app.http.staff.new_product import staff_new_product_blueprint
from app.http.staff.orders import staff_orders_blueprint
from app.http.staff.products import staff_products_blueprint
from app.services.errors import ServiceError

API = "/api/"
SLOWEST_BODY_S = 10
FAILED = 500
BLUEPRINTS = (
    catalog_blueprint,
    signin_blueprint,
    profile_blueprint,
    addresses_blueprint,
    cart_blueprint,
    how_it_works_blueprint,
    checkout_blueprint,
    orders_blueprint,
    order_forms_blueprint,
    staff_blueprint,
    staff_orders_blueprint,
    staff_products_blueprint,
    staff_new_product_blueprint,
    staff_log_blueprint,
    staff_carts_blueprint,
    staff_live_blueprint,
    account_api_blueprint,
    cart_api_blueprint,
    orders_api_blueprint,
    catalog_api_blueprint,
    documents_blueprint,
    static_blueprint,
)


def register_blueprints(app: Quart, context: HttpContext) -> None:
    """Make *app*, whose key and cookies are configured, serve pages, forms and JSON."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        BODY_TIMEOUT=SLOWEST_BODY_S,
        PERMANENT_SESSION_LIFETIME=KEPT_FOR,
    )
    app.add_template_filter(pounds, "money")
    add_asset_globals(app, context.assets)
    app.add_template_filter(describe_user_agent, "device")
    app.add_template_filter(moment, "moment")
    guard(app, context)
    compress_responses(app)
    handle_errors(app, context)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint(context))


def add_asset_globals(app: Quart, assets: Assets) -> None:
    """Give templates the URLs of static files: `asset("css/shop.css")`."""
    app.jinja_env.globals |= {
        "asset": assets.address,
        "imported_by": assets.imported_by,
        "pictures": f"{assets.folder('img')}products/",
    }


def handle_errors(app: Quart, context: HttpContext) -> None:
    """Answer every error of *app* with a problem, as JSON or as a page."""

    @app.errorhandler(Problem)
    async def refused(problem: Problem) -> Response:
        return await _respond(context, problem)

    @app.errorhandler(DatabaseUnavailable)
    @app.errorhandler(ServiceError)
    async def not_done(error: DatabaseUnavailable | ServiceError) -> Response:
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
