"""What a page says to people: its texts, and the attributes that are read."""

import re
from html.parser import HTMLParser

SILENT = frozenset({"script", "style", "code", "pre", "kbd", "bdi"})
"""Elements with nothing to translate: programs, data, keys and names of people."""
READ = frozenset({"aria-label", "title", "placeholder", "alt"})
VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
)


class ShownTexts(HTMLParser):
    """Collects the parts of a page's texts that stand outside of brackets."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.depth = 0
        self._open: list[bool] = []
        """For each open element, whether what it says is left out."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the attributes of an element say."""
        is_left_out = tag in SILENT or (tag != "html" and any(name == "lang" for name, _ in attrs))
        if not (is_left_out or self._is_left_out):
            for name, value in attrs:
                if name in READ and value:
                    self.outside.append(unbracketed(value)[0])
        if tag not in VOID:
            self._open.append(is_left_out)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Note a text; a message may go through several elements."""
        if not self._is_left_out:
            outside, self.depth = unbracketed(data, self.depth)
            self.outside.append(outside)

    @property
    def _is_left_out(self) -> bool:
        return any(self._open)


def unbracketed(text: str, depth: int = 0) -> tuple[str, int]:
    """Return what of *text* is outside of brackets, and how many are open at its end."""
    outside = []
    for part in re.split(r"([\[\]])", text):
        if part == "[":
            depth += 1
        elif part == "]":
            depth -= 1
        elif not depth:
            outside.append(part)
    return " ".join(outside), depth
