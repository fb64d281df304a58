"""HTTP error responses as exceptions: problem details of RFC 9457 (protocol.md §7)."""

import asyncio

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from app.client.request import Request, Response, Site, send_request

_FIRST_ERROR = 400
_SHOWN = 200


class Problem(Exception):
    """An error response; `code` is for programs and `detail` for people.

    `retry_after_s` is 0 if there was no `Retry-After` in seconds.
    """

    def __init__(self, status: int, code: str, detail: str, retry_after_s: int = 0):
        super().__init__(f"HTTP {status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s


class _Fields(Struct):
    code: str = ""
    detail: str = ""


_fields = Decoder(_Fields)


async def fetch(site: Site, request: Request, timeout_s: float) -> Response:
    """Return the response to *request*. Raises Problem for a status from 400, and TimeoutError."""
    async with asyncio.timeout(timeout_s):
        response = await send_request(site, request)
    if response.status >= _FIRST_ERROR:
        raise _problem(response)
    return response


def _problem(response: Response) -> Problem:
    try:
        fields = _fields.decode(response.body)
    except DecodeError:
        fields = _Fields(detail=response.body[:_SHOWN].decode(errors="replace"))
    retry_after = response.headers.get("retry-after", "")
    return Problem(
        response.status,
        fields.code,
        fields.detail,
        int(retry_after) if retry_after.isdecimal() else 0,
    )
