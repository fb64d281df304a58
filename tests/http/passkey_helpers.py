"""What a browser does with passkeys on the shop's pages."""

import re

from quart import Response

from app.store.passkeys import load_passkeys
from tests.authenticator import Authenticator
from tests.http.harness import HttpHarness
from tests.http.staff_helpers import GRACE
from tests.http.visitor import PASSWORD, Visitor, text

NEW, CONFIRM, CODES = "/account/passkeys/new", "/account/confirm", "/account/recovery-codes"
LOGIN = "/login/passkey"


async def options(visitor: Visitor, form: str) -> str:
    """Return the JSON that the script of a form asks for."""
    answer = await visitor.post(f"{form}.json")
    shown = await answer.get_data(as_text=True)
    assert answer.status_code == 200, shown
    return shown


async def add(visitor: Visitor, device: Authenticator, name: str = "Phone") -> Response:
    """Make a passkey on *device*, and send the form with it."""
    made = device.make(await options(visitor, NEW))
    return await visitor.post(NEW, {"credential": made, "name": name})


async def add_passkey(visitor: Visitor, device: Authenticator, name: str = "Phone") -> str:
    """Do so, and return the page that it leads to."""
    answer = await add(visitor, device, name)
    assert answer.status_code == 303, await text(answer)
    return await text(await visitor.get(answer.location or ""))


async def sign_in(visitor: Visitor, device: Authenticator, **fields: str) -> Response:
    """Sign in with the passkey of *device*."""
    used = device.use(await options(visitor, LOGIN))
    return await visitor.post(LOGIN, {"credential": used, **fields})


async def confirm(visitor: Visitor, device: Authenticator) -> Response:
    """Confirm a login with the passkey of *device*."""
    used = device.use(await options(visitor, f"{CONFIRM}/passkey"))
    return await visitor.post(f"{CONFIRM}/passkey", {"credential": used, "next": "/staff/orders"})


async def confirm_with_code(visitor: Visitor, code: str, password: str = PASSWORD) -> Response:
    """Confirm a login with a password and a recovery code."""
    form = {"password": password, "code": code, "next": "/staff/orders"}
    return await visitor.post(CONFIRM, form)


async def make_codes(visitor: Visitor) -> list[str]:
    """Have recovery codes made, and return them."""
    page = await text(await visitor.post(CODES))
    return re.findall(r"<code>(.+?)</code>", page)


async def count_passkeys(harness: HttpHarness) -> int:
    """Return how many passkeys Grace has."""
    return len(await harness.database.read(load_passkeys, GRACE.account))
