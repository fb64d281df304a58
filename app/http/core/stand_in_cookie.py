"""The cookies of the demo's stand-ins: throw-away accounts that play another visitor's part.

They are signed with a salt of their own, so none of them is a login: a stand-in can open websockets
and do what `app/http/docs/stand_ins.py` does for it, and nothing else.
"""

from datetime import timedelta
from typing import Final, NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer
from quart import Quart, Response, current_app, request

from app.domain.accounts import StandIn

LASTS_S: Final = 24 * 3600


class SignedCookie(NamedTuple):
    """A cookie's name, and what signs and reads it; it is worth nothing after `max_age_s`."""

    name: str
    serializer: URLSafeTimedSerializer
    max_age_s: int | None

    def read(self, token: str) -> str | None:
        """Return what was signed, or None if that was not done by the shop, or too long ago."""
        try:
            return str(self.serializer.loads(token, max_age=self.max_age_s))
        except BadData:
            return None


def stand_in_cookie(app: Quart, stand_in: StandIn) -> SignedCookie:
    """Return the cookie of a stand-in."""
    name = f"{app.config['STAND_IN_COOKIE']['key']}-{stand_in}"
    serializer = URLSafeTimedSerializer(str(app.secret_key), salt=f"stand-in {stand_in}")
    return SignedCookie(name, serializer, LASTS_S)


def read_stand_in(stand_in: StandIn) -> str | None:
    """Return the id of the stand-in's session, if the request has it."""
    cookie = stand_in_cookie(current_app, stand_in)
    return cookie.read(request.cookies.get(cookie.name, ""))


def set_stand_in(response: Response, stand_in: StandIn, session_id: str) -> None:
    """Have the browser keep the stand-in's session for as long as it lasts."""
    cookie, how = stand_in_cookie(current_app, stand_in), current_app.config["STAND_IN_COOKIE"]
    value, lasts = str(cookie.serializer.dumps(session_id)), timedelta(seconds=LASTS_S)
    response.set_cookie(**{**how, "key": cookie.name}, value=value, max_age=lasts)
