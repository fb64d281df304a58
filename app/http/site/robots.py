"""What search engines ask for: robots.txt, and the sitemap of all pages in all languages.

The sitemap is an index of files: one of the pages, and others of some products each, so that none
is large and none takes long to write (https://www.sitemaps.org/protocol.html). No file is kept in
memory: robots ask for each about once a day.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import quote

from quart import Blueprint, Response, request

from app.domain.catalog import Product, Sku
from app.domain.languages import Language
from app.domain.product_index import ProductIndex
from app.http.core.context import HttpContext
from app.http.core.problems import not_found
from app.i18n.languages import PSEUDO, offered
from app.store.catalog import last_edits

PLACES_PER_FILE: Final = 500
"""So many products take some 15 ms to write; the event loop does nothing else meanwhile."""
HOUR_S: Final = 3600
TEXT: Final = "text/plain; charset=utf-8"
XML: Final = "application/xml; charset=utf-8"
PERSONAL: Final = ("/account", "/cart", "/checkout", "/orders")
"""What is of use only to those who are signed in."""
PAGES: Final = ("/", "/shop", "/how-it-works")
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def robots_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of robots.txt and of the sitemap."""
    blueprint = Blueprint("robots", __name__)

    @blueprint.get("/robots.txt")
    async def robots() -> Response:
        return await _public(_robots(context.origins[0]), TEXT)

    @blueprint.get("/sitemap.xml")
    async def sitemap() -> Response:
        return await _public(_index(context), XML)

    @blueprint.get("/sitemap/pages.xml")
    async def pages() -> Response:
        return await _public(_pages(context), XML)

    @blueprint.get("/sitemap/products-<int:number>.xml")
    async def products(number: int) -> Response:
        if not 0 < number <= _file_count(context.catalog.index):
            raise not_found()
        return await _public(await _products(context, number), XML)

    return blueprint


def _robots(origin: str) -> str:
    """Return which pages are of no use to robots, in each language."""
    prefixes = ("", *(offered()[one].prefix for one in _languages()))
    paths = ["/api/", *(f"{prefix}{path}" for path in PERSONAL for prefix in prefixes)]
    refused = "".join(f"Disallow: {path}\n" for path in paths)
    return f"User-agent: *\n{refused}\nSitemap: {origin}/sitemap.xml\n"


def _index(context: HttpContext) -> str:
    count = _file_count(context.catalog.index)
    names = ["pages", *(f"products-{number}" for number in range(1, count + 1))]
    origin = escape(context.origins[0])
    files = (f"<sitemap><loc>{origin}/sitemap/{one}.xml</loc></sitemap>\n" for one in names)
    return f'{_HEAD}<sitemapindex xmlns="{_SITEMAP}">\n{"".join(files)}</sitemapindex>\n'


def _pages(context: HttpContext) -> str:
    sold = [one for one in context.categories if context.catalog.index.counts[one.slug]]
    categories = [f"/shop?category={quote(one.slug)}" for one in sold]
    everywhere = [(path, _languages()) for path in (*PAGES, *categories)]
    texts = context.text_pages
    of_text = [(f"/{name}", texts.languages(name)) for name in texts.names()]
    entries = (_entries(context, path, known) for path, known in everywhere + of_text)
    return _url_set(entry for found in entries for entry in found)


async def _products(context: HttpContext, number: int) -> str:
    """Return a file of the products that are sold, each with when its texts last changed."""
    families = _families(context.catalog.index, number)
    skus = [size.sku for sizes in families.values() for size in sizes]
    edited = await context.database.read(last_edits, skus)
    return _url_set(
        entry
        for slug, sizes in families.items()
        for entry in _entries(context, f"/p/{quote(slug)}", _languages(), _newest(edited, sizes))
    )


def _families(index: ProductIndex, number: int) -> dict[str, list[Product]]:
    """Return the products of a file by their slugs: each is where the first size of it is."""
    places = index.places()[(number - 1) * PLACES_PER_FILE : number * PLACES_PER_FILE]
    found: dict[str, list[Product]] = {}
    for product in map(index.product, places):
        sizes = [size for size in index.with_slug(product.slug) if size.sold]
        if product in sizes[:1]:
            found[product.slug] = sizes
    return found


def _file_count(index: ProductIndex) -> int:
    return -(-len(index.places()) // PLACES_PER_FILE)


def _newest(edited: Mapping[Sku, int], sizes: Iterable[Product]) -> int | None:
    return max((edited[size.sku] for size in sizes if size.sku in edited), default=None)


def _entries(
    context: HttpContext, path: str, known: Iterable[Language], changed_s: int | None = None
) -> Iterator[str]:
    """Yield the entry of a page in each language that it has, with where it is in the others."""
    origin = context.origins[0]
    urls: dict[str, str] = {one: escape(f"{origin}{offered()[one].prefix}{path}") for one in known}
    changed = f"<lastmod>{_day(changed_s)}</lastmod>" if changed_s else ""
    everywhere = {**urls, "x-default": escape(f"{origin}{path}")}
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{one}" href="{url}"/>'
        for one, url in everywhere.items()
    )
    for url in urls.values():
        yield f"<url><loc>{url}</loc>{changed}{links}</url>\n"


def _url_set(entries: Iterable[str]) -> str:
    spaces = f'xmlns="{_SITEMAP}" xmlns:xhtml="{_XHTML}"'
    return f"{_HEAD}<urlset {spaces}>\n{''.join(entries)}</urlset>\n"


def _languages() -> list[Language]:
    return [one for one in offered() if one != PSEUDO]


def _day(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).date().isoformat()


async def _public(text: str, content_type: str) -> Response:
    response = Response(text, content_type=content_type)
    response.cache_control.public = True
    response.cache_control.max_age = HOUR_S
    await response.add_etag(weak=True)
    return await response.make_conditional(request)
