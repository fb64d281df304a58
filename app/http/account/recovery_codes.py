"""The page of recovery codes, which are shown once, when they are made."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.http.account.passkeys import CODES
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.session import find_login, requesting_client, require_login, to_login
from app.http.core.step_up import to_confirmation
from app.services.passkeys import NotRecent
from app.store.recovery_codes import count_codes


def recovery_codes_blueprint(context: HttpContext) -> Blueprint:
    """Return the page and its form."""
    blueprint = Blueprint("recovery_codes", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        return None if await find_login(context) else to_login(CODES)

    @blueprint.get(CODES)
    async def page() -> ResponseReturnValue:
        return await _show(context, [])

    @blueprint.post(CODES)
    async def make() -> ResponseReturnValue:
        login = await require_login(context)
        try:
            codes = await context.passkeys.confirmations.new_codes(requesting_client(), login)
        except NotRecent:
            return to_confirmation(request.path)
        return await _show(context, codes)

    return blueprint


async def _show(context: HttpContext, codes: list[str]) -> str:
    login = await require_login(context)
    return await show(
        context,
        "passkeys/codes.html",
        path=CODES,
        codes=codes,
        codes_left=await context.database.read(count_codes, login.account),
        owner=await context.passkeys.own.owner(login),
    )
