"""A shopper asks staff for help with the cart, and ends it: by forms, and by a page's script."""

from quart import Blueprint, Response, redirect
from quart.typing import ResponseReturnValue

from app.domain.accounts import AccountId
from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import Form, read_form
from app.http.core.problems import Problem, as_json
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login, require_login, to_login
from app.i18n.translate import ngettext
from app.services.help_errors import AskedTooOften


def help_forms_blueprint(context: HttpContext) -> Blueprint:
    """Return the two forms, which redirect to the page that they were sent from.

    A script sends the same fields, and stays on its page.
    """
    blueprint = Blueprint("help_forms", __name__)

    @blueprint.post("/cart/help")
    async def ask() -> ResponseReturnValue:
        form = read_form()
        back = safe_redirect(form.get("next", ""))
        if (login := await find_login(context)) is None:
            return to_login(back)
        try:
            await context.helps.ask(login, _cart_of(form, login))
        except AskedTooOften as refused:
            flash(Notice("error", _asked_too_often(refused)))
        return redirect(back, 303)

    @blueprint.post("/cart/help/end")
    async def end() -> ResponseReturnValue:
        form = read_form()
        back = safe_redirect(form.get("next", ""))
        if (login := await find_login(context)) is None:
            return to_login(back)
        await context.helps.end_by_shopper(login, _cart_of(form, login))
        return redirect(back, 303)

    _add_requests(blueprint, context)
    return blueprint


def _add_requests(blueprint: Blueprint, context: HttpContext) -> None:
    """Add what a page's script sends in place of the forms."""

    @blueprint.post("/cart/help.json")
    async def ask_in_place() -> Response:
        form, login = read_form(), await require_login(context)
        try:
            await context.helps.ask(login, _cart_of(form, login))
        except AskedTooOften as refused:
            problem = Problem(429, "throttled", _asked_too_often(refused), refused.wait_s)
            return as_json(problem)
        return Response(status=204)

    @blueprint.post("/cart/help/end.json")
    async def end_in_place() -> Response:
        form, login = read_form(), await require_login(context)
        await context.helps.end_by_shopper(login, _cart_of(form, login))
        return Response(status=204)


def _cart_of(form: Form, login: Session) -> AccountId:
    """Return whose cart the page shows that the form was sent from."""
    return AccountId(form.get("cart") or login.account)


def _asked_too_often(refused: AskedTooOften) -> str:
    return ngettext(
        "You can ask for help again in %(num)s second.",
        "You can ask for help again in %(num)s seconds.",
        refused.wait_s,
    )
