"""Files that a shopkeeper brings: one that cannot be used is a sentence with its name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import UnusableFile
from app.store.thesaurus import THESAURUS, load_thesaurus
from app.store.toml_file import read_toml
from tests.cli.conftest import RunCommand
from tests.e2e.server import free_port
from tests.shop_files import write_shop

SECRET = "known to nobody but the tests of these files"
HEAD = "---\ntitle: T\ndescription: D\n---\n"


def taken(folder: Path) -> dict[str, str]:
    """Have a page of text with the name of a page of the shop."""
    (folder / "en").mkdir()
    (folder / "en/staff.md").write_text(HEAD)
    return {"pages": str(folder)}


def no_text(folder: Path) -> dict[str, str]:
    """Have a folder where a page of text is to be."""
    (folder / "en/terms.md").mkdir(parents=True)
    return {"pages": str(folder)}


def nowhere(folder: Path) -> dict[str, str]:
    """Name a folder of pages that does not exist."""
    return {"pages": str(folder / "none")}


def folder_as_settings(folder: Path) -> dict[str, str]:
    """Name a folder as the shop's own settings."""
    return {"settings": str(folder)}


def nothing_in_settings(folder: Path) -> dict[str, str]:
    """Have settings without anything in them."""
    (folder / "shop.toml").touch()
    return {"settings": str(folder / "shop.toml")}


def with_logo(content: bytes | None) -> Callable[[Path], dict[str, str]]:
    """Have a logo of this *content*, or a folder in its place."""

    def write(folder: Path) -> dict[str, str]:
        logo = folder / "logo.png"
        if content is None:
            logo.mkdir()
        else:
            logo.write_bytes(content)
        return {"settings": write_shop(folder / "shop.toml", logo="logo.png")}

    return write


def file_as_mail_folder(folder: Path) -> dict[str, str]:
    """Have a file where mails are to be kept."""
    (folder / "mail").touch()
    return {"mail_folder": str(folder / "mail")}


def spoilt_demo(folder: Path) -> dict[str, str]:
    """Have a file of the demo's passwords that is empty."""
    (folder / "demo.db.demo.json").touch()
    return {"database": f"sqlite:///{folder / 'demo.db'}"}


BROUGHT: dict[str, tuple[Callable[[Path], dict[str, str]], str]] = {
    "a page with a taken name": (taken, "en/staff.md:1: the shop has a page of its own at /staff"),
    "a page that is a folder": (no_text, "en/terms.md: it cannot be read as text"),
    "no pages": (nowhere, "none: there are no pages here"),
    "a folder as settings": (folder_as_settings, "cannot be read: Is a directory"),
    "empty settings": (nothing_in_settings, "shop.toml: name: this key is missing"),
    "an empty logo": (with_logo(b""), "logo.png is no PNG picture"),
    "a logo of another kind": (with_logo(b"<svg/>"), "logo.png is no PNG picture"),
    "a logo that is a folder": (with_logo(None), "logo.png cannot be read: Is a directory"),
    "no folder for mails": (file_as_mail_folder, "mail cannot be used: File exists"),
    "no passwords of a demo": (spoilt_demo, "demo.db.demo.json does not have the passwords"),
}


@pytest.mark.parametrize(("bring", "sentence"), BROUGHT.values(), ids=BROUGHT)
def test_a_file_that_cannot_be_used_is_a_sentence_before_the_shop_opens(
    run_command: RunCommand,
    tmp_path: Path,
    bring: Callable[[Path], dict[str, str]],
    sentence: str,
) -> None:
    folder = tmp_path / "brought"
    folder.mkdir()
    given = bring(folder)
    arguments = ("run", "--demo") if "database" in given else ("run",)
    usual = {"secret": SECRET, "bind": f"127.0.0.1:{free_port()}"}

    done = run_command(*arguments, **usual | given)

    assert done.code in {1, 2}
    assert done.err.startswith("shop: ")
    assert sentence in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff", "is not in UTF-8. Save it as UTF-8."),
        (b"[synonyms", "is not TOML: "),
        (b"", "the key 'synonyms' is missing somewhere."),
        (b"synonyms = 1", "a value cannot be used: "),
    ],
)
def test_a_thesaurus_that_cannot_be_used_is_a_sentence(
    tmp_path: Path, content: bytes, why: str
) -> None:
    file = tmp_path / "thesaurus.toml"
    file.write_bytes(content)

    for path, expected in ((file, why), (tmp_path, "cannot be read: Is a directory.")):
        with pytest.raises(UnusableFile) as caught:
            load_thesaurus(path)
        assert str(path) in str(caught.value)
        assert expected in str(caught.value)
    with read_toml(THESAURUS) as data:
        assert "synonyms" in data
