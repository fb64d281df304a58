"""The packages of the shop: their layers are complete, and described alike wherever they are."""

import re
import tomllib
from pathlib import Path
from typing import Any

import app

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]


def layers_of(container: str) -> list[list[str]]:
    """Return the rows of the contract on the layers of a package, top down."""
    (contract,) = (one for one in CONTRACTS if one.get("containers") == [container])
    return [row.split(" | ") for row in contract["layers"]]


def parts_of(folder: Path) -> set[str]:
    """Return the packages and modules in *folder*."""
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return packages | {path.stem for path in folder.glob("*.py")} - {"__init__"}


def test_every_package_is_in_a_layer() -> None:
    for container in ("app", "app.http"):
        named = {name for row in layers_of(container) for name in row}

        assert named == parts_of(ROOT / container.replace(".", "/")), container


def test_layers_are_exhaustive() -> None:
    contracts: list[dict[str, Any]] = [one for one in CONTRACTS if one["type"] == "layers"]

    assert [one["name"] for one in contracts if one.get("exhaustive") is not True] == []


def test_the_table_of_packages_has_the_layers_in_their_order() -> None:
    rows = re.findall(r"^\| (`.+?`) \|", app.__doc__ or "", re.MULTILINE)

    assert [re.findall("`(.+?)`", row) for row in rows] == layers_of("app")


def test_contributing_lists_the_packages_in_the_order_of_layers() -> None:
    listed = re.findall(r"\bapp/(\w+)/ {2}", (ROOT / "CONTRIBUTING.md").read_text())

    assert [{*row} for row in layers_of("app")] == _grouped(listed)


def _grouped(names: list[str]) -> list[set[str]]:
    """Return *names* in sets as large as the rows of the layers."""
    left = iter(names)
    return [{next(left) for _ in row} for row in layers_of("app")]
