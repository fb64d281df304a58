"""Households as JSON (protocol.md §7)."""

from quart import Blueprint, Response

from app.domain.accounts import AccountId
from app.domain.emails import shown_email
from app.domain.household import InvitationHash
from app.domain.members import Household, Role
from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json, read_body
from app.http.core.problems import malformed
from app.http.core.session import require_login
from app.protocol.json import BadValue, Fields, text
from app.protocol.orders import time_text
from app.store.households import Invitation

LONGEST_ID = 100


def household_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of households in JSON."""
    blueprint = Blueprint("household_api", __name__)

    @blueprint.get("/api/household")
    async def household() -> Response:
        return await _shown(context, await require_login(context))

    @blueprint.post("/api/household/invitations")
    async def invite() -> Response:
        login = await require_login(context)
        role = _role(await read_body())
        token, invitation = await context.households.invite(login.account, role)
        return as_json({"token": token, **_invitation_fields(invitation)}, 201)

    @blueprint.post("/api/household/withdraw")
    async def withdraw() -> Response:
        login = await require_login(context)
        invitation = InvitationHash(_text(await read_body(), "invitation"))
        await context.households.withdraw(login.account, invitation)
        return await _shown(context, login)

    @blueprint.post("/api/household/join")
    async def join() -> Response:
        login = await require_login(context)
        cart = await context.households.join(login, _text(await read_body(), "token"))
        return as_json({"cart": cart})

    _add_members(blueprint, context)
    return blueprint


def _add_members(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the routes by which members leave, and do more or less."""

    @blueprint.post("/api/household/remove")
    async def remove() -> Response:
        login, body = await require_login(context), await read_body()
        cart, account = AccountId(_text(body, "cart")), AccountId(_text(body, "account"))
        await context.households.remove(login, cart, account)
        return await _shown(context, login)

    @blueprint.post("/api/household/role")
    async def change_role() -> Response:
        login, body = await require_login(context), await read_body()
        account = AccountId(_text(body, "account"))
        await context.households.change_role(login, account, _role(body))
        return await _shown(context, login)

    @blueprint.post("/api/household/saved")
    async def share_saved() -> Response:
        login, body = await require_login(context), await read_body()
        is_shared = body.get("shared")
        if not isinstance(is_shared, bool):
            raise malformed("shared: true or false is needed")
        await context.households.share_saved(login, is_shared=is_shared)
        return await _shown(context, login)


async def _shown(context: HttpContext, login: Session) -> Response:
    return as_json(await household_fields(context, login))


async def household_fields(context: HttpContext, login: Session) -> Fields:
    """Return the own household, the open invitations to it, and the carts that others share."""
    own = await context.households.own(login.account)
    carts = [
        {"cart": one.owner, "name": one.household.owner, "role": _role_in(one.household, login)}
        for one in await context.households.shared_with(login.account)
    ]
    members = own.household.members.items() if own.household else ()
    return {
        "members": [
            {"account": account, "name": member.name, "role": member.role}
            for account, member in members
        ],
        "shares_saved": own.household is not None and own.household.shares_saved,
        "invitations": [_invitation_fields(one) for one in own.invitations],
        "carts": carts,
    }


def _role_in(household: Household, login: Session) -> Role:
    return household.members[login.account].role


def _invitation_fields(invitation: Invitation) -> Fields:
    expires_at = time_text(invitation.expires_at_s)
    sent_to = {"email": shown_email(invitation.email)} if invitation.email else {}
    shown = {"invitation": invitation.hash, "role": invitation.role, "expires_at": expires_at}
    return shown | sent_to


def _text(body: Fields, name: str) -> str:
    try:
        return text(body, name, LONGEST_ID, 1)
    except BadValue as fault:
        raise malformed(fault) from fault


def _role(body: Fields) -> Role:
    if (role := _text(body, "role")) not in set(Role):
        raise malformed(f"role: one of these is needed: {', '.join(Role)}")
    return Role(role)
