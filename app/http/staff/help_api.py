"""Help by staff as JSON: asked for and ended by a shopper, taken and ended by staff (§7)."""

from quart import Blueprint, Response, request

from app.domain.accounts import AccountId
from app.domain.help import HelpId
from app.domain.help_care import OpenHelp
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json
from app.http.core.session import require_login, require_staff
from app.http.staff.help import first_name
from app.protocol.json import Fields
from app.protocol.orders import time_text


def help_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes. What becomes of a help is told to all who see the cart."""
    blueprint = Blueprint("help_api", __name__)

    @blueprint.post("/api/help")
    async def ask() -> Response:
        login = await require_login(context)
        await context.helps.ask(login, _cart(login.account))
        return Response(None, 204)

    @blueprint.post("/api/help/end")
    async def end() -> Response:
        login = await require_login(context)
        await context.helps.end_by_shopper(login, _cart(login.account))
        return Response(None, 204)

    @blueprint.get("/api/staff/help")
    async def helps() -> Response:
        await require_staff(context)
        return as_json({"helps": [_fields(one) for one in await context.helps.look()]})

    @blueprint.post("/api/staff/help/<help_id>/take")
    async def take(help_id: str) -> Response:
        login = await require_staff(context)
        return as_json({"cart": await context.helps.take(login, HelpId(help_id))})

    @blueprint.post("/api/staff/help/<help_id>/end")
    async def end_by_staff(help_id: str) -> Response:
        await context.helps.end_by_staff(await require_staff(context), HelpId(help_id))
        return Response(None, 204)

    return blueprint


def _cart(own: AccountId) -> AccountId:
    return AccountId(request.args.get("cart") or own)


def _fields(one: OpenHelp) -> Fields:
    return {
        "id": one.help.id,
        "cart": one.cart,
        "name": first_name(one.owner),
        "asked_at": time_text(one.help.asked_at_s),
        "helper": one.help.name,
    }
