"""The door of the files: they are the same for everybody."""

from quart import Blueprint, Response, request

from app.http.core.assets import STATIC, Asset
from app.http.core.compression import best_encoding
from app.http.core.context import HttpContext
from app.http.core.problems import not_found

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


def static_blueprint(context: HttpContext) -> Blueprint:
    """Return the files of the shop."""
    blueprint = Blueprint("files", __name__)

    @blueprint.get(f"{STATIC}<path:address>")
    async def file(address: str) -> Response:
        if (found := context.assets.find(address)) is None:
            raise not_found()
        response = _packed(found.asset)
        response.headers["Cache-Control"] = FOR_EVER if found.is_lasting else ASK_AGAIN
        return await response.make_conditional(request)

    return blueprint


def _packed(asset: Asset) -> Response:
    encoding = best_encoding(request.accept_encodings)
    packed = asset.packed(encoding) if encoding else None
    response = Response(asset.body if packed is None else packed, mimetype=None)
    response.headers["Content-Type"] = asset.mimetype
    response.vary.add("Accept-Encoding")
    if packed is None:
        response.set_etag(asset.digest)
    else:
        response.headers["Content-Encoding"] = encoding
        response.set_etag(f"{asset.digest}-{encoding}")
    return response
