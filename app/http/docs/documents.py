"""OpenAPI for HTTP and AsyncAPI for the websocket, as JSON."""

from quart import Blueprint, Response, request

from app.http.core.context import HttpContext
from app.http.core.json_body import as_json
from app.http.docs.openapi import describe_http
from app.protocol.asyncapi import describe_socket

MAX_AGE_S = 3600


def documents_blueprint(_context: HttpContext) -> Blueprint:
    """Return the routes of the two documents, which are built once."""
    blueprint = Blueprint("descriptions", __name__)
    http_document, socket_document = describe_http(), describe_socket()

    @blueprint.get("/openapi.json")
    async def openapi() -> Response:
        return await _public(http_document)

    @blueprint.get("/asyncapi.json")
    async def asyncapi() -> Response:
        return await _public(socket_document)

    return blueprint


async def _public(document: object) -> Response:
    response = as_json(document)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_S
    await response.add_etag(weak=True)
    return await response.make_conditional(request)
