"""No form of the shop, however spoilt, is answered with anything but words."""

from collections.abc import AsyncIterator, Callable, Iterable

import pytest
from quart import Response

from app.runtime.config import ON
from tests.http.form_crawl import FoundForm, find_forms, form_endpoints, sign_in_again
from tests.http.harness import HttpHarness, open_harness
from tests.http.spoilt_forms import Body, spoilt_bodies, spoilt_fields
from tests.http.visitor import Visitor
from tests.services.fake_provider import FakeProvider

ANSWERED = frozenset({200, 303, 400, 401, 404, 405, 409, 410, 413, 415, 422, 429})
ENDS_LOGIN = frozenset({"account.logout", "own_account.password"})


@pytest.fixture
async def harness(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop that has every form: a demo, with addresses to confirm, that takes cards."""
    async with open_harness(url, provider=FakeProvider(), demo="on", confirm=ON) as opened:
        yield opened


async def test_every_address_that_takes_a_form_is_reached_by_a_form_of_a_page(
    harness: HttpHarness,
) -> None:
    found = {form.endpoint for form in await find_forms(harness)}

    assert found == form_endpoints(harness.app)


@pytest.mark.on_both
async def test_a_form_with_a_missing_doubled_or_senseless_field_is_answered_in_words(
    harness: HttpHarness,
) -> None:
    await _sweep(harness, lambda form: spoilt_fields(form.fields, plain=True))


@pytest.mark.short
async def test_no_value_and_no_encoding_of_a_field_fails(harness: HttpHarness) -> None:
    await _sweep(harness, lambda form: spoilt_fields(form.fields, plain=False))


async def test_a_body_that_is_no_form_is_answered_in_words(harness: HttpHarness) -> None:
    await _sweep(harness, lambda form: spoilt_bodies(form.fields))


async def _sweep(harness: HttpHarness, bodies: Callable[[FoundForm], Iterable[Body]]) -> None:
    """Send every form of the shop with all its *bodies*, and expect words each time."""
    wrong: list[str] = []
    forms = sorted(await find_forms(harness), key=lambda form: form.endpoint in ENDS_LOGIN)
    for form in forms:
        for what, content_type, body in bodies(form):
            answer = await _send(form.by, form.path, content_type, body)
            if form.endpoint in ENDS_LOGIN:
                await sign_in_again(form.by)
            if fault := await _fault(answer):
                wrong.append(f"{form.path}, {what}: {fault}")
    assert wrong == []


async def _send(visitor: Visitor, path: str, content_type: str, body: bytes) -> Response:
    headers = {"Origin": visitor.origin} | ({"Content-Type": content_type} if content_type else {})
    return await visitor.ask("POST", path, headers, data=body)


async def _fault(answer: Response) -> str:
    """Return what is wrong with an answer; empty if it is in words, in the frame of the shop."""
    page = await answer.get_data(as_text=True)
    if answer.status_code not in ANSWERED:
        return f"{answer.status_code}: {page[:200]}"
    if answer.status_code == 303:
        return ""
    return "" if '<main id="main"' in page and "Traceback" not in page else f"no page: {page[:200]}"
