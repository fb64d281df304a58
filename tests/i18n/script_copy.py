"""Writes the scripts in one language: `python -m tests.i18n.script_copy zh-Hant FOLDER`."""

import sys
from pathlib import Path

from app.domain.languages import Language
from app.i18n.scripts import put_sentences
from app.i18n.translate import translator_of

SCRIPTS = Path(__file__).parents[2] / "static" / "js"


def write_copy(language: Language, folder: Path) -> None:
    """Write all scripts, with the sentences of *language*, below *folder*."""
    translator = translator_of(language)
    for path in SCRIPTS.rglob("*.js"):
        copy = folder / path.relative_to(SCRIPTS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(put_sentences(path.read_text(), translator))


if __name__ == "__main__":
    write_copy(Language(sys.argv[1]), Path(sys.argv[2]))
