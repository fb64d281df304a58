"""What the client of an event stream sends: frames in requests of their own (protocol.md §9)."""

from quart import Blueprint, Response

from app.http.core.context import HttpContext
from app.http.core.json_body import read_body
from app.http.core.problems import malformed, not_found, throttled
from app.http.core.session import require_login_unused
from app.protocol.json import BadValue, Fields, text
from app.services.event_frames import Delivery

FULL_S = 1
"""In this time the server has handled what waits of a client."""


def frames_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the route of the frames."""
    blueprint = Blueprint("frames_api", __name__)

    @blueprint.post("/api/cart/frames")
    async def frames() -> Response:
        login = await require_login_unused(context)
        address, texts = _read(await read_body())
        match context.deliver_frames(address, login.account, texts):
            case Delivery.DONE:
                return Response(status=204)
            case Delivery.UNKNOWN:
                raise not_found()
            case Delivery.FULL:
                raise throttled(FULL_S)

    return blueprint


def _read(fields: Fields) -> tuple[str, tuple[bytes, ...]]:
    """Return the address of an event stream, and the frames for it. Raises Problem 400."""
    try:
        return text(fields, "to"), tuple(each.encode() for each in _read_texts(fields))
    except (BadValue, UnicodeEncodeError) as fault:
        raise malformed(fault) from fault


def _read_texts(fields: Fields) -> list[str]:
    texts = fields.get("frames")
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise BadValue("frames: a list of texts is needed")
    return texts
