"""The forms of one's e-mail address: change it, or have another link sent that confirms it."""

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.emails import normalize_email
from app.domain.sessions import Session
from app.http.account.auth import read_email, read_text
from app.http.account.profile import PAGE, FormError, own_person, redirect_with_notice, show_again
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import Form, read_form
from app.http.core.problems import Problem, problem_of
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login, requesting_client, require_login, to_login
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.errors import ServiceError
from app.store.accounts import Person

SENT = N_("We have sent a mail to %(email)s. Open the link in it to confirm your address.")
SENT_TO_BOTH = N_(
    "We have sent a mail to your old and one to your new address. Your address is changed once you"
    " have opened the links in both."
)
SAME = N_("That is your address already.")


def email_forms_blueprint(context: HttpContext) -> Blueprint:
    """Return the forms of the e-mail address of the account that is signed in."""
    blueprint = Blueprint("email_forms", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        return to_login(PAGE) if await find_login(context) is None else None

    @blueprint.post(f"{PAGE}/email/confirm")
    async def send_again() -> ResponseReturnValue:
        person = await own_person(context, await require_login(context))
        if not person.is_confirmed:
            await context.email_addresses.send_again(requesting_client(), person)
            flash(Notice("ok", _(SENT, email=person.email)))
        return redirect(safe_redirect(read_form().get("next", PAGE)), 303)

    @blueprint.post(f"{PAGE}/email")
    async def change() -> ResponseReturnValue:
        return await _change(context, await require_login(context))

    return blueprint


async def _change(context: HttpContext, login: Session) -> ResponseReturnValue:
    form, person = read_form(), await own_person(context, login)
    try:
        email, password = _read_new(form, person), read_text(form, "password")
        await context.email_addresses.begin_change(requesting_client(), person, email, password)
    except ServiceError as error:
        return await show_again(context, login, _error(problem_of(error)))
    except Problem as problem:
        return await show_again(context, login, _error(problem))
    text = _(SENT_TO_BOTH) if person.is_confirmed else _(SENT, email=email)
    return await redirect_with_notice(text)


def _read_new(form: Form, person: Person) -> str:
    """Return another address than *person* has. Raises Problem 400."""
    email = read_email(form)
    if normalize_email(email) == normalize_email(person.email):
        raise Problem(400, "same_email", _(SAME))
    return email


def _error(problem: Problem) -> FormError:
    return FormError("email", problem, email=read_form().get("email", ""))
