"""Sessions behind the cookies of responses, and their open sockets."""

from http.cookies import SimpleCookie

from quart import Response

from app.domain.sessions import Session
from app.live.ports import DisconnectReason
from app.protocol.messages import ServerMessage
from app.store.sessions import digest
from tests.http.harness import HttpHarness
from tests.sessions import find_session


class Socket:
    """A socket that remembers why it was disconnected."""

    def __init__(self) -> None:
        self.disconnects: list[DisconnectReason] = []

    def tell(self, message: ServerMessage) -> None:
        """Do nothing."""

    def reject_duplicate(self) -> None:
        """Do nothing."""

    def disconnect(self, why: DisconnectReason) -> None:
        """Remember."""
        self.disconnects.append(why)


def cookie(answer: Response, name: str = "shop") -> str:
    """Return the value of a cookie that was set, with its signature."""
    for line in answer.headers.getlist("Set-Cookie"):
        if name in (jar := SimpleCookie(line)):
            return jar[name].value
    raise AssertionError("no cookie was set")


async def session_of(harness: HttpHarness, answer: Response) -> Session | None:
    """Return the session of the cookie that was set, as it is in the database."""
    (extension,) = harness.app.extensions["QUART_AUTH"]
    secret = extension.load_token(cookie(answer), app=harness.app)
    lifetime, now_s = harness.context.lifetime, int(harness.clock.at_s)
    found: Session | None = await harness.database.read(
        find_session, digest(secret), lifetime, now_s
    )
    return found


async def with_socket(harness: HttpHarness, answer: Response) -> Socket:
    """Return an open socket of the session that began with *answer*."""
    session, socket = await session_of(harness, answer), Socket()
    assert session
    harness.context.sessions.join(session, socket)
    return socket
