"""Serves the static files, and the icon that browsers ask for by themselves."""

from quart import Blueprint, Response, request

from app.http.core.assets import STATIC, Asset
from app.http.core.compression import best_encoding
from app.http.core.context import HttpContext
from app.http.core.problems import not_found

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"
FOR_A_DAY = "public, max-age=86400"


def static_blueprint(context: HttpContext) -> Blueprint:
    """Return the route of the static files."""
    blueprint = Blueprint("files", __name__)

    @blueprint.get(f"{STATIC}<path:address>")
    async def file(address: str) -> Response:
        if (found := context.assets.find(address)) is None:
            raise not_found()
        response = _response(found.asset)
        response.headers["Cache-Control"] = IMMUTABLE if found.is_immutable else REVALIDATE
        return await response.make_conditional(request)

    @blueprint.get("/favicon.ico")
    async def favicon() -> Response:
        response = _response(context.assets.asset(context.assets.icon))
        response.headers["Cache-Control"] = FOR_A_DAY
        return await response.make_conditional(request)

    return blueprint


def _response(asset: Asset) -> Response:
    encoding = best_encoding(request.accept_encodings)
    compressed = asset.compressed(encoding) if encoding else None
    response = Response(asset.body if compressed is None else compressed, mimetype=None)
    response.headers["Content-Type"] = asset.mimetype
    response.vary.add("Accept-Encoding")
    if compressed is None:
        response.set_etag(asset.digest)
    else:
        response.headers["Content-Encoding"] = encoding
        response.set_etag(f"{asset.digest}-{encoding}")
    return response
