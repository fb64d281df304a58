"""The language that an account has chosen: the switch that every page has."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.languages import Language
from app.http.core.context import HttpContext
from app.http.core.forms import read_form
from app.http.core.problems import malformed
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login
from app.i18n.languages import offered
from app.i18n.translate import gettext as _
from app.store.accounts import set_language


def language_blueprint(context: HttpContext) -> Blueprint:
    """Return the route of the switch. A guest's only leads to the page in that language."""
    blueprint = Blueprint("language", __name__)

    @blueprint.post("/language")
    async def choose() -> ResponseReturnValue:
        form = read_form()
        chosen = offered().get(Language(form.get("language", "")))
        if chosen is None:
            raise malformed(_("Choose one of the languages that are listed"))
        back = safe_redirect(form.get("next", ""))
        login = await find_login(context)
        if login is not None:
            await context.database.write(set_language, login.account, chosen.language)
        is_shared = login is not None and not request.root_path
        return redirect(back if is_shared else f"{chosen.prefix}{back}", 303)

    return blueprint
