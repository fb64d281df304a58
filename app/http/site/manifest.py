"""The web app manifest, with which a phone puts the shop among its apps, in each language."""

from typing import Any

from quart import Blueprint, Response, request
from quart.blueprints import BlueprintSetupState

from app.http.core.accent import PAPER
from app.http.core.context import HttpContext
from app.http.core.icons import Icon, manifest_icons
from app.i18n.languages import spoken
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.protocol.encode import to_json

PATH = "/manifest.webmanifest"
HOUR_S = 3600


def manifest_blueprint(context: HttpContext) -> Blueprint:
    """Return the route of the manifest; pages name the one of their language."""
    blueprint = Blueprint("manifest", __name__)

    @blueprint.get(PATH)
    async def manifest() -> Response:
        body = to_json(_manifest(context))
        response = Response(body, content_type="application/manifest+json")
        response.cache_control.public = True
        response.cache_control.max_age = HOUR_S
        await response.add_etag(weak=True)
        return await response.make_conditional(request)

    @blueprint.record
    def tell_templates(state: BlueprintSetupState) -> None:
        state.app.jinja_env.globals["manifest_address"] = lambda: (
            f"{spoken()[current_language()].prefix}{PATH}"
        )

    return blueprint


def _manifest(context: HttpContext) -> dict[str, Any]:
    """Return the manifest; whatever its language is, it is one app, of all pages."""
    one = spoken()[current_language()]
    name = context.shop.text(one.language).name
    return {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": _("Groceries, delivered to your door"),
        "lang": one.tag,
        "dir": one.locale.text_direction,
        "start_url": f"{one.prefix}/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": PAPER.light,
        "theme_color": context.assets.theme.light,
        "icons": [_icon(context, icon) for icon in manifest_icons(context.assets)],
    }


def _icon(context: HttpContext, icon: Icon) -> dict[str, str]:
    return {
        "src": context.assets.address(icon.path),
        "sizes": icon.sizes,
        "type": context.assets.asset(icon.path).mimetype,
        "purpose": icon.purpose,
    }
