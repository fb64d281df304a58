"""The forms of a page, as a browser sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Pair = tuple[str, str]
FIELDS = frozenset({"input", "textarea", "select", "button"})
UNSENT = frozenset({"button", "reset", "image"})


@dataclass
class HtmlForm:
    """A form: where it is sent to, and the fields that it carries whichever button is pressed."""

    action: str
    method: str
    fields: list[Pair] = field(default_factory=list)
    buttons: list[tuple[str, Pair | None]] = field(default_factory=list)
    """For each submit button the address that it sends to, and its own field if it has one."""

    def sent(self) -> list[tuple[str, list[Pair]]]:
        """Return what each button sends, and where to."""
        own = self.buttons or [(self.action, None)]
        return [(action, self.fields + ([pair] if pair else [])) for action, pair in own]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[HtmlForm] = []
        self._by_id: dict[str, HtmlForm] = {}
        self._open: HtmlForm | None = None
        self._waiting: list[tuple[str, dict[str, str], HtmlForm | None]] = []
        self._select: dict[str, str] = {}
        self._textarea: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self._open = HtmlForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
            self._by_id[given.get("id", "")] = self._open
        if tag in FIELDS:
            self._waiting.append((tag, given, self._open))
        if tag == "select":
            self._select = given
        if tag == "textarea":
            self._textarea = given
        if tag == "option" and self._select and "value" not in self._select:
            self._select["value"] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._textarea["value"] = self._textarea.get("value", "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = {}
        if tag == "textarea":
            self._textarea = {}

    def close(self) -> None:
        super().close()
        for tag, given, around in self._waiting:
            form = self._by_id.get(given["form"]) if "form" in given else around
            if form is not None:
                _add(form, tag, given)


def _add(form: HtmlForm, tag: str, given: dict[str, str]) -> None:
    kind = given.get("type", "submit" if tag == "button" else "text")
    pair = (given["name"], given.get("value", "")) if given.get("name") else None
    if kind == "submit":
        form.buttons.append((given.get("formaction", form.action), pair))
    elif pair and kind not in UNSENT and (kind != "radio" or "checked" in given):
        form.fields.append(pair)


def read_page(page: str) -> tuple[list[str], list[HtmlForm]]:
    """Return the links of *page*, and its forms."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.links, reader.forms
