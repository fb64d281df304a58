"""A shopper asks staff for help with the cart, and ends it."""

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.accounts import AccountId
from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import Form, read_form
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login, to_login
from app.i18n.translate import ngettext
from app.services.help_errors import AskedTooOften


def help_forms_blueprint(context: HttpContext) -> Blueprint:
    """Return the two forms, which redirect to the page that they were sent from."""
    blueprint = Blueprint("help_forms", __name__)

    @blueprint.post("/cart/help")
    async def ask() -> ResponseReturnValue:
        form = read_form()
        back = safe_redirect(form.get("next", ""))
        if (login := await find_login(context)) is None:
            return to_login(back)
        await _ask(context, login, _cart_of(form, login))
        return redirect(back, 303)

    @blueprint.post("/cart/help/end")
    async def end() -> ResponseReturnValue:
        form = read_form()
        back = safe_redirect(form.get("next", ""))
        if (login := await find_login(context)) is None:
            return to_login(back)
        await context.helps.end_by_shopper(login, _cart_of(form, login))
        return redirect(back, 303)

    return blueprint


def _cart_of(form: Form, login: Session) -> AccountId:
    """Return whose cart the page shows that the form was sent from."""
    return AccountId(form.get("cart") or login.account)


async def _ask(context: HttpContext, login: Session, cart: AccountId) -> None:
    try:
        await context.helps.ask(login, cart)
    except AskedTooOften as refused:
        text = ngettext(
            "You can ask for help again in %(num)s second.",
            "You can ask for help again in %(num)s seconds.",
            refused.wait_s,
        )
        flash(Notice("error", text))
