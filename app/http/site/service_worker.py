"""The service worker, and the page that it shows where the network is gone.

Only that page is stored in browsers, with its stylesheet, script and icon; nothing of an account.
Where the shop has switched it off, the worker's address serves one that takes itself away.
"""

from collections.abc import Sequence
from hashlib import blake2b

from quart import Blueprint, Response, render_template, request
from quart.blueprints import BlueprintSetupState

from app.http.core.context import HttpContext
from app.http.core.static import REVALIDATE
from app.i18n.languages import offered
from app.i18n.translate import speaking
from app.protocol.encode import to_json

WORKER = "/service-worker.js"
PAGE = "/offline"
STYLE = "css/shop.css"
RETURN = "js/offline_return.js"
VERSION_BYTES = 8


def service_worker_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of the worker and its page."""
    blueprint = Blueprint("service_worker", __name__)
    made: list[str] = []

    @blueprint.get(PAGE)
    async def page() -> Response:
        return await _revalidated(Response(await render_template("offline.html")))

    @blueprint.get(WORKER)
    async def worker() -> Response:
        if not made:
            made.append(await _worker(context))
        script = Response(made[0], content_type="text/javascript; charset=utf-8")
        return await _revalidated(script)

    @blueprint.record
    def tell_templates(state: BlueprintSetupState) -> None:
        state.app.jinja_env.globals["has_offline_page"] = context.has_offline_page

    return blueprint


async def _worker(context: HttpContext) -> str:
    """Return the worker's script, with the addresses of what it stores, and their version."""
    if not context.has_offline_page:
        return _source(context, "js/service_worker_removal.js")
    source, files = _source(context, "js/service_worker.js"), _files(context)
    pages = [
        {"language": one.language, "prefix": one.prefix, "path": f"{one.prefix}{PAGE}"}
        for one in offered().values()
    ]
    stored = [source, *files]
    for language in offered():
        with speaking(language):
            stored.append(await render_template("offline.html"))
    version = blake2b("\0".join(stored).encode(), digest_size=VERSION_BYTES).hexdigest()
    about = to_json({"version": version, "pages": pages, "files": files})
    return f"const OFFLINE = {about}\n{source}"


def _files(context: HttpContext) -> Sequence[str]:
    scripts = (context.assets.address(RETURN, language) for language in offered())
    shown = (context.assets.address(path) for path in (STYLE, context.assets.icon))
    return [*shown, *scripts]


def _source(context: HttpContext, path: str) -> str:
    return context.assets.asset(path).body.decode()


async def _revalidated(response: Response) -> Response:
    response.headers["Cache-Control"] = REVALIDATE
    await response.add_etag(weak=True)
    return await response.make_conditional(request)
