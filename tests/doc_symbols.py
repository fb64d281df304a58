"""The names that Python and JavaScript sources define, without importing any of them."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_IN_JAVASCRIPT = re.compile(
    r"\b(?:function\*?|class|const|let|var|type|interface|@typedef|@callback)\s+#?([A-Za-z_]\w*)"
    r"|\bthis\.#?([A-Za-z_]\w*)"
    r"|^\s+(?:(?:static|async|get|set|readonly)\s+)*#?([A-Za-z_]\w*)\??\s*[(:=]"
    r"|[{,]\s*([A-Za-z_]\w*)\??(?=\s*[,:}])",
    re.MULTILINE,
)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Symbols:
    """The definitions of all sources.

    *names* has every name, *members* the names in each class (with inherited ones), and
    *modules* the top-level names of each module; packages are modules too.
    """

    names: frozenset[str]
    members: Mapping[str, frozenset[str]]
    modules: Mapping[str, frozenset[str]]
    texts: frozenset[str]
    """String literals that are one word: codes, events, columns."""

    def has_member(self, name: str, member: str) -> bool:
        """Return whether the class *name* has *member*."""
        return member in self.members[name]

    def has_in_module(self, chain: str) -> bool:
        """Return whether *chain* is a module, or a module and a name in it."""
        module, _, name = chain.rpartition(".")
        return chain in self.modules or name in self.modules.get(module, ())


def read_symbols(root: Path, files: Iterable[str]) -> Symbols:
    """Return the definitions of the Python and JavaScript files among *files*."""
    chosen = sorted(files)
    trees = {
        one: ast.parse((root / one).read_text("utf-8")) for one in chosen if one.endswith(".py")
    }
    scripts = [(root / one).read_text("utf-8") for one in chosen if one.endswith((".js", ".ts"))]
    nodes = [node for tree in trees.values() for node in ast.walk(tree)]
    names = {*_names(nodes)}
    names |= {name for script in scripts for name in names_in_javascript(script)}
    return Symbols(frozenset(names), _members(nodes), _modules(trees), frozenset(_texts(nodes)))


def names_in_javascript(source: str) -> Iterator[str]:
    """Yield names that look like definitions; a superset, because nothing is parsed."""
    for found in _IN_JAVASCRIPT.findall(source):
        yield from filter(None, found)


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case _:
                pass


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\A[a-z]\w*\Z", node.value)


def _members(nodes: Iterable[ast.AST]) -> dict[str, frozenset[str]]:
    classes = [one for one in nodes if isinstance(one, ast.ClassDef)]
    own: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    for one in classes:
        own.setdefault(one.name, set()).update(
            _names(each for part in one.body for each in ast.walk(part))
        )
        bases.setdefault(one.name, set()).update(_base_names(one))
    return {name: frozenset(_with_inherited(name, own, bases, set())) for name in own}


def _base_names(one: ast.ClassDef) -> Iterator[str]:
    for base in one.bases:
        yield base.attr if isinstance(base, ast.Attribute) else ast.unparse(base)


def _with_inherited(
    name: str, own: Mapping[str, set[str]], bases: Mapping[str, set[str]], seen: set[str]
) -> set[str]:
    if name in seen or name not in own:
        return set()
    seen.add(name)
    return own[name].union(*(_with_inherited(base, own, bases, seen) for base in bases[name]))


def _modules(trees: Mapping[str, ast.Module]) -> dict[str, frozenset[str]]:
    modules: dict[str, frozenset[str]] = {}
    for path, tree in trees.items():
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        modules[".".join(parts)] = frozenset(_top(tree))
        for end in range(1, len(parts)):
            modules.setdefault(".".join(parts[:end]), frozenset())
    return modules


def _top(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, Definition):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (each.asname or each.name for each in node.names)
        else:
            yield from _names(ast.walk(node))
