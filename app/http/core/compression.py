"""Answers made small for the line: brotli or gzip, as the client likes it (RFC 9110, 12.5.3)."""

import gzip

import brotli
from quart import Quart, Response, request
from werkzeug.datastructures import Accept

WORTH_IT = 1024
"""So many bytes an answer must have; fewer travel in one packet anyway."""
TEXTS = frozenset({"application/json", "application/problem+json", "text/html", "text/plain"})
BROTLI_QUALITY = 4
GZIP_LEVEL = 5


def compress_answers(app: Quart) -> None:
    """Have the answers of *app* packed that are text, long enough and not packed yet."""

    @app.after_request
    async def packed(response: Response) -> Response:
        if response.mimetype not in TEXTS or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        encoding = best_encoding(request.accept_encodings)
        body = await response.get_data(as_text=False)
        if encoding and len(body) >= WORTH_IT:
            response.set_data(_packed(body, encoding))
            response.headers["Content-Encoding"] = encoding
        return response


def best_encoding(accepted: Accept) -> str | None:
    """Return `br` or `gzip`, or `None` for an answer as it is."""
    return accepted.best_match(["br", "gzip"]) if accepted else None


def _packed(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    return gzip.compress(body, GZIP_LEVEL, mtime=0)
