"""Chooses the tests that a change touches: `python -m tests.changed [COMMIT]` prints their paths.

A file uses the modules that it imports and the files that its text names. A test is chosen if it
uses a changed file, directly or indirectly. Tests with real processes use all of the shop, and
tests at the top of `tests/` are about the whole tree. If no test is known to use a changed file,
all tests are chosen: the one line `tests`.
"""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from tests.layers import PROCESS_FOLDERS, ROOT

EVERYTHING = ["tests"]
CONCERNS_ALL = ("pyproject.toml", "requirements", "tests/conftest.py", "tests/layers.py")
SHOP = ("app/", "templates/", "static/")
WHOLE_TREE = (".ci/", ".github/", "bin/", "deploy/", "tests/js/")
"""Files of these folders are tested by the checks, and by tests at the top of `tests/`."""
NAME = re.compile(r"[\w-]+(?:\.[\w-]+)+")
"""A file or a module, as a text names it."""


def main() -> None:
    """Print the paths that pytest is to run, one a line."""
    changed = list_changed(sys.argv[1] if len(sys.argv) > 1 else "HEAD")
    names = _git("ls-files", "--cached", "--others", "--exclude-standard")
    texts = {name: _read(ROOT / name) for name in names if (ROOT / name).is_file()}
    chosen = choose(changed, texts) if changed else []
    what = "all tests" if chosen == EVERYTHING else ", ".join(chosen) or "no test"
    print(f"{len(changed)} changed files touch {what}", file=sys.stderr)  # noqa: T201
    print(*chosen, sep="\n")  # noqa: T201


def list_changed(commit: str) -> list[str]:
    """Return the files that differ from *commit*, and those that git does not know yet."""
    return [
        *_git("diff", "--name-only", commit),
        *_git("ls-files", "--others", "--exclude-standard"),
    ]


def choose(changed: Iterable[str], texts: Mapping[str, str]) -> list[str]:
    """Return the paths of the tests that use a file of *changed*; *texts* is the tree by name."""
    users = find_users(texts)
    chosen = {name for name in texts if _is_test(name) and PurePath(name).parent.name == "tests"}
    for name in changed:
        if name.startswith(CONCERNS_ALL) or name not in texts:
            return EVERYTHING
        # A docstring that names a document does not make the module depend on it.
        using = users[name] if name.endswith(".md") else _closure(name, users)
        touched = {user for user in using if _is_test(user)}
        if name.startswith(SHOP):
            touched |= {f"tests/{folder}" for folder in PROCESS_FOLDERS}
        if not touched and not name.endswith(".md") and not name.startswith(WHOLE_TREE):
            return EVERYTHING
        chosen |= touched
    return sorted(name for name in chosen if not _is_inside(name, chosen))


def find_users(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Return for each file the files that use it directly."""
    named: dict[str, set[str]] = defaultdict(set)
    for name in texts:
        named[PurePath(name).name].add(name)
        named[_module(name)].add(name)
    users: dict[str, set[str]] = defaultdict(set)
    for name, text in texts.items():
        if not name.endswith(".md"):
            for word in {*NAME.findall(text), *_imports(name, text)}:
                for used in named.get(word, ()):
                    users[used].add(name)
        if PurePath(name).name == "conftest.py":
            users[name] |= {test for test in texts if test.startswith(f"{PurePath(name).parent}/")}
    return users


def _imports(name: str, text: str) -> Iterator[str]:
    if name.endswith(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _closure(name: str, users: Mapping[str, set[str]]) -> set[str]:
    found, ahead = {name}, [name]
    while ahead:
        new = users.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found


def _is_test(name: str) -> bool:
    path = PurePath(name)
    return name.startswith("tests/") and path.name.startswith("test_") and path.suffix == ".py"


def _is_inside(name: str, folders: Iterable[str]) -> bool:
    return any(str(parent) in folders for parent in PurePath(name).parents)


def _read(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def _git(*words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S607
    return done.stdout.splitlines()


if __name__ == "__main__":
    main()
