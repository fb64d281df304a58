"""Which tests `bin/test --changed` chooses, what is left to bin/prove, and what is measured."""

from collections import Counter

import pytest

from tests.changed import choose
from tests.layers import PROCESS_FOLDERS, ROOT, mark_further_cases, summarize_left

TREE = {
    "app/domain/cart.py": "",
    "app/http/pages.py": "from app.domain import cart\nrender('cart/page.html')",
    "app/store/disk.py": "import app.domain.cart",
    "docs/guide.md": "`tests/http/test_pages.py`",
    "docs/client.md": "",
    "static/js/unused.js": "",
    "templates/cart/page.html": "{% import 'macros.html' %}",
    "templates/macros.html": "",
    "tests/client/test_guide.py": "GUIDE = 'client.md'",
    "tests/data/samples.json": "",
    "tests/domain/test_cart.py": "from app.domain.cart import Cart\nfrom tests.helper import x",
    "tests/helper.py": "SAMPLES = 'samples.json'",
    "tests/http/conftest.py": "",
    "tests/http/test_pages.py": "import app.http.pages",
    "tests/store/test_disk.py": "from app.store import disk",
    "tests/test_repository.py": "",
}
ALWAYS = "tests/test_repository.py"
PROCESSES = [f"tests/{folder}" for folder in PROCESS_FOLDERS]


@pytest.mark.parametrize(
    ("changed", "chosen"),
    [
        ("tests/store/test_disk.py", ["tests/store/test_disk.py"]),
        ("app/store/disk.py", ["tests/store/test_disk.py", *PROCESSES]),
        ("templates/macros.html", ["tests/http/test_pages.py", *PROCESSES]),
        ("tests/data/samples.json", ["tests/domain/test_cart.py"]),
        ("tests/http/conftest.py", ["tests/http/test_pages.py"]),
        ("static/js/unused.js", PROCESSES),
        ("docs/client.md", ["tests/client/test_guide.py"]),
        ("docs/guide.md", []),
        ("bin/test", []),
    ],
)
def test_the_tests_that_use_a_changed_file_are_chosen(changed: str, chosen: list[str]) -> None:
    assert choose([changed], {**TREE, "bin/test": ""}) == sorted([ALWAYS, *chosen])


def test_a_module_is_used_by_what_imports_it_indirectly() -> None:
    tests = ["tests/domain/test_cart.py", "tests/http/test_pages.py", "tests/store/test_disk.py"]

    assert choose(["app/domain/cart.py"], TREE) == sorted([ALWAYS, *tests, *PROCESSES])


@pytest.mark.parametrize("changed", ["pyproject.toml", "tests/conftest.py", "a/deleted/file.py"])
def test_what_is_not_understood_chooses_everything(changed: str) -> None:
    assert choose(["app/store/disk.py", changed], TREE) == ["tests"]


def test_a_file_that_no_test_uses_chooses_everything() -> None:
    assert choose(["bench/page.py"], {**TREE, "bench/page.py": ""}) == ["tests"]


def test_folders_of_real_processes_exist() -> None:
    assert [name for name in PROCESS_FOLDERS if not (ROOT / "tests" / name).is_dir()] == []


def test_what_is_left_is_counted_by_command_and_area() -> None:
    left = Counter({"bin/prove --short|browser": 2, "bin/prove --short|servers": 3})
    left["bin/prove|proofs"] = 1

    assert summarize_left(left) == [
        "left to bin/prove --short: 5 tests (servers 3, browser 2)",
        "left to bin/prove: 1 tests (proofs 1)",
    ]


def test_only_the_first_case_of_a_test_of_pages_is_measured(
    request: pytest.FixtureRequest,
) -> None:
    class Case(pytest.Item):
        def runtest(self) -> None:
            """Do nothing."""

    names = ("one[sqlite]", "one[postgresql]", "other", "one[x]", "last[y]")
    cases = [
        Case.from_parent(request.session, name=name, nodeid=f"tests/{folder}/test_x.py::{name}")
        for folder in ("http", "store")
        for name in names
    ]

    mark_further_cases(cases)

    further = [case.nodeid for case in cases if case.get_closest_marker("no_cover")]
    assert further == [
        "tests/http/test_x.py::one[postgresql]",
        "tests/http/test_x.py::one[x]",
    ]
