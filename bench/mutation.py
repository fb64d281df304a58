"""Mutation testing of the domain and the decoder: whether tests notice changed code.

    python -m bench.mutation

mutmut, which bin/prove sets up, makes one mutation at a time in a copy of the tree, and runs the
tests that cover it. Exits with 1 if fewer than nine in ten mutations are noticed.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
MUTMUT = ROOT / ".venv-proof/bin/mutmut"
MIN_SCORE = 0.9
SETTINGS = """\
[mutmut]
source_paths=app/domain
    app/protocol/decode.py
    app/protocol/json.py
pytest_add_cli_args_test_selection=tests/domain
    tests/protocol
also_copy=app
    tests
    pyproject.toml
"""
SURVIVED = re.compile(r"^\s*(\S+): (?:survived|no tests|not checked)$", re.MULTILINE)
COPIED = ("app", "tests", "pyproject.toml")


def copy_tree(home: Path) -> None:
    """Copy the code and its tests to *home*."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, home / name)
    (home / "setup.cfg").write_text(SETTINGS)


def run(home: Path, *words: str) -> str:
    """Run mutmut with the installed packages, and return its output."""
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    environ = {**os.environ, "PYTHONPATH": packages, "HYPOTHESIS_PROFILE": "quick"}
    done = subprocess.run(
        [MUTMUT, *words], check=False, cwd=home, env=environ, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nmutmut {words[0]} ended with {done.returncode}.")
    return done.stdout


def main() -> int:
    """Print the score, and each surviving mutation as a diff."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        copy_tree(home)
        output = run(home, "run")
        of_all = re.findall(r"(\d+)/(\d+)", output)
        survivors = SURVIVED.findall(run(home, "results"))
        for name in survivors:
            print(run(home, "show", name))
    total = int(of_all[-1][1])
    score = 1 - len(survivors) / total
    print(f"{total} changes, {len(survivors)} not noticed: {score:.1%}")
    return int(score < MIN_SCORE)


if __name__ == "__main__":
    sys.exit(main())
