"""Puts the sentences of a language into a script, where its source has the English ones.

So a page gets no catalogue beside its scripts, and none of the other languages. What this needs of
the sources is that messages are written out: `_("…")` and `ngettext("…", "…", n)`.
"""

import json
import re
from typing import Final

from app.i18n.translate import Translator

FORMS: Final = "\0"
"""What parts the plural forms of a message in the one text that a script gets (i18n.js)."""
_TEXT: Final = r'"(?:[^"\\\n]|\\.)*"'
_MESSAGE: Final = re.compile(rf"(?<![\w.])_\(\s*({_TEXT})")
_PLURAL: Final = re.compile(rf"(?<![\w.])ngettext\(\s*({_TEXT}),\s*({_TEXT})")
_RULE: Final = re.compile(r"(?<=/ n\) => ).*$", re.MULTILINE)
_LOCALE: Final = re.compile(r'(?<=const LOCALE = )"[^"]*"')


def put_sentences(source: str, translator: Translator) -> str:
    """Return *source* with its messages in the language of *translator*, and its plural rule."""
    if translator.is_source:
        return source

    def message(found: re.Match[str]) -> str:
        return f"_({_literal(translator.lookup(json.loads(found[1])))}"

    def plural(found: re.Match[str]) -> str:
        forms = translator.plural_forms(json.loads(found[1]), json.loads(found[2]))
        return f'ngettext({_literal(FORMS.join(forms))}, ""'

    said = _PLURAL.sub(plural, _MESSAGE.sub(message, source))
    said = _RULE.sub(lambda _: f"Number({translator.plural_rule})", said)
    return _LOCALE.sub(lambda _: _literal(translator.tag), said)


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
