"""Both interfaces, described for machines, for everybody who asks."""

from quart import Blueprint, Response, request

from app.http.core.context import HttpContext
from app.http.core.json_body import as_json
from app.http.docs.openapi import describe_http
from app.protocol.asyncapi import describe_socket

KEPT_FOR_S = 3600


def documents_blueprint(_desk: HttpContext) -> Blueprint:
    """Return the addresses of the two documents."""
    blueprint = Blueprint("descriptions", __name__)
    of_http, of_socket = describe_http(), describe_socket()

    @blueprint.get("/openapi.json")
    async def openapi() -> Response:
        return await _public(of_http)

    @blueprint.get("/asyncapi.json")
    async def asyncapi() -> Response:
        return await _public(of_socket)

    return blueprint


async def _public(document: object) -> Response:
    response = as_json(document)
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_FOR_S
    await response.add_etag(weak=True)
    return await response.make_conditional(request)
