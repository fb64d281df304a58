"""Protection against open redirects."""

import pytest

from app.http.core.safe_redirect import safe_redirect

OWN = [
    "/",
    "/shop",
    "/shop?category=fruit&q=&sort=-price&page=2",
    "/shop?q=green%20apples",
    "/shop?q=http%3A%2F%2Fevil.example",
    "/shop?next=//evil.example",
    "/p/gala-apples#similar",
    "/cart",
    "/cartoon",
]
FOREIGN = [
    "",
    "shop",
    "https://evil.example",
    "javascript:alert(1)",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\x00/evil.example",
    "/%2fevil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%0d%0aSet-Cookie:x",
    "/%252fevil.example",
    "/%25252fevil.example",
    "/%2525252525252fevil.example",
    "/.//evil.example",
    "/shop//evil.example",
    "/..%2f/evil.example",
    "%2f%2fevil.example",
    "/" + "x" * 2000,
]
NO_PAGE = ["/login", "/login?next=/login", "/register", "/logout", "/cart/add", "/api/cart", "/ws"]


@pytest.mark.parametrize("path", OWN)
def test_a_redirect_to_a_page_of_the_shop_is_kept(path: str) -> None:
    assert safe_redirect(path) == path


@pytest.mark.parametrize("path", FOREIGN)
def test_a_redirect_to_another_site_is_replaced(path: str) -> None:
    assert safe_redirect(path) == "/"


@pytest.mark.parametrize("path", NO_PAGE)
def test_a_redirect_to_a_form_target_is_replaced(path: str) -> None:
    assert safe_redirect(path) == "/"
