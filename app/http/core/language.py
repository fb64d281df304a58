"""In which language a page is: by its address, then by its account, then by the browser."""

from typing import Final

from quart import Quart, Response, request

from app.domain.sessions import Session
from app.http.core.template_language import make_templates_translate, page_address, set_prefix
from app.i18n.languages import language_of_prefix, negotiate, offered, spoken
from app.i18n.translate import current_language, set_language

WORDED: Final = frozenset({"text/html", "application/json", "application/problem+json"})
"""Types of responses that have sentences or names in them."""


def choose_languages(app: Quart) -> None:
    """Have every request of *app* answered in its language, and links lead to the same one."""
    make_templates_translate(app.jinja_env)

    @app.before_request
    async def choose() -> None:
        set_prefix(request.root_path)
        prefixed = language_of_prefix(request.root_path)
        set_language(prefixed or negotiate(request.headers.get("Accept-Language", "")))

    @app.after_request
    async def say_which(response: Response) -> Response:
        if response.mimetype in WORDED:
            response.headers.setdefault("Content-Language", spoken()[current_language()].tag)
        if not request.root_path and response.mimetype in WORDED:
            response.vary.add("Accept-Language")
        if response.location:
            response.location = page_address(response.location)
        return response


def speak_chosen_language(login: Session | None) -> None:
    """Answer the request in the language of the account, unless its address names one."""
    chosen = offered().get(login.language) if login and login.language else None
    if chosen and not request.root_path:
        set_language(chosen.language)
