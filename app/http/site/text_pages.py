"""The pages of text: about the shop, its terms, and others that the shop has written."""

from typing import NamedTuple

from quart import Blueprint, Response
from quart.blueprints import BlueprintSetupState

from app.domain.languages import Language
from app.http.core.context import HttpContext
from app.http.core.page import show_to_all
from app.http.core.template_language import page_address
from app.i18n.languages import spoken
from app.i18n.translate import current_language


class PageLink(NamedTuple):
    """A link to a page of text; `lang` is empty if its title is in the reader's language."""

    path: str
    title: str
    lang: str


def text_pages_blueprint(context: HttpContext) -> Blueprint:
    """Return the route of the pages, which are as many as were read at the start."""
    blueprint, pages = Blueprint("text_pages", __name__), context.text_pages
    names = ", ".join(f'"{name}"' for name in pages.names())

    @blueprint.get(f"/<any({names}):name>")
    async def text_page(name: str) -> Response:
        page = pages.find(name, current_language())
        return await show_to_all(
            context,
            "text_page.html",
            canonical=f"/{name}",
            page=page,
            lang=_foreign_tag(page.language),
            html=page.html.replace('<a href="/', f'<a href="{page_address("/")}'),
        )

    @blueprint.record
    def link(state: BlueprintSetupState) -> None:
        state.app.jinja_env.globals |= {
            "text_pages": lambda: _links(context),
            "has_text_page": pages.names().__contains__,
        }

    return blueprint


def _links(context: HttpContext) -> list[PageLink]:
    pages = context.text_pages
    found = [(name, pages.find(name, current_language())) for name in pages.names()]
    return [PageLink(f"/{name}", page.title, _foreign_tag(page.language)) for name, page in found]


def _foreign_tag(language: Language) -> str:
    """Return the tag of *language*, or nothing if it is the reader's."""
    return "" if language == current_language() else spoken()[language].tag
