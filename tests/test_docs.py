"""Every path, symbol and link in the documents exists."""

import ast
import os
import re
import tomllib
from pathlib import Path

import pytest

from tests.doc_names import Fault, Tree, anchors, expanded, faults
from tests.doc_symbols import Symbols, names_in_javascript, read_symbols

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("**/*.md")),
]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
INDEX = ROOT / "docs/decisions/README.md"
PROTOCOL = ROOT / "docs/protocol.md"
SOURCES = ("app/", "bench/", "examples/", "static/js/", "tests/")
HEAD = re.compile(
    r"---\ndate: (\d{4}-\d\d-\d\d)\nstatus: (accepted|superseded)\ntopic: ([a-z ]+)\n"
    r"superseded-by: (none|\d{4})\n---\n\n# (\d{4}): (.+)\n"
)
SHOWN = {".ci", ".github"}
IGNORED = {"__pycache__", "node_modules", "shop.egg-info", "var"}
MADE = frozenset(
    {
        "var/demo.db",
        *(".venv/bin/python", ".venv-autobahn/bin/wstest", ".venv-proof/bin/mutmut"),
    }
)
"""Files that commands generate."""
FOREIGN_WORDS = {
    "HTTP": "ETag GET Host Origin POST Secure Server",
    "SQL": "RETURNING json_to_recordset pg_cancel_backend pg_promote synchronous_commit unnest",
    "Patroni": "maximum_lag_on_failover synchronous_mode synchronous_mode_strict ttl",
    "values of settings": "C OFF",
    "other programs": "LimitNOFILE SIGQUIT SO_REUSEPORT artillery pg_dump",
    "Python and its packages": "DBAPIError Decoder __proto__ assert_never await before_request"
    " executemany fsync listen msgspec msgspec.Struct websockets",
    "browsers": "Network.loadingFinished TrustedScriptURL",
    "settings of the test build": "SHOP_BUG SHOP_CRASH_AT",
    "files of a running shop": "shop.db",
}
"""Words that other programs or standards define, by origin."""
EXAMPLE = """\
# An *example*: `LiveCart`

`LiveCart.submit` is in `app/live/cart.py`, `app/<noun>/cart.py` too; see [below](#the-end).
`LiveCart.open` and `Hub` are not, nor are `app/live/carts.py` and `app.live.hub`.
`SHOP_PORT` is a setting, `SHOP_PORTS=1` is none; `moveOn()` is in `tab.js`, `moveOff()` is not.
Values (`ok`, `409`, `X-Header`, `{"n":1}`), addresses (`/staff`) and `bin/run --demo`
are left alone; `bin/ran --demo` and `python -m app.live.carts` are found.

```
`Nothing` in here is read.
```

[There](app/live/cart.py), [nowhere](app/live/hub.py), [no heading](#the-start).

## The end
"""


@pytest.fixture
def tree() -> Tree:
    """Return the tree to which names in the documents may refer."""
    files = files_of_the_tree()
    symbols = read_symbols(ROOT, (one for one in files if one.startswith(SOURCES)))
    others = {word for group in FOREIGN_WORDS.values() for word in group.split()}
    words = words_of_the_wire() | symbols.texts | others
    return Tree(ROOT, files, MADE, symbols, settings(), words)


def files_of_the_tree() -> frozenset[str]:
    """Return the files of the tree, without generated ones."""
    found: set[str] = set()
    for folder, below, files in os.walk(ROOT):
        below[:] = [one for one in below if one in SHOWN or (one[0] != "." and one not in IGNORED)]
        found.update((Path(folder) / one).relative_to(ROOT).as_posix() for one in files)
    return frozenset(found)


def words_of_the_wire() -> frozenset[str]:
    """Return the words in code in docs/protocol.md."""
    text = PROTOCOL.read_text("utf-8")
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    return frozenset(word for one in code for word in re.findall(r"[A-Za-z_][\w.]*\w", one))


def settings() -> frozenset[str]:
    """Return the environment variables that the shop reads."""
    (module,) = [
        one for one in (ROOT / "app").rglob("config.py") if "class Config" in one.read_text()
    ]
    (config,) = [
        one
        for one in ast.parse(module.read_text("utf-8")).body
        if isinstance(one, ast.ClassDef) and one.name == "Config"
    ]
    fields = [one.target for one in config.body if isinstance(one, ast.AnnAssign)]
    return frozenset(f"SHOP_{one.id.upper()}" for one in fields if isinstance(one, ast.Name))


def test_every_name_in_a_document_exists(tree: Tree) -> None:
    found = [str(fault) for document in DOCUMENTS for fault in faults(tree, document)]

    assert not found, "\n" + "\n".join(found)


def test_every_document_is_linked_from_the_readme_or_from_the_index_of_decisions() -> None:
    readme, index = (ROOT / "README.md").read_text("utf-8"), INDEX.read_text("utf-8")

    assert f"({INDEX.relative_to(ROOT).as_posix()})" in readme
    for document in {*DOCUMENTS, ROOT / "CHANGELOG.md"} - {*DECISIONS, ROOT / "README.md"}:
        assert f"({document.relative_to(ROOT).as_posix()}" in readme
    for decision in DECISIONS:
        assert index.count(f"({decision.name})") == 1


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda one: one.stem)
def test_a_decision_says_when_it_was_made_and_stands_under_its_topic(decision: Path) -> None:
    text = decision.read_text("utf-8")
    head = HEAD.match(text)

    assert head
    _, status, topic, newer, number, title = head.groups()
    section = INDEX.read_text("utf-8").partition(f"\n## {topic.capitalize()}\n")[2]
    assert decision.name.startswith(f"{number}-")
    assert f"[{number}: {title}]({decision.name})" in section.partition("\n## ")[0]
    assert (status == "superseded") == (newer != "none")
    assert newer == "none" or any(one.name.startswith(newer) for one in DECISIONS)
    assert [f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")] == [
        True
    ] * 3


def test_the_newest_version_in_the_changelog_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    versions = re.findall(
        r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )

    assert versions[:2] == ["Unreleased", project["version"]]


def test_no_two_decisions_have_one_number() -> None:
    assert [one.name[:4] for one in DECISIONS] == [f"{n:04}" for n in range(1, len(DECISIONS) + 1)]


@pytest.fixture
def small(tmp_path: Path) -> Tree:
    """Return a small tree with `EXAMPLE` in it."""
    contents = {
        "app/live/cart.py": "class LiveCart(Base):\n    def submit(self): pass\n",
        "static/js/tab.js": "export function moveOn() {}\n",
        "bin/run": "",
        "example.md": EXAMPLE,
    }
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    symbols = read_symbols(tmp_path, contents)
    return Tree(tmp_path, set(contents), set(), symbols, {"SHOP_PORT"}, {"ok"})


def test_exactly_the_broken_references_are_found(small: Tree) -> None:
    assert [*faults(small, small.root / "example.md")] == [
        Fault("example.md", 4, "LiveCart.open", "LiveCart has no open"),
        Fault("example.md", 4, "Hub", "no such symbol"),
        Fault("example.md", 4, "app/live/carts.py", "no such file"),
        Fault("example.md", 4, "app.live.hub", "no such module or name in it"),
        Fault("example.md", 5, "SHOP_PORTS=1", "no such setting"),
        Fault("example.md", 5, "moveOff()", "no such symbol"),
        Fault("example.md", 7, "bin/ran --demo", "no such file"),
        Fault("example.md", 7, "python -m app.live.carts", "no such module"),
        Fault("example.md", 13, "app/live/hub.py", "no such file"),
        Fault("example.md", 13, "#the-start", "no such heading"),
    ]


def test_a_fault_prints_its_location() -> None:
    assert (
        str(Fault("docs/x.md", 3, "Hub", "no such symbol")) == "docs/x.md:3 `Hub`: no such symbol"
    )


def test_heading_anchors_match_those_of_code_forges() -> None:
    text = "# A `bin/test`, in *five* minutes\n## Why?\n```\n# not one\n```\n## Why?\n"

    assert anchors(text) == ["a-bintest-in-five-minutes", "why", "why-1"]


def test_braces_are_expanded() -> None:
    assert expanded("a/{b,c}.js") == ["a/b.js", "a/c.js"]


def test_a_class_has_what_it_inherits(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "class A:\n    x: int\nclass B(A):\n    y = 1\nclass C(B, D): pass\n"
    )
    symbols: Symbols = read_symbols(tmp_path, ["a.py"])

    assert symbols.members["C"] == {"x", "y"}


def test_definitions_of_javascript_are_found() -> None:
    source = "class Tab {\n  #at = 1\n  async open() {}\n}\nconst { one, two: three } = all\n"

    assert {"Tab", "at", "open", "one", "two"} <= {*names_in_javascript(source)}


def test_every_foreign_word_is_used_in_a_document() -> None:
    text = "\n".join(one.read_text("utf-8") for one in DOCUMENTS)
    words = [word for group in FOREIGN_WORDS.values() for word in group.split()]

    assert [word for word in words if not re.search(rf"`[^`\n]*\b{re.escape(word)}\b", text)] == []
