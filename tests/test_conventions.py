"""Conventions that no linter checks: sizes, imports, and the names of the field."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[1]
MIGRATIONS = ROOT / "app/store/migrations/versions"
"""They are records of what was done to databases: never edited, and as long as they are."""
FILE_LINES = {
    "app/**/*.py": 250,
    "bench/**/*.py": 400,
    "static/js/**/*.js": 400,
    "tests/**/*.py": 400,
    "tests/**/*.js": 400,
}
FUNCTION_LINES = 40
IMPORTS_OF_THE_DOMAIN = """
import importlib, pkgutil, sys
sys.path.append(sys.argv[1])
import app.domain
for module in pkgutil.iter_modules(app.domain.__path__, "app.domain."):
    importlib.import_module(module.name)
print(*sys.modules, sep="\\n")
"""

PACKAGES_OF_THE_DOMAIN = {"idna", "msgspec", "typing_extensions"}
"""The only libraries that the domain uses, and what they import."""

FORMER_NAMES = """
Alarms Alone Asked Asker Audience Away Bargain Buyer Crowded Deal Desk Doorman Doorway Ears
Farewell FollowedCart Granted Guests Later Left Looks Made Manners Means Neighbours NoDeal NoNews
NotNow NotPlaced Obstacle Outgoing Passing Patience Pulse Pushed Refused Rounds Sale Scribe Shelf
Shift Slip Taken TakenBack Ticket Trust Turns Unread Unsettled Voice Wanted Why Window Wish Wishes
_untie allowance comeback contradict knock lifeline need_login opposite outrun
overhear owe own_account own_paths spell stir stirred stockroom take_back turns_away
"""
"""Names that the standard terms have replaced; nothing in Python may be called so again."""
FORMER_IN_ROOM = {
    "app/*.py": "counter stockroom vault demo nodes workers logs watch",
    "app/bus/*.py": "tell hear suspect speak Cut",
    "app/client/*.py": "state told hear stopped comeback lifeline",
    "app/domain/*.py": "Account Ticket Said Later Refused Why steps opposite news",
    "app/http/**/*.py": (
        "account accounts again bodies device devices files leave login"
        " moments own_account own_paths packing place throttle tries words"
    ),
    "app/live/*.py": "Alarms Figures Made Rounds Shop Trust Window dismiss doubt ill mend stir",
    "app/load/*.py": "crew ledger post tally witness",
    "app/protocol/*.py": "Asked news read spell strict telling write",
    "app/store/*.py": "Away Left Taken claims edits holdings meter",
    "app/ws/*.py": "Flow Looks Outgoing line",
    "static/js/**/*.js": "told link drawer spied sums words held live early",
}
"""Ordinary words, which are former names of modules and definitions in these files alone."""
TERMS = {
    "idempotent": "app/domain/outbox.py",
    "csrf": "app/http/core/security.py",
    "audit": "app/store/product_edits.py",
    "inventory": "app/domain/catalog.py",
    "backoff": "app/client/backoff.py",
    "jitter": "app/client/backoff.py",
    "heartbeat": "app/ws/heartbeat.py",
    "rate limit": "app/services/rate_limit.py",
    "dead letter": "docs/glossary.md",
}
"""Where somebody who searches for a term of the field must land."""

SHOPS_OWN = re.compile(
    r"[£€¥₩₹]|NT\$|英鎊|\b(?:GBP|TWD|EUR|USD|JPY)\b|Basket (?:&|&amp;|and) Leaf|basketandleaf"
    r"|Europe/|(?i:\b\w*(?:fee|free_?(?:delivery_?)?from|minimum_?order)\b[^=:\n]*[=:]"
    r"\s*(?:[\w.]+\s*=\s*)?(?:Money\()?[\"']?0*[1-9])"
)
"""A currency, a shop's name, a time zone, or a fee: all of them stand in the shop's own file."""
MAY_NAME_THEM = {
    "app/domain/price_words.py": "the words of search, by currency",
    "app/domain/spreadsheet.py": "signs that stand before a number in any spreadsheet",
    "app/runtime/setting_types.py": "an example in the sentence about a bad time zone",
    "app/runtime/shop_file.py": "an example in the sentence about a bad currency",
    "app/services/payments/stripe_amounts.py": "the currencies that Stripe has without decimals",
}
_COMMENT = re.compile(r"\{#.*?#\}|/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)


def python_files(*folders: str) -> list[Path]:
    """Return all Python files of *folders* but migrations."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in paths if MIGRATIONS not in path.parents]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the name of each function in a file, and how many lines it has with its decorators."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield node.name, node.end_lineno - first + 1


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of each thing that the Python file at *path* imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def definitions(path: Path) -> set[str]:
    """Return the name of a module, and of all that it defines at its top."""
    if path.suffix != ".py":
        return {path.stem}
    top = ast.parse(path.read_text("utf-8")).body
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {path.stem, *(node.name for node in top if isinstance(node, kinds))}


def identifiers(path: Path) -> set[str]:
    """Return all names that a Python file defines, imports or uses."""
    found = {path.stem}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name) | ast.alias(name=name):
                found.add(name)
            case _:
                pass
    return found


def without_comments(path: Path) -> str:
    """Return what a file of Python, HTML or JavaScript says but in comments and docstrings."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return _COMMENT.sub("", text)
    return ast.unparse(_WithoutTexts().visit(ast.parse(text)))


class _WithoutTexts(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        return ast.Pass() if isinstance(node.value, ast.Constant) else node


@pytest.mark.parametrize(("files", "most"), FILE_LINES.items())
def test_no_file_is_too_long(files: str, most: int) -> None:
    lines = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n")
        for path in ROOT.glob(files)
        if MIGRATIONS not in path.parents
    }

    assert lines
    assert {name: count for name, count in lines.items() if count > most} == {}


def test_no_function_is_too_long() -> None:
    assert {
        f"{path.relative_to(ROOT)}: {name}": lines
        for path in python_files("app")
        for name, lines in functions(path)
        if lines > FUNCTION_LINES
    } == {}


def test_no_former_name_comes_back() -> None:
    assert {
        str(path.relative_to(ROOT)): names
        for path in python_files("app", "tests")
        if (names := identifiers(path) & set(FORMER_NAMES.split()))
    } == {}


@pytest.mark.parametrize("files", FORMER_IN_ROOM)
def test_no_former_name_comes_back_where_it_stood(files: str) -> None:
    names = set(FORMER_IN_ROOM[files].split())

    assert {
        str(path.relative_to(ROOT)): found
        for path in ROOT.glob(files)
        if (found := definitions(path) & names)
    } == {}


def test_a_former_name_would_be_found(tmp_path: Path) -> None:
    planted = tmp_path / "shelf.py"
    planted.write_text(
        "from app import owe\n\n\nclass Shelf:\n    def stir(self, desk: Desk): ...\n"
    )

    assert identifiers(planted) & set(FORMER_NAMES.split()) == {"Desk", "Shelf", "owe", "stir"}
    assert definitions(planted) == {"Shelf", "shelf"}


@pytest.mark.parametrize(("term", "name"), TERMS.items())
def test_a_term_of_the_field_leads_to_the_right_file(term: str, name: str) -> None:
    pattern = term.replace(" ", r"[\s_-]")

    assert re.search(pattern, (ROOT / name).read_text("utf-8"), re.IGNORECASE)


def test_importing_the_domain_loads_two_libraries_and_nothing_else() -> None:
    packages = Path(msgspec.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-S", "-c", IMPORTS_OF_THE_DOMAIN, str(packages)],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    loaded = set(done.stdout.split())

    assert "app.domain.cart" in loaded
    assert {name.split(".")[1] for name in loaded if name.startswith("app.")} == {"domain"}
    assert loaded & {"asyncio", "logging", "random", "socket", "sqlite3"} == set()
    others = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    assert others == {"__main__", "app", *PACKAGES_OF_THE_DOMAIN}


def test_no_test_uses_a_mock() -> None:
    assert {
        path.name
        for path in python_files("tests")
        if any(name.startswith("unittest") for name in imports(path))
    } == set()


def test_what_is_a_shops_own_stands_in_its_file_only() -> None:
    templates, scripts = (ROOT / "templates").rglob("*.*"), (ROOT / "static/js").rglob("*.js")
    paths = [*python_files("app"), *templates, *scripts]
    found = {
        str(path.relative_to(ROOT)): match.group()
        for path in paths
        if (match := SHOPS_OWN.search(without_comments(path)))
    }

    assert len(paths) > 500
    assert {name: what for name, what in found.items() if name not in MAY_NAME_THEM} == {}
    assert MAY_NAME_THEM.keys() - found == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "FREE_DELIVERY_FROM: Final = Money(4000)"),
        ("a.py", "def price(delivery_fee: int = 350): ..."),
        ("a.py", "def price():\n    return f'£{amount}'"),
        ("a.py", "ZONE = 'Europe/London'"),
        ("a.html", "<title>Basket &amp; Leaf</title>"),
        ("a.js", "const deliveryFee = 350; // in pence"),
        ("a.js", "terms({ freeFrom: 4000 })"),
    ],
)
def test_what_is_a_shops_own_would_be_found(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)

    assert SHOPS_OWN.search(without_comments(path))
    path.write_text(f'"""{text}"""' if name == "a.py" else f"{{# {text} #}}/* {text} */")
    assert not SHOPS_OWN.search(without_comments(path))
