"""Opening the doors: the one entrance to this room."""

from quart import Quart, Response, g, has_request_context, request
from werkzeug.exceptions import HTTPException

from app.domain.money import pounds
from app.http.account.addresses import own_addresses_door
from app.http.account.api import account_api
from app.http.account.profile import own_account_door
from app.http.account.signin_pages import account_door
from app.http.account.user_agent import device_of
from app.http.cart.api import cart_api
from app.http.cart.pages import cart_door
from app.http.catalog.api import products_api
from app.http.catalog.pages import pages_door
from app.http.core.assets import Assets
from app.http.core.compression import pack
from app.http.core.context import Desk
from app.http.core.flash import KEPT_FOR
from app.http.core.page import show_problem
from app.http.core.problems import Problem, as_json, busy, of_exception
from app.http.core.security import LARGEST_BODY, guard
from app.http.core.static import files_door
from app.http.core.template_filters import moment
from app.http.docs.documents import descriptions_door
from app.http.docs.how_it_works import how_it_works_door
from app.http.orders.api import orders_api
from app.http.orders.checkout_page import checkout_door
from app.http.orders.forms import order_forms
from app.http.orders.pages import orders_door
from app.http.staff.access import staff_door
from app.http.staff.carts import staff_carts_door
from app.http.staff.edit_log import staff_log_door
from app.http.staff.live import staff_live_door
from app.http.staff.new_product import staff_new_product_door
from app.http.staff.orders import staff_orders_door
from app.http.staff.products import staff_products_door
from app.live.ports import Away
from app.services.passwords import Crowded
from app.store.database import NotNow

API = "/api/"
SLOWEST_BODY_S = 10
FAILED = 500
DOORS = (
    pages_door,
    account_door,
    own_account_door,
    own_addresses_door,
    cart_door,
    how_it_works_door,
    checkout_door,
    orders_door,
    order_forms,
    staff_door,
    staff_orders_door,
    staff_products_door,
    staff_new_product_door,
    staff_log_door,
    staff_carts_door,
    staff_live_door,
    account_api,
    cart_api,
    orders_api,
    products_api,
    descriptions_door,
    files_door,
)


def open_doors(app: Quart, desk: Desk) -> None:
    """Let *app*, whose key and cookies are set up already, serve pages, forms and JSON."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        BODY_TIMEOUT=SLOWEST_BODY_S,
        PERMANENT_SESSION_LIFETIME=KEPT_FOR,
    )
    app.add_template_filter(pounds, "money")
    _name_files(app, desk.assets)
    app.add_template_filter(device_of, "device")
    app.add_template_filter(moment, "moment")
    guard(app, desk)
    pack(app)
    _refuse_well(app, desk)
    for door in DOORS:
        app.register_blueprint(door(desk))


def _name_files(app: Quart, assets: Assets) -> None:
    """Let templates ask where files are: `asset("css/shop.css")`."""
    app.jinja_env.globals |= {
        "asset": assets.address,
        "imported_by": assets.imported_by,
        "pictures": f"{assets.folder('img')}products/",
    }


def _refuse_well(app: Quart, desk: Desk) -> None:
    """Have every refusal and every failure of *app* answered in the shop's own words."""

    @app.errorhandler(Problem)
    async def refused(problem: Problem) -> Response:
        return await _answer(desk, problem)

    @app.errorhandler(NotNow)
    @app.errorhandler(Away)
    @app.errorhandler(Crowded)
    async def not_now(_: Exception) -> Response:
        return await _answer(desk, busy())

    @app.errorhandler(HTTPException)
    async def failed(error: HTTPException) -> Response:
        problem = of_exception(error)
        if problem.status >= FAILED:
            g.login = None
        return await _answer(desk, problem)


async def _answer(desk: Desk, problem: Problem) -> Response:
    if not has_request_context():
        return Response("", problem.status, problem.headers)  # a handshake: no page can read it
    if request.path.startswith(API):
        return as_json(problem)
    return await show_problem(desk, problem)
