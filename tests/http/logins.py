"""Looking behind the cookie of a login."""

from http.cookies import SimpleCookie

from quart import Response

from app.domain.sessions import Session
from app.live.ports import DisconnectReason
from app.protocol.messages import ServerMessage
from app.store.sessions import digest, find_session
from tests.http.house import House


class Socket:
    """A socket that remembers why it was dismissed."""

    def __init__(self) -> None:
        self.dismissed: list[DisconnectReason] = []

    def tell(self, news: ServerMessage) -> None:
        """Hear of nothing."""

    def reject_duplicate(self) -> None:
        """Hear of nothing."""

    def disconnect(self, why: DisconnectReason) -> None:
        """Remember."""
        self.dismissed.append(why)


def cookie(answer: Response, name: str = "shop") -> str:
    """Return a cookie as it was set, signature and all."""
    for line in answer.headers.getlist("Set-Cookie"):
        if name in (jar := SimpleCookie(line)):
            return jar[name].value
    raise AssertionError("no cookie was set")


async def session_of(house: House, answer: Response) -> Session | None:
    """Return the login behind the cookie that was set, as the database knows it."""
    (extension,) = house.app.extensions["QUART_AUTH"]
    secret = extension.load_token(cookie(answer), app=house.app)
    lifetime, now_s = house.context.lifetime, int(house.clock.at_s)
    found: Session | None = await house.database.read(find_session, digest(secret), lifetime, now_s)
    return found


async def with_socket(house: House, answer: Response) -> Socket:
    """Return a socket that is open on the login that began with *answer*."""
    session, socket = await session_of(house, answer), Socket()
    assert session
    house.context.sessions.join(session, socket)
    return socket
