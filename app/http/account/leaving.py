"""Leave the shop: download all that it keeps of an account, and delete the account."""

from quart import Blueprint, Response, redirect
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Session
from app.http.account.auth import read_text
from app.http.account.household_api import household_fields
from app.http.account.personal_data import personal_fields
from app.http.account.profile import PAGE, own_person
from app.http.account.signin_pages import CLEAR_SITE_DATA
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.json_body import as_json
from app.http.core.page import show
from app.http.core.problems import Problem, problem_of
from app.http.core.safe_redirect import HOME
from app.http.core.session import (
    find_login,
    forget_login,
    requesting_client,
    require_login,
    to_login,
)
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.protocol.encode import cart_fields
from app.protocol.localize import localized_cart
from app.services.errors import ServiceError
from app.store.personal_data import load_personal_data

DELETE = f"{PAGE}/delete"


def leaving_blueprint(context: HttpContext) -> Blueprint:
    """Return the download of one's data, and the page to delete one's account."""
    blueprint = Blueprint("leaving", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        return to_login(PAGE) if await find_login(context) is None else None

    @blueprint.get(f"{PAGE}/data.json")
    async def data() -> Response:
        return await _data(context, await require_login(context))

    @blueprint.get(DELETE)
    async def ask() -> ResponseReturnValue:
        return await show(context, "delete_account.html", error=None, path=DELETE)

    @blueprint.post(DELETE)
    async def delete() -> ResponseReturnValue:
        return await _delete(context, await require_login(context))

    return blueprint


async def _data(context: HttpContext, login: Session) -> Response:
    async with context.hub.borrow(login.account, None) as cart:
        snapshot = cart.snapshot()
    found = await context.database.read(load_personal_data, login.account)
    shown = localized_cart(snapshot.cart, current_language(), context.catalog.today)
    shared = {"cart": cart_fields(shown), "household": await household_fields(context, login)}
    response = as_json(personal_fields(found) | shared)
    response.headers["Content-Disposition"] = f'attachment; filename="{login.account}.json"'
    return response


async def _delete(context: HttpContext, login: Session) -> ResponseReturnValue:
    person = await own_person(context, login)
    try:
        password = read_text(read_form(), "password")
        await context.account_removal.delete(requesting_client(), person, password)
    except (ServiceError, DatabaseUnavailable) as error:
        return await _show_again(context, problem_of(error))
    except Problem as problem:
        return await _show_again(context, problem)
    forget_login()
    flash(Notice("ok", _("Your account is deleted. We are sorry to see you go.")))
    return redirect(HOME, 303), CLEAR_SITE_DATA


async def _show_again(context: HttpContext, problem: Problem) -> ResponseReturnValue:
    page = await show(context, "delete_account.html", error=problem.detail, path=DELETE)
    return page, problem.status, problem.headers
