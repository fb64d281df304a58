"""The path that a request asks for, whatever form its target has (RFC 9112 §3.2)."""

import pytest

from app.runtime.web_app import path_of_target


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/shop", "/shop"),
        ("//evil.example/shop", "//evil.example/shop"),
        ("http://evil.example/cart", "/cart"),
        ("http://evil.example", "/"),
        ("", "/"),
        ("*", "*"),
        ("http://[", "/http://["),
    ],
)
def test_a_target_has_a_path(target: str, path: str) -> None:
    assert path_of_target(target) == path
