"""Whether a package that a lock file lists is known to be unsafe, as far as the registries tell.

    python -m bench.audit

Needs pip-audit, which bin/prove sets up, and npm. Ends with 1 if a package is. Not every registry
answers such questions: where one does not, that is said, and is no failure. What runs Autobahn's
cases is left out: it is as old as Python 2.7, and talks to nobody but our own tests.
"""

import json
import subprocess
import sys
from pathlib import Path
from shutil import which

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-proof.lock")
PIP_AUDIT = ROOT / ".venv-proof/bin/pip-audit"
OF_PIP_AUDIT = ("--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json")


def of_python(told: str) -> tuple[int, list[str]]:
    """Return of how many packages pip-audit, which *told* this, knows, and what is unsafe."""
    packages = json.loads(told)["dependencies"] if told else []
    known = [package for package in packages if "vulns" in package]
    return len(known), [
        f"{package['name']} {package['version']}: {fault['id']}"
        for package in known
        for fault in package["vulns"]
    ]


def of_node(told: str) -> tuple[int, list[str]]:
    """Return of how many packages npm, which *told* this, knows, and what is unsafe."""
    answer = json.loads(told) if told else {}
    if "vulnerabilities" not in answer:
        return 0, []
    return answer["metadata"]["dependencies"]["total"], [
        f"{name} {fault['range']}: {fault['severity']}"
        for name, fault in answer["vulnerabilities"].items()
    ]


def said(command: str | Path, *words: str) -> str:
    """Return what *command* prints; nothing if it is not here."""
    if not which(command):
        return ""
    done = subprocess.run([command, *words], capture_output=True, check=False, cwd=ROOT, text=True)
    if not done.stdout:
        print(done.stderr)
    return done.stdout


def main() -> int:
    """Print what is known to be unsafe, and of how many packages anything is known."""
    asked = [word for lock in LOCKS for word in ("--requirement", lock)]
    python, unsafe = of_python(said(PIP_AUDIT, *OF_PIP_AUDIT, *asked))
    node, also_unsafe = of_node(said("npm", "audit", "--json", "--package-lock-only"))
    for fault in unsafe + also_unsafe:
        print(fault)
    print(
        f"The registries told of {python or 'no'} packages for Python and of {node or 'none'} for"
        f" Node.js; known to be unsafe: {len(unsafe + also_unsafe) or 'none'}."
    )
    return int(bool(unsafe + also_unsafe))


if __name__ == "__main__":
    sys.exit(main())
