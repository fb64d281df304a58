"""Measures the transfer size of pages with an empty cache, as the browser receives them."""

from collections import Counter
from typing import Any, NamedTuple

from bench.page.result import Result
from tests.browser.browser_session import BrowserSession
from tests.browser.scenes import SCENES, SIGNED_OUT, STAFF, Scene

KB = 1000
SCRIPT_KB, FILE_KB, STYLE_KB, FONT_KB = 20, 10, 15, 21
PAGE_KB, REQUESTS, HTML_KB = 200, 45, 20


class Resource(NamedTuple):
    """A response: its resource type, URL and size in bytes."""

    kind: str
    url: str
    size: int
    """With headers."""
    body: int
    """The body as compressed for transfer."""


async def measure_scripts(browser_session: BrowserSession) -> Result:
    """Measure the JavaScript that each shopper page loads."""
    pages = {
        scene.name: await _resources(browser_session, scene)
        for scene in _pages()
        if scene.role is not STAFF
    }
    sums = {name: _body_kb(parts, "Script") for name, parts in pages.items()}
    scripts = [part for parts in pages.values() for part in parts if part.kind == "Script"]
    largest = max(scripts, key=lambda part: part.body)
    urls = {part.url for parts in pages.values() for part in parts}
    foreign = urls - _own_urls(browser_session, pages)
    heaviest = max(sums, key=lambda name: sums[name])
    figure = (
        f"{sums[heaviest]:.1f} kB ({heaviest}),"
        f" {_transfer_kb(pages[heaviest], 'Script'):.1f} with headers;"
        f" largest file {largest.body / KB:.1f} kB ({largest.url.rpartition('/')[2]});"
        f" {len(foreign)} requests to others"
    )
    is_met = sums[heaviest] <= SCRIPT_KB and largest.body <= FILE_KB * KB and not foreign
    over = [f"{name}: {kb:.1f} kB" for name, kb in sums.items() if kb > SCRIPT_KB]
    return Result(figure, is_met, over)


async def measure_style(browser_session: BrowserSession) -> Result:
    """Measure style sheets and fonts of each page."""
    pages = {scene.name: await _resources(browser_session, scene) for scene in _pages()}
    styles = {name: _body_kb(parts, "Stylesheet") for name, parts in pages.items()}
    heaviest = max(styles, key=lambda name: styles[name])
    fonts = {
        part.url: part.body / KB
        for parts in pages.values()
        for part in parts
        if part.kind == "Font"
    }
    font_kb = sum(fonts.values())
    figure = f"{styles[heaviest]:.1f} kB ({heaviest}); {len(fonts)} font, {font_kb:.1f} kB"
    is_met = styles[heaviest] <= STYLE_KB and len(fonts) == 1 and font_kb <= FONT_KB
    return Result(figure, is_met)


async def measure_catalogue(browser_session: BrowserSession) -> Result:
    """Measure a catalogue page of 24 cards, signed out and signed in."""
    scenes = [scene for scene in SCENES if scene.name in {"shop", "shop-cart-filled"}]
    pages = [await _resources(browser_session, scene) for scene in scenes]
    page_kb = [sum(part.size for part in parts) / KB for parts in pages]
    html_kb = [_transfer_kb(parts, "Document") for parts in pages]
    counts = [len(parts) for parts in pages]
    figure = "; ".join(
        f"{scene.name}: {kb:.0f} kB, {count} requests, HTML {html:.1f} kB"
        for scene, kb, count, html in zip(scenes, page_kb, counts, html_kb, strict=True)
    )
    is_met = max(page_kb) <= PAGE_KB and max(counts) <= REQUESTS and max(html_kb) <= HTML_KB
    kinds = [
        f"{scene.name}: {_kb_by_kind(parts)}" for scene, parts in zip(scenes, pages, strict=True)
    ]
    return Result(figure, is_met, [] if is_met else kinds)


def _pages() -> list[Scene]:
    """Return the first scene of each page and kind of visitor."""
    first = {
        (scene.path.partition("?")[0], scene.role is SIGNED_OUT): scene
        for scene in reversed(SCENES)
    }
    return list(first.values())


async def _resources(browser_session: BrowserSession, scene: Scene) -> list[Resource]:
    async with browser_session.new_person(scene.role) as person:
        await scene.setup(person)
        page = await person.context.new_page()
        devtools = await person.context.new_cdp_session(page)
        requests: dict[str, tuple[str, str]] = {}
        header_sizes: Counter[str] = Counter()
        sizes: Counter[str] = Counter()

        def on_request(event: dict[str, Any]) -> None:
            requests[event["requestId"]] = (event["type"], event["request"]["url"])

        def on_response(event: dict[str, Any]) -> None:
            header_sizes[event["requestId"]] += int(event["response"]["encodedDataLength"])

        def on_finished(event: dict[str, Any]) -> None:
            sizes[event["requestId"]] += int(event["encodedDataLength"])

        devtools.on("Network.requestWillBeSent", on_request)
        devtools.on("Network.responseReceived", on_response)
        devtools.on("Network.loadingFinished", on_finished)
        await devtools.send("Network.enable")
        await page.goto(person.origin + scene.path, wait_until="networkidle")
    return [
        Resource(*requests[name], size, size - header_sizes[name])
        for name, size in sizes.items()
        if size
    ]


def _own_urls(browser_session: BrowserSession, pages: dict[str, list[Resource]]) -> set[str]:
    own = (f"{browser_session.network_proxy.origin}/", "data:")
    return {part.url for parts in pages.values() for part in parts if part.url.startswith(own)}


def _transfer_kb(parts: list[Resource], kind: str) -> float:
    return sum(part.size for part in parts if part.kind == kind) / KB


def _body_kb(parts: list[Resource], kind: str) -> float:
    return sum(part.body for part in parts if part.kind == kind) / KB


def _kb_by_kind(parts: list[Resource]) -> str:
    kinds = Counter({part.kind: 0 for part in parts})
    for part in parts:
        kinds[part.kind] += part.size
    return ", ".join(f"{kind} {size / KB:.1f} kB" for kind, size in kinds.most_common())
