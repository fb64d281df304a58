"""Puts the scripts that a page always needs together into a few files.

The sources are many small modules. As many small files they are a third larger on the wire, and a
request each. A bundle is served in place of the first of its entries. It has all that its entries
import and no bundle before it has, in the order in which a browser would run it, and exports what
its entries export and other modules import. These import it from the bundle. Modules of a bundle
share one scope, so no two of them may declare the same name: `bundled` raises a `ValueError` that
says which. That scope is a function's, whose names can be shortened, as those of a module cannot.

What pages without a cart load is in no bundle but the first: it must not bring the cart along.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import dirname, normpath, relpath
from posixpath import join as join_path
from typing import Final

Sources = Mapping[str, str]
"""The text of modules by their paths, such as views/cart.js."""

BUNDLES: Final[Sequence[Sequence[str]]] = (
    ("search.js", "shortcuts.js", "strings.js"),
    ("main.js",),
    ("notifications.js", "leaving.js", "slow_link.js", "views/focus.js"),
    ("checkout.js",),
    ("views/inspector.js",),
)
"""The entries of each bundle: of every page, of the cart, of what is loaded right after that, and
of two pages.
"""
WITHOUT_CART: Final = ("search.js", "shortcuts.js", "drafts.js", "views/panels.js")

_FROM: Final = r'from\s+"(?P<path>\.[^"]+)"'
_IMPORT: Final = re.compile(
    rf'^(?:import|export)\s+(?:\{{(?P<names>[^}}]*)\}}\s+{_FROM}|"(?P<only>\.[^"]+)");?\n',
    re.MULTILINE,
)
_STRANGE: Final = re.compile(
    r"^(?:import\s+(?:\*|\w)|export\s+(?:\*|default|let|\{[^}]*\}(?! from)))"
    r"|^(?:const [^=]*= )?await\b",
    re.MULTILINE,
)
"""What has no place in a function, or would be copied once where it is to be followed: a `let`."""
_SPECIFIER: Final = re.compile(
    r'(?P<start>^(?:import|export) [^"]*"|\bimport\(")(?P<path>\.[^"]+)(?=")', re.MULTILINE
)
_LATER: Final = re.compile(r'\bimport\("(\.[^"]+)"\)')
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.MULTILINE)
_NAME: Final = r"(?:async )?(?:function\*?|const|let|class) (\w+)"
_DECLARED: Final = re.compile(rf"^(?:export )?{_NAME}", re.MULTILINE)
_EXPORTED: Final = re.compile(rf"^export {_NAME}", re.MULTILINE)


def bundled(sources: Sources) -> dict[str, str]:
    """Return *sources* with the text of each bundle under the path of its first entry."""
    places: dict[str, str] = {}
    served = dict(sources)
    for first, *others in BUNDLES:
        if first not in sources:
            continue
        entries = (first, *(one for one in others if one in sources))
        taken = [one for one in _in_order(sources, entries) if one not in places]
        places |= dict.fromkeys(taken, first)
        parts = {one: sources[one] for one in taken}
        served[first] = _bundle(first, parts, _wanted(sources, entries, parts))
        if first in WITHOUT_CART:
            apart = _reached(sources, [one for one in WITHOUT_CART if one in sources])
            places |= {one: one for one in apart if one not in places}
    return {path: _redirected(path, text, places) for path, text in served.items()}


def imports_of(path: str, source: str) -> Iterator[str]:
    """Yield the paths of the modules that the one at *path* imports before it runs."""
    for found in _IMPORT.finditer(source):
        yield _target(path, found)
    for found in re.finditer(rf"^import \* as \w+ {_FROM}", source, re.MULTILINE):
        yield _resolved(path, found["path"])


def _wanted(sources: Sources, entries: Iterable[str], parts: Sources) -> set[str]:
    """Return the names that *entries* export, and those of *parts* that other modules import."""
    names = {name for one in entries for name in _EXPORTED.findall(parts[one])}
    for path, source in sources.items():
        for found in _IMPORT.finditer(source):
            is_exported = path in entries and found[0].startswith("export")
            is_needed = path not in parts and _target(path, found) in parts
            if is_exported or is_needed:
                names.update(_names(found))
    return names


def _bundle(entry: str, parts: Sources, wanted: set[str]) -> str:
    """Return *parts* as one module at the path of *entry*, which exports the *wanted* names."""
    imported: dict[str, dict[str, None]] = {}
    for path, source in parts.items():
        if strange := _STRANGE.search(source):
            raise ValueError(f"{path}: {strange[0]!r} cannot be bundled")
        for found in _IMPORT.finditer(source):
            if (target := _target(path, found)) not in parts:
                names = imported.setdefault(target, {})
                names |= dict.fromkeys(_names(found))
    _check_names(parts, (name for names in imported.values() for name in names))
    heads = (
        f'import {{ {", ".join(names)} }} from "{_relative(entry, target)}"\n'
        for target, names in imported.items()
    )
    bodies = (_body(entry, path, source) for path, source in parts.items())
    exported = [name for source in parts.values() for name in _EXPORTED.findall(source)]
    listed = ", ".join(name for name in exported if name in wanted)
    start = f"export const {{ {listed} }} = " if listed else ""
    end = f"return {{ {listed} }}\n" if listed else ""
    return f"{''.join(heads)}{start}(() => {{\n{''.join(bodies)}{end}}})()\n"


def _body(entry: str, path: str, source: str) -> str:
    """Return *source* without its imports and exports, with paths as seen from *entry*."""
    alone = _EXPORT.sub("", _IMPORT.sub("", source))
    return _LATER.sub(
        lambda found: f'import("{_relative(entry, _resolved(path, found[1]))}")', alone
    )


def _check_names(parts: Sources, imported: Iterable[str]) -> None:
    declared = dict.fromkeys(imported, "another bundle")
    for path, source in parts.items():
        for name in _DECLARED.findall(source):
            if name in declared:
                raise ValueError(f"{name} is declared in {path} and in {declared[name]}")
            declared[name] = path


def _redirected(path: str, source: str, places: Mapping[str, str]) -> str:
    """Return *source* with imports of bundled modules leading to their bundle."""

    def redirect(found: re.Match[str]) -> str:
        target = _resolved(path, found["path"])
        return f"{found['start']}{_relative(path, places.get(target, target))}"

    return _SPECIFIER.sub(redirect, source)


def _in_order(sources: Sources, entries: Iterable[str]) -> list[str]:
    """Return *entries* and all they import, each after what it imports."""
    done: dict[str, None] = {}
    begun: set[str] = set()

    def visit(path: str) -> None:
        if path not in begun:
            begun.add(path)
            for other in imports_of(path, sources[path]):
                visit(other)
            done[path] = None

    for entry in entries:
        visit(entry)
    return list(done)


def _reached(sources: Sources, entries: Iterable[str]) -> list[str]:
    """Return *entries* and all they import, at once or later."""
    found = list(entries)
    for path in found:
        later = (_resolved(path, one[1]) for one in _LATER.finditer(sources[path]))
        found += [one for one in (*imports_of(path, sources[path]), *later) if one not in found]
    return found


def _target(path: str, found: re.Match[str]) -> str:
    return _resolved(path, found["path"] or found["only"])


def _names(found: re.Match[str]) -> list[str]:
    return re.findall(r"[\w$]+", found["names"] or "")


def _resolved(path: str, specifier: str) -> str:
    return normpath(join_path(dirname(path), specifier))


def _relative(path: str, target: str) -> str:
    relative = relpath(target, dirname(path) or ".")
    return relative if relative.startswith(".") else f"./{relative}"
