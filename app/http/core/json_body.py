"""Reads request bodies in JSON, and makes responses of it."""

from typing import Any

from quart import Response, request

from app.http.core.problems import Problem, malformed
from app.protocol.encode import to_json
from app.protocol.json import BadFrame, read_object

JSON = "application/json"


async def read_body() -> dict[str, Any]:
    """Return the JSON object in the body. Raises Problem 415 or 400."""
    if request.mimetype != JSON:
        raise Problem(415, "not_json", "Send JSON, with Content-Type: application/json.")
    body = await request.get_data(as_text=False, cache=True, parse_form_data=False)
    try:
        return read_object(body.decode())
    except UnicodeDecodeError as fault:
        raise malformed("not UTF-8") from fault
    except BadFrame as fault:
        raise malformed(fault) from fault


def as_json(fields: object, status: int = 200) -> Response:
    """Return *fields* as a JSON response."""
    return Response(to_json(fields), status, content_type=JSON)


async def as_public_json(fields: object, max_age_s: int) -> Response:
    """Return *fields* as a response that everybody may cache for so many seconds."""
    response = as_json(fields)
    response.cache_control.public = True
    response.cache_control.max_age = max_age_s
    await response.add_etag(weak=True)
    return await response.make_conditional(request)
