"""Where scenes are played: an open shop, a cable to it, and a browser."""

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
    """How large a window is, and which colours its owner likes."""

    name: str
    width: int
    height: int
    scheme: str

    @property
    def context_options(self) -> dict[str, Any]:
        """Return the options of a browser context that looks like this from the beginning."""
        viewport = {"width": self.width, "height": self.height}
        return {"viewport": viewport, "color_scheme": self.scheme}

    async def apply_to(self, page: Page) -> None:
        """Have *page* shown like this, without loading it again."""
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
    """A scene that has come to its state: the page, and who plays it."""

    scene: Scene
    person: Person
    page: Page

    @property
    def console_errors(self) -> list[str]:
        """Return what the console says, but for the browser's note that the shop refused."""
        note = f"the server responded with a status of {self.scene.refused} "
        return [text for text in self.person.console_errors if note not in text]


@dataclass(frozen=True)
class BrowserSession:
    """Scenes are played here one after the other, each by somebody new."""

    browser: Browser
    server: Server
    network_proxy: NetworkProxy
    live_database: LiveDatabase

    @asynccontextmanager
    async def open_scene(self, scene: Scene, **context: Any) -> AsyncIterator[OpenedScene]:
        """Bring the page of *scene* into its state."""
        async with self.new_person(scene.role, **context) as person:
            await scene.setup(person)
            page = await person.open(scene.path)
            await scene.action(person, page)
            yield OpenedScene(scene, person, page)

    @asynccontextmanager
    async def new_person(self, role: Role, **options: Any) -> AsyncIterator[Person]:
        """Return somebody in a browser context of their own."""
        context = await self.browser.new_context(**options)
        person = Person(
            context,
            self.network_proxy.origin,
            server=self.server,
            network_proxy=self.network_proxy,
            live_database=self.live_database,
        )
        await person.sign_in_as(role)
        yield person
        await context.close()
        self.live_database.repair_carts()


@asynccontextmanager
async def open_browser_session(browser: Browser, server: Server) -> AsyncIterator[BrowserSession]:
    """Open *server*, which is not started yet, with a cable and a market."""
    network_proxy = NetworkProxy(server)
    server.start()
    try:
        async with network_proxy.running():
            with closing(LiveDatabase(server)) as live_database:
                yield BrowserSession(browser, server, network_proxy, live_database)
    finally:
        server.end()
