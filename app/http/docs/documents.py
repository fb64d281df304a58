"""OpenAPI for HTTP and AsyncAPI for the websocket, as JSON."""

from quart import Blueprint, Response

from app.http.core.context import HttpContext
from app.http.core.json_body import as_public_json
from app.http.docs.openapi import describe_http
from app.protocol.asyncapi import describe_socket

MAX_AGE_S = 3600


def documents_blueprint(_context: HttpContext) -> Blueprint:
    """Return the routes of the two documents, which are built once."""
    blueprint = Blueprint("descriptions", __name__)
    http_document, socket_document = describe_http(), describe_socket()

    @blueprint.get("/openapi.json")
    async def openapi() -> Response:
        return await as_public_json(http_document, MAX_AGE_S)

    @blueprint.get("/asyncapi.json")
    async def asyncapi() -> Response:
        return await as_public_json(socket_document, MAX_AGE_S)

    return blueprint
