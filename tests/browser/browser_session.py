"""A running shop, a network proxy in front of it, and a browser that opens scenes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page

from tests.browser.live_database import LiveDatabase
from tests.browser.network_proxy import NetworkProxy
from tests.browser.person import Person, Role
from tests.browser.scenes import Scene
from tests.e2e.server import Server


@dataclass(frozen=True)
class Display:
    """A window size and a color scheme."""

    name: str
    width: int
    height: int
    scheme: str

    @property
    def context_options(self) -> dict[str, Any]:
        """The options of a browser context with this display from its start."""
        viewport = {"width": self.width, "height": self.height}
        return {"viewport": viewport, "color_scheme": self.scheme}

    async def apply_to(self, page: Page) -> None:
        """Apply this display to *page* without reloading it."""
        await page.set_viewport_size({"width": self.width, "height": self.height})
        scheme: Any = self.scheme
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


DISPLAYS = tuple(
    Display(f"{name}-{scheme}", width, height, scheme)
    for name, width, height in (("phone", 360, 740), ("desktop", 1280, 800))
    for scheme in ("light", "dark")
)


@dataclass(frozen=True)
class OpenedScene:
    """A scene whose page is in its state, and the person who opened it."""

    scene: Scene
    person: Person
    page: Page

    @property
    def console_errors(self) -> list[str]:
        """The console's errors and warnings, except the report of the expected error status."""
        note = f"the server responded with a status of {self.scene.refused} "
        return [text for text in self.person.console_errors if note not in text]


@dataclass(frozen=True)
class BrowserSession:
    """Opens scenes one after the other, each with a new account and browser context."""

    browser: Browser
    server: Server
    network_proxy: NetworkProxy
    live_database: LiveDatabase

    @asynccontextmanager
    async def open_scene(self, scene: Scene, **context: Any) -> AsyncIterator[OpenedScene]:
        """Open the page of *scene*, and bring it into its state."""
        async with self.new_person(scene.role, **context) as person:
            await scene.setup(person)
            page = await person.open(scene.path)
            await scene.action(person, page)
            yield OpenedScene(scene, person, page)

    @asynccontextmanager
    async def new_person(self, role: Role, **options: Any) -> AsyncIterator[Person]:
        """Return a person in a browser context of their own."""
        context = await self.browser.new_context(**options)
        person = Person(
            context,
            self.network_proxy.origin,
            server=self.server,
            network_proxy=self.network_proxy,
            live_database=self.live_database,
        )
        try:
            await person.sign_in_as(role)
            yield person
        finally:
            await context.close()
            self.live_database.repair_carts()


@asynccontextmanager
async def open_browser_session(browser: Browser, server: Server) -> AsyncIterator[BrowserSession]:
    """Start *server* with a network proxy and a database connection; stop it at the end."""
    network_proxy = NetworkProxy(server)
    server.start()
    try:
        async with network_proxy.running():
            with closing(LiveDatabase(server)) as live_database:
                yield BrowserSession(browser, server, network_proxy, live_database)
    finally:
        server.end()
