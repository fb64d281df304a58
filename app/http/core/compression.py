"""Compresses responses with brotli or gzip, as the client accepts (RFC 9110 §12.5.3)."""

import gzip

import brotli
from quart import Quart, Response, request
from werkzeug.datastructures import Accept

LEAST_BYTES = 1024
"""A shorter response fits into one packet as it is."""
TEXTS = frozenset(
    {
        "application/json",
        "application/manifest+json",
        "application/problem+json",
        "application/xml",
        "text/html",
        "text/javascript",
        "text/plain",
    }
)
BROTLI_QUALITY = 4
GZIP_LEVEL = 5


def compress_responses(app: Quart) -> None:
    """Have *app* compress responses of text that are long enough and not compressed yet."""

    @app.after_request
    async def compress(response: Response) -> Response:
        if response.mimetype not in TEXTS or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        encoding = best_encoding(request.accept_encodings)
        body = await response.get_data(as_text=False)
        if encoding and len(body) >= LEAST_BYTES:
            response.set_data(_compressed(body, encoding))
            response.headers["Content-Encoding"] = encoding
        return response


def best_encoding(accepted: Accept) -> str | None:
    """Return br or gzip; None if the client accepts neither."""
    return accepted.best_match(["br", "gzip"]) if accepted else None


def _compressed(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    return gzip.compress(body, GZIP_LEVEL, mtime=0)
