"""Compressing responses, and revalidating them by their ETag."""

import gzip

import brotli
import pytest

from tests.http.harness import ASSETS, HttpHarness
from tests.http.visitor import text

APPLES = "gala-apples-1kg"


@pytest.mark.parametrize("path", ["/shop", "/api/products"])
async def test_a_long_text_is_compressed(harness: HttpHarness, path: str) -> None:
    visitor = harness.visitor()
    plain = await (await visitor.get(path)).get_data(as_text=False)

    for encoding, decompress in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        answer = await visitor.get(path, Accept_Encoding=encoding)
        compressed = await answer.get_data(as_text=False)
        assert answer.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in answer.vary
        assert decompress(compressed) == plain
        assert int(answer.headers["Content-Length"]) == len(compressed) < len(plain) / 4


async def test_a_short_text_is_not_compressed(harness: HttpHarness) -> None:
    answer = await harness.visitor().get(f"/api/products/{APPLES}", Accept_Encoding="br")

    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.vary


@pytest.mark.parametrize("path", ["/", "/shop?q=apple", "/p/gala-apples"])
@pytest.mark.parametrize("encoding", ["br", "identity"])
async def test_a_page_is_revalidated_for_visitors_without_a_login(
    harness: HttpHarness, path: str, encoding: str
) -> None:
    visitor = harness.visitor()
    first = await visitor.get(path, Accept_Encoding=encoding)

    again = await visitor.get(path, Accept_Encoding=encoding, If_None_Match=first.headers["ETag"])

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert {"Cookie", "Accept-Encoding"} <= set(first.vary)
    assert again.status_code == 304
    assert await again.get_data(as_text=False) == b""


async def test_a_page_is_sent_again_when_a_price_has_changed(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    tag = (await visitor.get("/shop?q=gala")).headers["ETag"]

    await harness.set_product(APPLES, price=999)
    again = await visitor.get("/shop?q=gala", If_None_Match=tag)

    assert again.status_code == 200
    assert "£9.99" in await text(again)


async def test_a_page_with_a_notice_is_not_cached(harness: HttpHarness) -> None:
    ada = await harness.ada()
    tag = (await harness.visitor().get("/")).headers["ETag"]
    await ada.post("/logout")

    page = await ada.get("/", If_None_Match=tag)

    assert "You are signed out." in await text(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert "ETag" not in page.headers


async def test_an_etag_from_before_signing_in_does_not_match(harness: HttpHarness) -> None:
    ada = await harness.ada()
    tag = (await harness.visitor().get("/")).headers["ETag"]

    answer = await ada.get("/", If_None_Match=tag)

    assert answer.status_code == 200
    assert "Ada" in await text(answer)


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
@pytest.mark.parametrize(
    "path", ["/", "/shop?q=apple", "/api/products", ASSETS.address("js/main.js")]
)
async def test_a_head_request_has_the_headers_of_a_get(
    harness: HttpHarness, path: str, encoding: str
) -> None:
    visitor, headers = harness.visitor(), {"Accept_Encoding": encoding}
    whole = await visitor.get(path, **headers)

    head = await visitor.ask("HEAD", path, headers)
    again = await visitor.ask("HEAD", path, headers | {"If_None_Match": whole.headers["ETag"]})

    assert head.status_code == whole.status_code == 200
    assert dict(head.headers) == dict(whole.headers)
    assert head.headers.get("Content-Encoding", "identity") == encoding
    assert again.status_code == 304
