"""What is made of the shop's sources is made once, and again after any change."""

import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader
from jinja2.ext import Extension
from quart import Quart

from app.http.core.build_cache import BuildCache
from app.http.core.templates import CompiledTemplates, PlainEnvironment


class Shouting(Extension):
    """An extension that changes what templates are compiled to."""

    def preprocess(self, source: str, _name: str | None, _filename: str | None = None) -> str:
        """Return *source* in capitals."""
        return source.upper()


class Environment(PlainEnvironment):
    """Templates of one process, which remember what was compiled."""

    def __init__(self, folder: Path, text: str, **options: Any):
        cache = CompiledTemplates(BuildCache(folder, b"today's code"))
        loader = DictLoader({"hello.html": text})
        super().__init__(Quart("shop"), bytecode_cache=cache, loader=loader, **options)
        self.compiled = list[str]()

    def _compile(self, source: str, filename: str) -> Any:
        self.compiled.append(source)
        return super()._compile(source, filename)

    def hello(self) -> str:
        """Return the template as it is shown."""
        return self.get_template("hello.html").render()


@pytest.fixture(autouse=True)
def python_keeps_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Python keep what it compiles, whatever the environment of the tests says."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_what_was_made_is_there_until_its_source_or_the_code_changes(tmp_path: Path) -> None:
    folder = tmp_path / "made when something is kept"
    BuildCache(folder, b"code").save("page", b"source", b"made")

    assert BuildCache(folder, b"code").load("page", b"source") == b"made"
    assert BuildCache(folder, b"code").load("page", b"another source") is None
    assert BuildCache(folder, b"other code").load("page", b"source") is None
    assert BuildCache(folder, b"code").load("another page", b"source") is None
    BuildCache(folder, b"other code").save("page", b"source", b"made anew")
    assert BuildCache(folder, b"other code").load("page", b"source") == b"made anew"
    assert len([*folder.iterdir()]) == 1


def test_a_damaged_file_counts_as_not_there(tmp_path: Path) -> None:
    cache = BuildCache(tmp_path, b"code")
    cache.save("page", b"source", b"made")
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()

    for damaged in (b"", whole[:-1], whole[:-1] + b"x", b"x" + whole[1:]):
        kept.write_bytes(damaged)
        assert cache.load("page", b"source") is None


def test_nothing_is_kept_where_python_keeps_no_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()
    BuildCache(no_folder, b"code").save("page", b"source", b"made")
    assert BuildCache(no_folder, b"code").load("page", b"source") is None

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    BuildCache(tmp_path / "cache", b"code").save("page", b"source", b"made")
    assert [*tmp_path.iterdir()] == [no_folder]


def test_a_template_is_compiled_by_one_process_for_all(tmp_path: Path) -> None:
    first, second = Environment(tmp_path, "hello"), Environment(tmp_path, "hello")
    assert (first.hello(), second.hello()) == ("hello", "hello")
    assert (len(first.compiled), len(second.compiled)) == (1, 0)

    changed = Environment(tmp_path, "good evening")
    shouting = Environment(tmp_path, "hello", extensions=[Shouting])
    assert (changed.hello(), shouting.hello()) == ("good evening", "HELLO")
