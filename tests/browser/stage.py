"""Where scenes are played: an open shop, a cable to it, and a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page

from tests.browser.cable import Cable
from tests.browser.market import Market
from tests.browser.player import Player, Who
from tests.browser.scenes import Scene
from tests.e2e.server import Server


@dataclass(frozen=True)
class Look:
    """How large a window is, and which colours its owner likes."""

    name: str
    width: int
    height: int
    scheme: str

    @property
    def context(self) -> dict[str, Any]:
        """Return the options of a browser context that looks like this from the beginning."""
        viewport = {"width": self.width, "height": self.height}
        return {"viewport": viewport, "color_scheme": self.scheme}

    async def at(self, page: Page) -> None:
        """Have *page* shown like this, without loading it again."""
        await page.set_viewport_size({"width": self.width, "height": self.height})
        scheme: Any = self.scheme
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


LOOKS = tuple(
    Look(f"{name}-{scheme}", width, height, scheme)
    for name, width, height in (("phone", 360, 740), ("desktop", 1280, 800))
    for scheme in ("light", "dark")
)


@dataclass(frozen=True)
class Play:
    """A scene that has come to its state: the page, and who plays it."""

    scene: Scene
    player: Player
    page: Page

    @property
    def complaints(self) -> list[str]:
        """Return what the console says, but for the browser's note that the shop refused."""
        note = f"the server responded with a status of {self.scene.refused} "
        return [text for text in self.player.complaints if note not in text]


@dataclass(frozen=True)
class Stage:
    """Scenes are played here one after the other, each by somebody new."""

    browser: Browser
    server: Server
    cable: Cable
    market: Market

    @asynccontextmanager
    async def play(self, scene: Scene, **context: Any) -> AsyncIterator[Play]:
        """Bring the page of *scene* into its state."""
        async with self.player(scene.who, **context) as player:
            await scene.before(player)
            page = await player.open(scene.path)
            await scene.act(player, page)
            yield Play(scene, player, page)

    @asynccontextmanager
    async def player(self, who: Who, **options: Any) -> AsyncIterator[Player]:
        """Return somebody in a browser context of their own."""
        context = await self.browser.new_context(**options)
        player = Player(
            context, self.cable.origin, server=self.server, cable=self.cable, market=self.market
        )
        await player.enter(who)
        yield player
        await context.close()
        self.market.mend()


@asynccontextmanager
async def staged(browser: Browser, server: Server) -> AsyncIterator[Stage]:
    """Open *server*, which is not started yet, with a cable and a market."""
    cable = Cable(server)
    server.start()
    try:
        async with cable.plugged():
            with closing(Market(server)) as market:
                yield Stage(browser, server, cable, market)
    finally:
        server.end()
