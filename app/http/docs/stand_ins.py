"""What the demo's stand-ins do: wait for what a visitor lets go of, and help with their cart.

Each is a throw-away account of its own. All rules count for it as for anybody: a stand-in of staff
has the right to help, and is let only into the cart of the visitor for whom it stands there.
"""

from typing import Final

from quart import Blueprint, Response

from app.domain.accounts import StandIn
from app.domain.help import HelpId
from app.domain.sessions import Session
from app.http.catalog.waitlist import give_up_as, sku_in, wait_as, waitlist_of
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json, read_body
from app.http.core.problems import Problem, malformed, not_found
from app.http.core.session import requesting_client, require_login
from app.http.core.stand_in_cookie import read_stand_in, set_stand_in
from app.http.docs.demo_forms import demo_of
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.help_errors import HelpTaken, NoHelp
from app.store.sessions import digest

API: Final = "/api/how-it-works"
NAMES: Final = {StandIn.SHOPPER: N_("Somebody else"), StandIn.HELPER: N_("The demo's helper")}


def stand_ins_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes; in a shop that is no demo they are 404, and without a login 401."""
    blueprint = Blueprint("stand_ins", __name__)

    @blueprint.post(f"{API}/stand-in")
    async def begin() -> Response:
        demo, _login = demo_of(context), await require_login(context)
        stand_in = _stand_in((await read_body()).get("role"))
        if found := await _find(context, stand_in):
            return as_json({"account": found.account})
        client = requesting_client()._replace(language=current_language(), session_hash=None)
        started = await demo.stand_ins[stand_in].begin(client, _(NAMES[stand_in]))
        response = as_json({"account": started.session.account})
        set_stand_in(response, stand_in, started.secret)
        return response

    _add_waitlist(blueprint, context)
    _add_help(blueprint, context)
    return blueprint


def _add_waitlist(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the routes by which a stand-in waits, and waits no longer or gives back."""

    @blueprint.post(f"{API}/waitlist")
    async def wait() -> Response:
        shopper, sku = await _require(context, StandIn.SHOPPER), sku_in(await read_body())
        await wait_as(context, shopper, sku)
        return await waitlist_of(context, shopper)

    @blueprint.post(f"{API}/waitlist/leave")
    async def leave() -> Response:
        shopper, sku = await _require(context, StandIn.SHOPPER), sku_in(await read_body())
        await give_up_as(context, shopper, sku)
        return await waitlist_of(context, shopper)


def _add_help(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the routes by which a stand-in of staff takes and ends the help of the visitor."""

    @blueprint.post(f"{API}/help/take")
    async def take() -> Response:
        helper = await _require(context, StandIn.HELPER)
        try:
            return as_json({"cart": await context.helps.take(helper, await _own_help(context))})
        except HelpTaken:
            raise Problem(409, "not_allowed", _("Somebody of staff was faster.")) from None

    @blueprint.post(f"{API}/help/end")
    async def end() -> Response:
        helper = await _require(context, StandIn.HELPER)
        await context.helps.end_by_staff(helper, await _own_help(context))
        return Response(None, 204)


async def _own_help(context: HttpContext) -> HelpId:
    """Return the help of the visitor's own cart: no other is taken here. Raises NoHelp."""
    login = await require_login(context)
    for one in await context.helps.look():
        if one.cart == login.account:
            return one.help.id
    raise NoHelp


async def _require(context: HttpContext, stand_in: StandIn) -> Session:
    """Return the session of a stand-in of who is signed in. Raises Problem 401 or 404."""
    demo_of(context)
    await require_login(context)
    if (found := await _find(context, stand_in)) is None:
        raise not_found()
    return found


async def _find(context: HttpContext, stand_in: StandIn) -> Session | None:
    session_id = read_stand_in(stand_in)
    return await context.session_lookup.find(digest(session_id)) if session_id else None


def _stand_in(role: object) -> StandIn:
    if role not in set(StandIn):
        raise malformed(f"role: one of these is needed: {', '.join(StandIn)}")
    return StandIn(str(role))
