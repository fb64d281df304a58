"""Register and sign in with the fields of a form or of a JSON body."""

from collections.abc import Mapping

from app.domain.accounts import LONGEST_NAME, is_name
from app.domain.emails import LONGEST_EMAIL, is_email
from app.domain.languages import Language
from app.domain.plain_text import clean_line
from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.forms import PAGE_KEY
from app.http.core.problems import Problem, malformed
from app.http.core.session import remember_login, requesting_client
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.protocol.json import BadValue, text

Fields = Mapping[str, object]


async def register(
    context: HttpContext, fields: Fields, language: Language | None = None, form_key: str = ""
) -> Session:
    """Make an account from *fields*, which speaks *language*, and sign in to it."""
    email, password, name = read_email(fields), read_text(fields, "password"), read_name(fields)
    client = requesting_client()._replace(language=language)
    registered = await context.registration.register(client, email, password, name, form_key)
    return remember_login(registered)


async def register_by_form(context: HttpContext, form: Fields) -> Session:
    """Make an account that speaks the language of the page, once however often *form* is sent."""
    return await register(context, form, current_language(), str(form.get(PAGE_KEY, "")))


async def sign_in(context: HttpContext, fields: Fields) -> Session:
    """Sign in with the e-mail address and password in *fields*."""
    email, password = read_text(fields, "email"), read_text(fields, "password")
    return remember_login(await context.auth.sign_in(requesting_client(), email, password))


def read_name(fields: Fields) -> str:
    """Return the name of a customer. Raises Problem 400."""
    name = clean_line(read_text(fields, "name"))
    if not is_name(name):
        raise _wrong(_("Enter a name of 1 to %(most)s characters, on one line.", most=LONGEST_NAME))
    return name


def read_text(fields: Fields, name: str) -> str:
    """Return the text field called *name*. Raises Problem 400."""
    try:
        return text(fields, name)
    except BadValue as fault:
        raise malformed(fault) from fault


def read_email(fields: Fields) -> str:
    """Return the e-mail address of a customer. Raises Problem 400."""
    email = read_text(fields, "email")
    if not is_email(email):
        detail = _(
            "Enter an e-mail address with one @ and something on both sides of it, of at most"
            " %(most)s characters.",
            most=LONGEST_EMAIL,
        )
        raise _wrong(detail)
    return email


def _wrong(detail: str) -> Problem:
    return Problem(400, "malformed", detail)
