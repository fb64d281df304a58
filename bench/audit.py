"""Checks the lock files for packages with known vulnerabilities.

    python -m bench.audit

Needs pip-audit, which bin/prove sets up, and npm. Exits with 1 if a package is vulnerable. A
registry that does not answer such queries is named, and is no failure. Autobahn's packages are left
out: they are as old as Python 2.7, and connect to our own tests only.
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


def of_python(output: str) -> tuple[int, list[str]]:
    """Return the number of packages in pip-audit's JSON *output*, and the vulnerable ones."""
    packages = json.loads(output)["dependencies"] if output else []
    known = [package for package in packages if "vulns" in package]
    return len(known), [
        f"{package['name']} {package['version']}: {fault['id']}"
        for package in known
        for fault in package["vulns"]
    ]


def of_node(output: str) -> tuple[int, list[str]]:
    """Return the number of packages in npm audit's JSON *output*, and the vulnerable ones."""
    answer = json.loads(output) if output else {}
    if "vulnerabilities" not in answer:
        return 0, []
    return answer["metadata"]["dependencies"]["total"], [
        f"{name} {fault['range']}: {fault['severity']}"
        for name, fault in answer["vulnerabilities"].items()
    ]


def output_of(command: str | Path, *arguments: str) -> str:
    """Return what *command* prints; empty if it is not installed."""
    if not which(command):
        return ""
    done = subprocess.run(
        [command, *arguments], capture_output=True, check=False, cwd=ROOT, text=True
    )
    if not done.stdout:
        print(done.stderr)
    return done.stdout


def main() -> int:
    """Print the vulnerable packages, and how many packages the registries know."""
    arguments = [word for lock in LOCKS for word in ("--requirement", lock)]
    python, unsafe = of_python(output_of(PIP_AUDIT, *OF_PIP_AUDIT, *arguments))
    node, also_unsafe = of_node(output_of("npm", "audit", "--json", "--package-lock-only"))
    for fault in unsafe + also_unsafe:
        print(fault)
    print(
        f"The registries told of {python or 'no'} packages for Python and of {node or 'none'} for"
        f" Node.js; known to be unsafe: {len(unsafe + also_unsafe) or 'none'}."
    )
    return int(bool(unsafe + also_unsafe))


if __name__ == "__main__":
    sys.exit(main())
