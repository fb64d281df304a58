"""Starts Debian's Chromium: the headless shell if it is installed, or else the full browser."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def path() -> str:
    """Return the path of Chromium's executable."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert found, "Chromium is missing: bin/test installs it, or leaves these tests out"
    return found


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """Start a new Chromium process, with *flags* beside the usual ones."""
    async with async_playwright() as playwright:
        args = [*FLAGS, *flags]
        browser = await playwright.chromium.launch(executable_path=path(), args=args)
        try:
            yield browser
        finally:
            await browser.close()
