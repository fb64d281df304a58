"""The pages of one's own passkeys: add, name and remove them."""

from quart import Blueprint, Response, redirect
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.domain.passkeys import Passkey, PasskeyId
from app.http.account.auth import read_name
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.json_body import JSON
from app.http.core.page import show
from app.http.core.problems import Problem, not_found, problem_of
from app.http.core.session import (
    find_login,
    remember_login,
    requesting_client,
    require_login,
    to_login,
)
from app.http.core.step_up import takes_passkeys, to_confirmation
from app.i18n.translate import gettext as _
from app.services.errors import ServiceError
from app.services.passkeys import NotRecent
from app.services.user_agent import describe_user_agent
from app.store.recovery_codes import count_codes

PAGE = "/account/passkeys"
NEW = f"{PAGE}/new"
CODES = "/account/recovery-codes"


def passkeys_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages and forms of an account's passkeys."""
    blueprint = Blueprint("own_passkeys", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        return None if await find_login(context) else to_login(PAGE)

    @blueprint.get(PAGE)
    async def list_own() -> ResponseReturnValue:
        return await _list(context)

    @blueprint.get(NEW)
    async def new() -> ResponseReturnValue:
        try:
            await context.passkeys.own.changing(await require_login(context))
        except NotRecent:
            return to_confirmation(NEW)
        return await _show_new(context, describe_user_agent(requesting_client().agent))

    @blueprint.post(NEW)
    async def add() -> ResponseReturnValue:
        return await _add(context)

    @blueprint.post(f"{NEW}.json")
    async def ask() -> Response:
        login = await require_login(context)
        options = await context.passkeys.own.ask(requesting_client(), login)
        return Response(options, content_type=JSON)

    _add_forms_of_one(blueprint, context)
    return blueprint


def _add_forms_of_one(blueprint: Blueprint, context: HttpContext) -> None:
    @blueprint.get(f"{PAGE}/<passkey_id>")
    async def edit(passkey_id: str) -> ResponseReturnValue:
        return await _show_one(context, await _find(context, passkey_id))

    @blueprint.post(f"{PAGE}/<passkey_id>")
    async def rename(passkey_id: str) -> ResponseReturnValue:
        passkey, login = await _find(context, passkey_id), await require_login(context)
        try:
            name = _typed_name()
        except Problem as problem:
            return await _show_one(context, passkey, problem), problem.status
        await context.passkeys.own.rename(login, passkey.id, name)
        return _back(_("The passkey is renamed."))

    @blueprint.post(f"{PAGE}/<passkey_id>/remove")
    async def remove(passkey_id: str) -> ResponseReturnValue:
        passkey, login = await _find(context, passkey_id), await require_login(context)
        try:
            await context.passkeys.own.remove(requesting_client(), login, passkey.id)
        except NotRecent:
            return to_confirmation(f"{PAGE}/{passkey.id}")
        except ServiceError as error:
            problem = problem_of(error)
            return await _show_one(context, passkey, problem), problem.status
        return _back(_("The passkey is removed. Delete it on your device too."))


async def _list(context: HttpContext) -> ResponseReturnValue:
    login = await require_login(context)
    party = context.passkeys.own.challenges.relying_party
    return await show(
        context,
        "passkeys/list.html",
        path=PAGE,
        owner=await context.passkeys.own.owner(login),
        codes_left=await context.database.read(count_codes, login.account),
        elsewhere=party.origins[0] if party and not takes_passkeys(context) else None,
        takes_passkeys=takes_passkeys(context),
    )


async def _add(context: HttpContext) -> ResponseReturnValue:
    form, login = read_form(), await require_login(context)
    try:
        name, credential = (
            read_name({"name": read_form().get("name", "")}),
            form.get("credential", ""),
        )
        started = await context.passkeys.own.add(requesting_client(), login, credential, name)
    except NotRecent:
        return to_confirmation(NEW)
    except (DatabaseUnavailable, ServiceError) as error:
        problem = problem_of(error)
        return await _show_new(context, form.get("name", ""), problem), problem.status
    except Problem as problem:
        return await _show_new(context, form.get("name", ""), problem), problem.status
    remember_login(started)
    flash(Notice("ok", _("The passkey is added.")))
    has_codes = await context.database.read(count_codes, login.account)
    owner = await context.passkeys.own.owner(started.session)
    return redirect(CODES if owner.needs_mfa and not has_codes else PAGE, 303)


def _typed_name() -> str:
    """Return the name that was typed. Raises Problem 400."""
    return read_name({"name": read_form().get("name", "")})


async def _find(context: HttpContext, passkey_id: str) -> Passkey:
    owner = await context.passkeys.own.owner(await require_login(context))
    for passkey in owner.known:
        if passkey.id == PasskeyId(passkey_id):
            return passkey
    raise not_found()


def _back(text: str) -> ResponseReturnValue:
    flash(Notice("ok", text))
    return redirect(PAGE, 303)


async def _show_new(context: HttpContext, name: str, problem: Problem | None = None) -> str:
    login = await require_login(context)
    return await show(
        context,
        "passkeys/new.html",
        path=NEW,
        name=name,
        problem=problem,
        lacks_mfa=login.lacks_mfa,
        takes_passkeys=takes_passkeys(context),
    )


async def _show_one(context: HttpContext, passkey: Passkey, problem: Problem | None = None) -> str:
    page = f"{PAGE}/{passkey.id}"
    return await show(context, "passkeys/one.html", path=page, passkey=passkey, problem=problem)
