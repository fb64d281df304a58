"""Ties each form to the account on whose page it stands, and to the cart that the page shows.

A page may outlive its login: in another tab another account signs in, and the browser sends that
account's cookie with the form. Every form that is sent by POST therefore names its account in a
hidden field, and a form of another account than the cookie's is refused before anything is done.
Where the page shows the cart of somebody else, another field names that (`used_cart.py`).
"""

import re

from jinja2 import Environment
from jinja2.ext import Extension
from quart import Quart, g, request

from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.problems import other_account
from app.http.core.session import find_login
from app.http.core.used_cart import shown_cart

FIELD = "account"
FORM_TYPE = "application/x-www-form-urlencoded"

_FIELDS = (
    "{% if form_account() %}"
    '<input type="hidden" name="account" value="{{ form_account() }}">'
    "{% endif %}"
    "{% if form_cart() %}"
    '<input type="hidden" name="cart" value="{{ form_cart() }}">'
    "{% endif %}"
    "{% if page_key() %}"
    '<input type="hidden" name="page_key" value="{{ page_key() }}">'
    "{% endif %}"
)
_POST_FORM = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')


class FormAccounts(Extension):
    """Adds the fields of account, cart and page to each form of a template that is sent by POST."""

    def __init__(self, environment: Environment):
        super().__init__(environment)
        environment.globals["form_account"] = _form_account
        environment.globals["form_cart"] = shown_cart

    def preprocess(self, source: str, _name: str | None, _filename: str | None = None) -> str:
        """Return the *source* of a template with the fields in each of its forms."""
        return _POST_FORM.sub(rf"\g<0>{_FIELDS}", source)


def check_form_accounts(app: Quart, context: HttpContext) -> None:
    """Have *app* refuse forms of another account than the one that is signed in."""
    app.jinja_env.add_extension(FormAccounts)

    @app.before_request
    async def check() -> None:
        if request.method != "POST" or request.mimetype != FORM_TYPE:
            return
        form = await request.form
        if claimed := form.get(FIELD):
            login = await find_login(context)
            if login is not None and login.account != claimed:
                raise other_account()


def _form_account() -> str:
    """Return the account that is signed in; empty if none is."""
    login: Session | None = g.get("login")
    return login.account if login else ""
