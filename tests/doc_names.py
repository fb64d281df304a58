"""Finds broken references in Markdown: paths, symbols and links that do not exist.

A name is the text in backticks outside of code blocks. Paths are looked up in the tree, symbols
among the definitions of the code (`tests/doc_symbols.py`), and everything else that looks like a
symbol among known words: of the wire, of settings, of metrics, and of other programs.
"""

import builtins
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

from tests.doc_symbols import Symbols

SUFFIXES = (
    *(".py", ".js", ".ts", ".css", ".html", ".md", ".toml", ".json", ".lock", ".yml", ".yaml"),
    *(".cfg", ".conf", ".sh", ".svg", ".service", ".timer", ".txt"),
)
CHAIN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
CALL = re.compile(rf"(?:await )?({CHAIN.pattern})(?:\(.*\))?")
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
LINK = re.compile(r"\]\(([^()\s]+)\)")
FENCE = re.compile(r"\s*(?:```|~~~)")
SETTING = re.compile(r"(SHOP_[A-Z_]*[A-Z])(?:=.*)?")
PYTHONS = frozenset(dir(builtins))
MODULE = re.compile(r"-m ([a-z_.]+)")


class Fault(NamedTuple):
    """A broken reference."""

    file: str
    line: int
    name: str
    why: str

    def __str__(self) -> str:
        """Return it in the form `file:line`, which editors can open."""
        return f"{self.file}:{self.line} `{self.name}`: {self.why}"


@dataclass(frozen=True, slots=True)
class Tree:
    """The files, symbols and words to which names may refer.

    *files* are paths relative to *root*, *made* those that commands generate.
    """

    root: Path
    files: AbstractSet[str]
    made: AbstractSet[str]
    symbols: Symbols
    settings: AbstractSet[str]
    words: AbstractSet[str]

    @property
    def tops(self) -> frozenset[str]:
        """Return the first part of each path with a folder."""
        return frozenset(
            name.partition("/")[0] for name in {*self.files, *self.made} if "/" in name
        )


def faults(tree: Tree, document: Path) -> Iterator[Fault]:
    """Yield the broken references in *document*, line by line."""
    file = document.relative_to(tree.root).as_posix()
    for number, line in prose(document.read_text("utf-8")):
        for name in names(line):
            if why := fault_of_name(tree, name):
                yield Fault(file, number, name, why)
        for target in LINK.findall(CODE.sub("", line)):
            if why := fault_of_link(document, target):
                yield Fault(file, number, target, why)


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines outside of code blocks, with their numbers."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            inside = not inside
        elif not inside:
            yield number, line


def names(line: str) -> list[str]:
    """Return the texts in backticks."""
    return [found[2].strip() for found in CODE.finditer(line)]


def fault_of_name(tree: Tree, name: str) -> str | None:
    """Return why *name* leads nowhere, if it does."""
    if " " in name and not name.startswith("await "):
        return _fault_of_command(tree, name)
    if name.startswith("/") or "://" in name:
        return None  # an address, or a path of another machine
    if _is_path(tree, name):
        return _fault_of_path(tree, name)
    if setting := SETTING.fullmatch(name):
        known = setting[1] in tree.settings | tree.words
        return None if known else "no such setting"
    if (call := CALL.fullmatch(name)) is None:
        return None  # a header, a fragment of code, a value
    return _fault_of_chain(tree, call[1])


def fault_of_link(document: Path, target: str) -> str | None:
    """Return why the link *target*, relative to *document*, is broken; `None` if it is not."""
    if "://" in target or target.startswith("mailto:"):
        return None
    path, _, anchor = target.partition("#")
    there = (document.parent / path).resolve() if path else document
    if not there.exists():
        return "no such file"
    if anchor and anchor not in anchors(there.read_text("utf-8")):
        return "no such heading"
    return None


def anchors(text: str) -> list[str]:
    """Return the anchors that code forges generate for the headings of a document."""
    found: list[str] = []
    for _, line in prose(text):
        if heading := re.match(r"#+ +(.*)", line):
            plain = re.sub(r"[^\w\- ]", "", heading[1].strip().lower()).replace(" ", "-")
            again = sum(
                re.fullmatch(rf"{re.escape(plain)}(?:-\d+)?", one) is not None for one in found
            )
            found.append(f"{plain}-{again}" if again else plain)
    return found


def expanded(path: str) -> list[str]:
    """Return the paths to which a shell expands one with braces."""
    parts = re.split(r"\{([^{}]*)\}", path)
    choices: list[Sequence[str]] = [
        part.split(",") if odd % 2 else [part] for odd, part in enumerate(parts)
    ]
    return ["".join(chosen) for chosen in product(*choices)]


def _is_path(tree: Tree, name: str) -> bool:
    first, slash, _ = name.partition("/")
    return bool(slash and first in tree.tops) or name.partition("::")[0].endswith(SUFFIXES)


def _fault_of_command(tree: Tree, name: str) -> str | None:
    modules = MODULE.findall(name)
    ours = [one for one in modules if one.partition(".")[0] in tree.tops]
    if any(one not in tree.symbols.modules for one in ours):
        return "no such module"
    paths = [word for word in name.split() if word.partition("/")[0] in tree.tops and "/" in word]
    return _first(_fault_of_path(tree, path) for path in paths)


def _fault_of_path(tree: Tree, name: str) -> str | None:
    path, _, test = re.sub(r"<\w+>", "*", name).partition("::")
    if any(not _exists(tree, one) for one in expanded(path.rstrip("/"))):
        return "no such file"
    if test and not re.search(rf"def {test}\b", (tree.root / path).read_text("utf-8")):
        return "no such test"
    return None


def _exists(tree: Tree, path: str) -> bool:
    known = tree.files | tree.made
    if "*" in path:
        parts = path.count("/") + 1
        return any(Path(*Path(one).parts[:parts]).match(path) for one in known)
    if path.partition("/")[0] not in tree.tops:
        return any(one == path or one.endswith(f"/{path}") for one in known)
    return path in known or any(one.startswith(f"{path}/") for one in known)


def _fault_of_chain(tree: Tree, chain: str) -> str | None:
    first, *rest = chain.split(".")
    if chain in tree.words or (rest and first in sys.stdlib_module_names) or chain in PYTHONS:
        return None
    if rest and first in tree.tops:
        return None if tree.symbols.has_in_module(chain) else "no such module or name in it"
    if rest and first in tree.symbols.members:
        return None if tree.symbols.has_member(first, rest[0]) else f"{first} has no {rest[0]}"
    if chain.rpartition(".")[2] in tree.symbols.names:
        return None
    return "no such symbol"


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((why for why in reasons if why), None)
