"""Both interfaces, described for machines, for everybody who asks."""

from quart import Blueprint, Response, request

from app.http.bodies import as_json
from app.http.desk import Desk
from app.http.openapi import describe_http
from app.protocol.asyncapi import describe_socket

KEPT_FOR_S = 3600


def descriptions_door(_desk: Desk) -> Blueprint:
    """Return the addresses of the two documents."""
    door = Blueprint("descriptions", __name__)
    of_http, of_socket = describe_http(), describe_socket()

    @door.get("/openapi.json")
    async def openapi() -> Response:
        return await _public(of_http)

    @door.get("/asyncapi.json")
    async def asyncapi() -> Response:
        return await _public(of_socket)

    return door


async def _public(document: object) -> Response:
    response = as_json(document)
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_FOR_S
    await response.add_etag(weak=True)
    return await response.make_conditional(request)
