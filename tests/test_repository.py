"""The commands in bin/, run with tools that only remember, and the lock files."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENVIRONMENTS = {
    "requirements.lock": ".venv",
    "requirements-dev.lock": ".venv",
    "requirements-proof.lock": ".venv-proof",
}
AUTOBAHN_LOCK = "requirements-autobahn.lock"
COMMANDS = [path for path in (ROOT / "bin").iterdir() if path.is_file()]
SCRIPTS = [*COMMANDS, *(ROOT / "bin/lib").iterdir(), *(ROOT / ".ci").iterdir()]
LOCKS = (*ENVIRONMENTS, AUTOBAHN_LOCK, "package-lock.json")
SETTINGS = [ROOT / name for name in (*LOCKS, ".npmrc")]
CORE, NOT_LEFT = "core and not hypothesis", "not short and not long and not browser"
A_HOST = re.compile(r"\w+://\S+|--(?:extra-)?index-url|\"resolved\"")

NEEDED_TOOLS = (
    *("bash", "cat", "cmp", "cp", "date", "dirname", "id", "mkdir", "rm", "sh", "sleep"),
    *("tail", "tee", "true"),
)
REMEMBERING_PYTHON = f"""\
#!/bin/sh
[ "$1" != -c ] || exec {sys.executable} "$@"
line="$$|$SHOP_BIND$(printf '|%s' "$@")"
printf '%s\\n' "$line" >>asked
[ "$3" != install ] || sleep 0.2
"""
PYTHON_2 = """\
#!/bin/sh
[ "$1" != -c ] || exit 0
line="$$|$(printf '|%s' "$@")"
printf '%s\\n' "$line" >>asked
mkdir -p "$PYTHONUSERBASE/bin" && cp "$0" "$PYTHONUSERBASE/bin/wstest"
"""
DOES_NOTHING = "#!/bin/sh\n"
OLD_PYTHON = f"""\
#!/bin/sh
exec {sys.executable} -c 'import sys; sys.version_info = (3, 10); exec(sys.argv[2])' "$@"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree with our commands and a Python that writes down what it is asked to run."""
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    shutil.copy(ROOT / AUTOBAHN_LOCK, tmp_path)
    for lock, environment in ENVIRONMENTS.items():
        make_program(tmp_path / environment / "bin/python", REMEMBERING_PYTHON)
        shutil.copy(ROOT / lock, tmp_path)
        shutil.copy(ROOT / lock, tmp_path / environment)
    make_program(tmp_path / ".venv/bin/typos")
    return tmp_path


@pytest.fixture
def bare_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a PATH with next to nothing on it: no Python, no Node.js, no Chromium, no apt-get."""
    folder = tmp_path_factory.mktemp("path")
    for tool in NEEDED_TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    return str(folder)


def make_program(path: Path, text: str = DOES_NOTHING) -> None:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def started(tree: Path, command: str, *words: str, **environ: str) -> subprocess.Popen[str]:
    """Start a command of *tree*, with *environ* on top of our own, and nothing of pyenv's."""
    return subprocess.Popen(
        [tree / "bin" / command, *words],
        env={**os.environ, "PYENV_ROOT": str(tree), **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def output_of(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return how *process* ended and all that it said."""
    said, _ = process.communicate()
    return process.returncode, said


def asked(tree: Path) -> list[list[str]]:
    """Return process id, SHOP_BIND and words for each module that the Python of *tree* ran."""
    return [line.split("|") for line in (tree / "asked").read_text().splitlines()]


def installs(tree: Path) -> list[str]:
    """Return the lock files that the Python of *tree* was asked to install."""
    return [words[-1] for words in asked(tree) if "install" in words]


def pytest_runs(tree: Path) -> list[list[str]]:
    """Return the words of each run of pytest."""
    return [words for words in asked(tree) if words[3] == "pytest"]


def modules(tree: Path) -> list[str]:
    """Return the modules that the Python of *tree* ran."""
    return [words[3] for words in asked(tree)]


def locked(lock: str) -> dict[str, str]:
    """Return the version of each package that *lock* lists."""
    return dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_every_command_can_be_run() -> None:
    names = {"fix", "lock", "prove", "run", "shop", "test"}
    assert {path.name for path in COMMANDS} == names
    assert [path.name for path in COMMANDS if not os.access(path, os.X_OK)] == []


@pytest.mark.parametrize("command", ["fix", "lock", "prove", "test"])
def test_a_command_that_is_asked_for_help_gives_it_and_does_nothing_else(
    tree: Path, command: str
) -> None:
    first = (ROOT / "bin" / command).read_text().splitlines()[1].removeprefix("# ")

    code, said = output_of(started(tree, command, "--help"))

    assert (code, said.splitlines()[0]) == (0, first)
    assert not (tree / "asked").exists()


def test_the_short_proofs_refuse_words_that_they_would_not_heed(tree: Path) -> None:
    code, said = output_of(started(tree, "prove", "--short", "-k", "soak"))

    assert (code, "takes no further words" in said) == (2, True)
    assert not (tree / "asked").exists()


def test_ci_runs_both_commands_and_fails_with_either(tree: Path) -> None:
    shutil.copytree(ROOT / ".ci", tree / ".ci")
    for command, code in (("test", 1), ("prove", 0)):
        make_program(tree / "bin" / command, f'#!/bin/sh\necho "{command} $*"\nexit {code}\n')

    assert output_of(started(tree, "../.ci/run")) == (1, "test \nprove --short\n")


def test_no_lock_and_no_script_names_a_host() -> None:
    assert {
        path.name: hosts
        for path in (*SCRIPTS, *SETTINGS)
        if (hosts := A_HOST.findall(path.read_text()))
    } == {}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["dependency-groups"]["dev"]),
        ("requirements-proof.lock", PROJECT["dependency-groups"]["proof"]),
    ],
)
def test_what_the_project_asks_for_is_locked(lock: str, wanted: list[str]) -> None:
    assert {re.split(r"[^\w-]", line)[0] for line in wanted} <= locked(lock).keys()


@pytest.mark.parametrize(("one", "other"), [*combinations(ENVIRONMENTS, 2)])
def test_the_locks_agree_on_what_both_hold(one: str, other: str) -> None:
    ours, theirs = locked(one), locked(other)

    assert ours.keys() & theirs.keys()
    assert {name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name]} == set()


def test_the_shop_runs_in_the_very_process_that_bin_run_was(tree: Path) -> None:
    run = started(tree, "run", "--port", "a b", SHOP_BIND="127.0.0.1:1")

    assert output_of(run) == (0, "")
    assert asked(tree) == [
        [str(run.pid), "127.0.0.1:1", "-m", "app.cli", "run", "--demo", "--port", "a b"]
    ]


def test_what_a_changed_lock_lists_is_installed_once(tree: Path) -> None:
    (tree / "requirements.lock").write_text("# other packages\n")

    for _ in range(2):
        assert output_of(started(tree, "run"))[0] == 0

    assert installs(tree) == ["requirements.lock"]


def test_two_commands_at_once_install_once(tree: Path) -> None:
    (tree / ".venv/requirements.lock").unlink()

    assert [output_of(run)[0] for run in [started(tree, "run") for _ in range(2)]] == [0, 0]

    assert installs(tree) == ["requirements.lock"]


def test_where_python_is_too_old_one_sentence_says_so(tree: Path, bare_path: str) -> None:
    shutil.rmtree(tree / ".venv")
    make_program(Path(bare_path) / "python3", OLD_PYTHON)

    code, said = output_of(started(tree, "run", PATH=bare_path))

    assert code == 2
    assert said.startswith("The shop needs Python 3.11 or newer")
    assert said.count("\n") == 1


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_what_cannot_be_had_is_left_out_loudly_and_fails_in_ci(
    tree: Path, bare_path: str, ci: str, code: int
) -> None:
    ended = output_of(started(tree, "test", PATH=bare_path, CI=ci))

    assert ended[0] == code
    assert "LEFT OUT: tests in a browser, tests of a shop on several machines," in ended[1]
    assert ", checks and tests of JavaScript\n" in ended[1]
    assert f"not ({CORE}) and {NOT_LEFT}" in pytest_runs(tree)[-1]


def test_one_failed_check_fails_all_but_stops_none(tree: Path, bare_path: str) -> None:
    fails_mypy = REMEMBERING_PYTHON + '[ "$2" != mypy ]\n'
    (tree / ".venv/bin/python").write_text(fails_mypy)

    code, said = output_of(started(tree, "test", PATH=bare_path, CI=""))

    assert code == 1
    assert "FAILED: mypy\n" in said
    assert "--cov=app" in pytest_runs(tree)[-1]
    assert "coverage" in modules(tree)


def test_the_output_of_a_check_beside_the_others_is_shown(tree: Path, bare_path: str) -> None:
    (tree / ".venv/bin/python").write_text(
        REMEMBERING_PYTHON + '[ "$2" != mypy ] || echo "one error"\n'
    )

    _, said = output_of(started(tree, "test", PATH=bare_path, CI=""))

    assert "\n== mypy\none error\n" in said


def test_all_tests_and_only_they_count_for_coverage(tree: Path, bare_path: str) -> None:
    output_of(started(tree, "test", PATH=bare_path, CI=""))

    core, everything = pytest_runs(tree)
    assert {"tests/domain", "tests/protocol", "--cov-branch"} <= set(core)
    assert {"--cov=app.domain", "--cov=app.protocol"} <= set(core)
    assert "--cov-fail-under=100" in core
    assert "tests" in everything
    chosen, others = (words[words.index("-m", 4) + 1] for words in (core, everything))
    assert (chosen, others) == (f"{CORE} and {NOT_LEFT}", f"not ({CORE}) and {NOT_LEFT}")
    (report,) = (one[5:] for one in asked(tree) if one[4:5] == ["report"])
    assert report == ["--format=total", "--fail-under=95", "--omit=app/domain/*,app/protocol/*"]


@pytest.mark.parametrize(
    ("chosen", "ran"),
    [("", []), ("tests/a.py\ntests/b.py", ["tests/a.py", "tests/b.py"]), ("tests", ["tests"])],
)
def test_after_a_change_the_tests_that_it_touches_are_run(
    tree: Path, bare_path: str, chosen: str, ran: list[str]
) -> None:
    chooses = f'[ "$2" != tests.changed ] || printf "%s" "{chosen}"\n'
    (tree / ".venv/bin/python").write_text(REMEMBERING_PYTHON + chooses)

    code, _ = output_of(started(tree, "test", "--changed", "main", PATH=bare_path, CI=""))

    assert code == 0
    assert ["tests.changed", "main"] in [words[3:] for words in asked(tree)]
    parallel = [words for words in pytest_runs(tree) if "--cov-branch" not in words]
    assert [word for words in parallel for word in words if word.startswith("tests")] == ran


def test_a_missing_python_2_is_said_and_is_no_failure_in_ci(tree: Path, bare_path: str) -> None:
    with (tree / "bin/lib/setup.sh").open("a") as setup:
        for other in ("chromium", "servers"):
            setup.write(f"set_up_{other}() {{ :; }}\n")
    code, said = output_of(started(tree, "prove", "--short", PATH=bare_path, CI="true"))

    assert code == 0
    assert "!! Python 2.7 with Autobahn's wstest is not here" in said
    assert "LEFT OUT" not in said


def test_autobahn_is_installed_once_with_a_python_2_that_pyenv_made(
    tree: Path, bare_path: str
) -> None:
    make_program(tree / "versions/2.7.18/bin/python", PYTHON_2)

    said = [
        output_of(started(tree, "prove", "--short", PATH=bare_path, CI=""))[1] for _ in range(2)
    ]

    assert ["Autobahn's cases" in each for each in said] == [False, False]
    assert installs(tree) == [AUTOBAHN_LOCK]


def test_all_that_proves_is_run_and_one_failure_fails_all_but_stops_none(
    tree: Path, bare_path: str
) -> None:
    fails_mutations = REMEMBERING_PYTHON + 'echo said; [ "$2" != bench.mutation ]\n'
    (tree / ".venv/bin/python").write_text(fails_mutations)
    (tree / ".venv-proof/bin/python").write_text(fails_mutations.replace(sys.executable, "true"))
    for program in ("mutmut", "schemathesis"):
        make_program(tree / ".venv-proof/bin" / program)

    code, said = output_of(started(tree, "prove", PATH=bare_path, CI=""))

    assert code == 1
    assert "FAILED: mutations\n" in said
    assert "DONE WITHOUT" not in said
    assert modules(tree) == [
        *("pytest", "bench.mutation", "bench.fuzz", "bench.logins", "bench.audit"),
        "tests.proof.report",
    ]
    parts = (tree / "var/proof").glob("*.txt")
    written = {path.stem: path.read_text().split(" after")[0] for path in parts}
    assert written == {
        "mutations": "said\nfailed",
        "fuzzing": "said\npassed",
        "login times": "said\npassed",
        "known faults of packages": "said\npassed",
    }
    assert [path.read_text() for path in (tree / "var").glob("proof-*.md")] == ["said\n"]


@pytest.mark.parametrize("command", [["test"], ["prove", "--short"]])
@pytest.mark.parametrize(("second", "code"), [("true", 0), ("false", 1)])
def test_what_fails_beside_others_is_run_once_more_alone(
    tree: Path, bare_path: str, command: list[str], second: str, code: int
) -> None:
    cases = f"*--last-failed*) {second};; *--cov-branch*) true;; *) false;;"
    fails = f'[ "$2" != pytest ] || case "$*" in {cases} esac\n'
    (tree / ".venv/bin/python").write_text(REMEMBERING_PYTHON + fails)

    ended, said = output_of(started(tree, *command, PATH=bare_path, CI=""))

    assert ended == code
    assert "Once more, alone, what failed beside others:" in said
    *_, first, again = pytest_runs(tree)
    assert "--numprocesses=2" in first
    assert "--numprocesses=2" not in again
    assert "--cov-append" in again


def test_the_short_proofs_are_what_bin_test_left(tree: Path, bare_path: str) -> None:
    output_of(started(tree, "prove", "--short", PATH=bare_path, CI=""))

    (words,) = pytest_runs(tree)
    assert "(short or hypothesis) and not long and not browser" in words


def test_what_the_proofs_cannot_have_is_said_and_is_no_failure(tree: Path, bare_path: str) -> None:
    shutil.rmtree(tree / ".venv-proof")

    code, said = output_of(started(tree, "prove", PATH=bare_path, CI="true"))

    assert code == 0
    assert "Not everything that requirements-proof.lock lists could be installed" in said
    assert "DONE WITHOUT: requests made of /openapi.json, mutations, fuzzing\n" in said
    assert (tree / "var/proof/fuzzing.txt").read_text() == "atheris is not here: left out\n"


def test_with_words_only_pytest_proves(tree: Path, bare_path: str) -> None:
    assert output_of(started(tree, "prove", "tests/proof", "-k", "soak", PATH=bare_path))[0] == 0

    assert modules(tree) == ["pytest", "tests.proof.report"]
    assert asked(tree)[0][-3:] == ["tests/proof", "-k", "soak"]
