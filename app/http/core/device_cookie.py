"""The cookie by which a browser is known to the accounts that have signed in with it.

It outlives logins, is signed, and lets nobody sign in: without it, the owner of the account is told
by mail of a sign-in from a new device.
"""

from datetime import timedelta
from typing import Final

from itsdangerous import BadSignature, Signer
from quart import current_app, g, request
from quart.typing import ResponseTypes

LASTS: Final = timedelta(days=400)
"""What browsers keep a cookie for at most (RFC 6265bis, 5.5)."""
_SALT: Final = "device"


def read_device() -> str:
    """Return what names the browser of this request; empty if it is not known yet."""
    try:
        name = current_app.config["DEVICE_COOKIE"]["key"]
        return _signer().unsign(request.cookies.get(name, "")).decode()
    except BadSignature:
        return ""


def remember_device(device: str) -> None:
    """Have the response to this request set the cookie of *device*."""
    g.device = device


async def set_device_cookie(response: ResponseTypes) -> ResponseTypes:
    """Set the cookie of the device that is to be remembered, if there is one."""
    if device := g.get("device"):
        signed = _signer().sign(device).decode()
        response.set_cookie(value=signed, max_age=LASTS, **current_app.config["DEVICE_COOKIE"])
    return response


def _signer() -> Signer:
    return Signer(str(current_app.secret_key), salt=_SALT)
