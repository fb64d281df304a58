"""Whether the tests of the domain and the decoder notice a change of either.

    python -m bench.mutation

mutmut changes one thing at a time, in a copy of the tree, and runs the tests that reach it. It is
found on PATH, or where MUTMUT says. Ends with 1 if fewer than nine in ten changes are noticed.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
LEAST = 0.9
SETTINGS = """\
[mutmut]
source_paths=app/domain
    app/wire/read.py
    app/wire/strict.py
pytest_add_cli_args_test_selection=tests/domain
    tests/wire
also_copy=app
    tests
    pyproject.toml
"""
COPIED = ("app", "tests", "pyproject.toml")


def find_mutmut() -> str:
    """Return the command, or end with a sentence on how to get it."""
    if found := shutil.which(os.environ.get("MUTMUT", "mutmut")):
        return found
    sys.exit("mutmut is not here: install it into an environment of its own, and set MUTMUT.")


def copy_tree(home: Path) -> None:
    """Put what is changed, and what tests it, into *home*."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, home / name)
    (home / "setup.cfg").write_text(SETTINGS)


def run(mutmut: str, home: Path, *words: str) -> str:
    """Run mutmut with the packages that we have, and return what it says."""
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    environ = {**os.environ, "PYTHONPATH": packages, "HYPOTHESIS_PROFILE": "quick"}
    done = subprocess.run(
        [mutmut, *words], check=True, cwd=home, env=environ, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def main() -> int:
    """Print the score, and the changes that nobody noticed, each as a difference."""
    mutmut = find_mutmut()
    with TemporaryDirectory() as folder:
        home = Path(folder)
        copy_tree(home)
        said = run(mutmut, home, "run")
        of_all = re.findall(r"(\d+)/(\d+)", said)
        survivors = re.findall(r"^\s*(\S+): survived", run(mutmut, home, "results"), re.MULTILINE)
        for name in survivors:
            print(run(mutmut, home, "show", name))
    total = int(of_all[-1][1])
    score = 1 - len(survivors) / total
    print(f"{total} changes, {len(survivors)} not noticed: {score:.1%}")
    return int(score < LEAST)


if __name__ == "__main__":
    sys.exit(main())
