"""Describing a User-Agent header."""

import pytest

from app.services.user_agent import describe_user_agent

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36 Edg/142.0", "Edge on Linux"),
        (f"Mozilla/5.0 (Linux; Android 15) {CHROME} Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64) {CHROME} Safari/537.36 OPR/124.0", "Opera on ChromeOS"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on macOS",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {IOS} Version/18.1 Safari/604",
            "Safari on iPhone",
        ),
        (
            f"Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) {IOS} CriOS/142.0 Safari/604.1",
            "Chrome on iPad",
        ),
        ("Mozilla/5.0 (Linux; U) Something/1", "A browser on Linux"),
        ("Mozilla/5.0", "A browser"),
        ("python-httpx/0.28 (Windows; Chrome/1)", "A script"),
        ("", "A script"),
    ],
)
def test_browser_and_system_are_recognised_in_the_user_agent(agent: str, device: str) -> None:
    assert describe_user_agent(agent) == device
