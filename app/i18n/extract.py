"""Writes the message catalogues again from the sources: `python -m app.i18n.extract`.

What is translated stays; what is new is empty, and what is no longer used goes.
"""

import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from app.i18n.languages import FOLDER, spoken
from app.i18n.translate import CATALOGUE, TEMPLATE, read_catalogue

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final[Iterable[tuple[str, str, str]]] = (
    ("app", "**.py", "python"),
    ("templates", "**.html", "jinja2.ext:babel_extract"),
    ("templates", "**.txt", "jinja2.ext:babel_extract"),
    ("static/js", "**.js", "javascript"),
)
"""Folders, the files in them, and what Babel extracts their messages with."""
KEYWORDS: Final = {"_": None, "N_": None, "gettext": None, "lookup": None, "ngettext": (1, 2)}
OPTIONS: Final = {"jinja2.ext:babel_extract": {"trimmed": "true", "silent": "false"}}
_NOTES: Final = re.compile(
    rb'^"(?!Language: |Plural-Forms|MIME|Content)[A-Z][A-Za-z-]+: .*\n', re.MULTILINE
)
"""Headers that say when, by whom and with what: they change by themselves."""


def extracted() -> Catalog:
    """Return the messages of all sources, in their order."""
    found = Catalog(project="shop", version="1", copyright_holder="", fuzzy=False)
    found.header_comment = "# The sentences of the shop. Written by app/i18n/extract.py."
    for folder, pattern, method in SOURCES:
        messages = extract_from_dir(
            ROOT / folder,
            [(pattern, method)],
            {pattern: OPTIONS.get(method, {})},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for name, _, message, comments, context in sorted(messages, key=lambda one: one[:2]):
            place = (f"{folder}/{name}", 0)
            found.add(message, None, [place], auto_comments=comments, context=context)
    return found


def updated(known: Catalog, found: Catalog) -> Catalog:
    """Return *known* with just the messages that were *found*, translated as they were."""
    known.update(found, no_fuzzy_matching=True)
    known.obsolete.clear()
    known.header_comment, known.fuzzy = found.header_comment, False
    return known


def as_text(catalog: Catalog, *, is_template: bool = False) -> bytes:
    """Return *catalog* as a .po file without dates and line numbers, which change by themselves."""
    written = BytesIO()
    write_po(written, catalog, width=0, include_lineno=False, omit_header=is_template)
    return _NOTES.sub(b"", written.getvalue())


def write() -> None:
    """Write the template and the catalogue of each language."""
    found = extracted()
    (FOLDER / TEMPLATE).write_bytes(as_text(found, is_template=True))
    for one in list(spoken().values())[1:]:
        path = FOLDER / str(one.locale) / CATALOGUE
        path.write_bytes(as_text(updated(read_catalogue(one), found)))


if __name__ == "__main__":
    write()
