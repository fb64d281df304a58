"""Register and sign in with the fields of a form or of a JSON body."""

from collections.abc import Mapping

from app.domain.accounts import LONGEST_NAME, is_email, is_name
from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.problems import malformed
from app.http.core.session import remember_login, requesting_client
from app.protocol.json import BadValue, text

Fields = Mapping[str, object]


async def register(context: HttpContext, fields: Fields) -> Session:
    """Make an account from *fields*, and sign in to it."""
    email, password, name = _read_email(fields), read_text(fields, "password"), read_name(fields)
    return remember_login(await context.auth.register(requesting_client(), email, password, name))


async def sign_in(context: HttpContext, fields: Fields) -> Session:
    """Sign in with the e-mail address and password in *fields*."""
    email, password = read_text(fields, "email"), read_text(fields, "password")
    return remember_login(await context.auth.sign_in(requesting_client(), email, password))


def read_name(fields: Fields) -> str:
    """Return the name of a customer. Raises Problem 400."""
    name = read_text(fields, "name")
    if not is_name(name):
        raise malformed(f"A name has 1 to {LONGEST_NAME} characters, on one line")
    return name


def read_text(fields: Fields, name: str) -> str:
    """Return the text field called *name*. Raises Problem 400."""
    try:
        return text(fields, name)
    except BadValue as fault:
        raise malformed(fault) from fault


def _read_email(fields: Fields) -> str:
    email = read_text(fields, "email")
    if not is_email(email):
        raise malformed("The e-mail address needs one @, with something on both sides")
    return email
