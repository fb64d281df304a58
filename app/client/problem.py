"""Answers that are good, and what went wrong where they are not (protocol.md §7)."""

import asyncio

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from app.client.request import Answer, Request, Site, ask

_FIRST_BAD_STATUS = 400
_SHOWN = 200


class Problem(Exception):
    """The shop did not do what was asked; `code` says why, for programs, `detail` for people.

    `retry_after_s` is 0 where it does not say when to come again.
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


async def ask_well(site: Site, request: Request, answer_s: float) -> Answer:
    """Return a good answer to *request*; `Problem` for another, `TimeoutError` for a late one."""
    async with asyncio.timeout(answer_s):
        answer = await ask(site, request)
    if answer.status >= _FIRST_BAD_STATUS:
        raise _problem(answer)
    return answer


def _problem(answer: Answer) -> Problem:
    try:
        fields = _fields.decode(answer.body)
    except DecodeError:
        fields = _Fields(detail=answer.body[:_SHOWN].decode(errors="replace"))
    after = answer.headers.get("retry-after", "")
    return Problem(
        answer.status, fields.code, fields.detail, int(after) if after.isdecimal() else 0
    )
