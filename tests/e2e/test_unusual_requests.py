"""Requests that no browser sends, against a real server."""

import pytest

from tests.e2e.raw_http import raw_connection, request
from tests.e2e.server import Server
from tests.e2e.test_edges import HEADERS

FORM = "Content-Type: application/x-www-form-urlencoded"
UNUSUAL_REQUESTS = {
    "a trace": ("TRACE", "/", "", ""),
    "a tunnel": ("CONNECT", "evil.example:443", "", ""),
    "a star": ("OPTIONS", "*", "", ""),
    "an address of elsewhere": ("GET", "http://evil.example/cart", "", ""),
    "two slashes": ("GET", "//evil.example/cart", "", ""),
    "no slash": ("GET", "shop", "", ""),
    "no path": ("GET", "?q=milk", "", ""),
    "a fragment": ("GET", "#top", "", ""),
    "no path after a host": ("GET", "http://evil.example", "", ""),
    "half an address": ("GET", "http://[", "", ""),
    "half an address after slashes": ("GET", "//[::1/shop", "", ""),
    "an address that is no number": ("GET", "http://[v1.x]:99999999/shop", "", ""),
    "doubled slashes": ("GET", "/p//gala-apples", "", ""),
    "doubled slashes in a form's address": ("POST", "/cart//add", FORM, "sku=a"),
    "an encoded star": ("POST", "*", "", ""),
    "another protocol": ("GET", "/", "Upgrade: h2c\r\nConnection: Upgrade", ""),
    "another method in a header": ("POST", "/cart", "X-HTTP-Method-Override: DELETE", ""),
    "no UTF-8 in the address": ("GET", "/%ff%zz%u0000?q=%ff&page=%c0%ae&sort[]=%ed%a0%80", "", ""),
    "no cookie": ("GET", "/shop", "Cookie: shop=\xff; shop-notices=x.y.z; =;;", ""),
    "nothing that can be accepted": ("GET", "/shop", "Accept-Encoding: br;q=nan, *;q=-1", ""),
    "no range": ("GET", "/static/css/shop.css", "Range: bytes=5-1, x", ""),
    "no tag": ("GET", "/shop", 'If-None-Match: W/"\r\nIf-Modified-Since: never', ""),
    "many fields": ("POST", "/login", FORM, "a&" * 30_000),
    "another charset": ("POST", "/login", f"{FORM}; charset=nonsense", "email=%ff"),
    "parts without a boundary": ("POST", "/login", "Content-Type: multipart/form-data", "x"),
    "parts that break off": (
        "POST",
        "/login",
        "Content-Type: multipart/form-data; boundary=b",
        "--b\r",
    ),
}


@pytest.mark.parametrize(
    ("method", "path", "header", "body"), UNUSUAL_REQUESTS.values(), ids=UNUSUAL_REQUESTS
)
async def test_an_unusual_request_gets_no_5xx_and_no_redirect_to_another_origin(
    shop: Server, method: str, path: str, header: str, body: str
) -> None:
    headers = [header] if header else []
    async with raw_connection(shop) as connection:
        head = request(shop, method, path, *headers, f"Content-Length: {len(body)}")
        connection.write(head.decode().encode("latin-1") + body.encode())
        status, *fields = await connection.head()

    assert int(status.split()[1]) < 500
    assert {header.partition(":")[0] for header in fields} >= HEADERS
    assert all(
        header.startswith(("location: /", f"location: {shop.origin}/"))
        for header in fields
        if header.startswith("location")
    )
    assert not any(header.startswith("location: //") for header in fields)
