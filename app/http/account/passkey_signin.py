"""Signing in with a passkey: what a browser asks for, and the form with its answer."""

from quart import Blueprint, Response, redirect
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.http.account.signin_pages import form_values, show_problem
from app.http.cart.pages import add_chosen_product
from app.http.core.context import HttpContext
from app.http.core.forms import PAGE_KEY, read_form
from app.http.core.json_body import JSON, as_public_json
from app.http.core.problems import not_found, problem_of
from app.http.core.session import remember_login, requesting_client
from app.services.errors import ServiceError

PAGE = "/login/passkey"
RELATED = "/.well-known/webauthn"
RELATED_FOR_S = 3600


def passkey_signin_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes, and the list of the shop's origins that may ask for its passkeys."""
    blueprint = Blueprint("passkey_signin", __name__)

    @blueprint.post(f"{PAGE}.json")
    async def ask() -> Response:
        options = await context.passkeys.use.ask_to_sign_in(requesting_client())
        return Response(options, content_type=JSON)

    @blueprint.post(PAGE)
    async def sign_in() -> ResponseReturnValue:
        return await _sign_in(context)

    @blueprint.get(RELATED)
    async def related() -> Response:
        if (party := context.passkeys.own.challenges.relying_party) is None:
            raise not_found()
        return await as_public_json({"origins": list(party.origins)}, RELATED_FOR_S)

    return blueprint


async def _sign_in(context: HttpContext) -> ResponseReturnValue:
    form = read_form()
    values = form_values(form)
    try:
        started = await context.passkeys.use.sign_in(
            requesting_client(), form.get("credential", "")
        )
    except (DatabaseUnavailable, ServiceError) as error:
        return await show_problem(context, "login.html", values, problem_of(error))
    login = remember_login(started)
    await add_chosen_product(context, login, values["add"], form.get(PAGE_KEY, ""))
    return redirect(values["next"], 303)
