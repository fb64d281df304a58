"""Pages of text are read with the shop's values, and each fault is told with its line."""

from pathlib import Path

import pytest

from app.domain.languages import ENGLISH, Language
from app.services.text_pages import PageFault, TextPages, read_text_pages

CHINESE = Language("zh-Hant")
HEAD = "---\ntitle: About {{ shop.name }}\ndescription: Who we are.\n---\n"


def read(folder: Path, **files: str) -> TextPages:
    """Return the pages made of *files*; the name en_about means en/about.md."""
    for name, source in files.items():
        language, _, stem = name.rpartition("_")
        (folder / language).mkdir(exist_ok=True)
        (folder / language / f"{stem}.md").write_text(source, "utf-8")
    return read_text_pages(
        folder, lambda _: {"shop.name": "A *B* <i> & [C](d)", "shop.mail": "a@b"}
    )


def test_a_value_is_shown_as_it_is_whatever_is_in_it(tmp_path: Path) -> None:
    pages = read(
        tmp_path, en_about=f"{HEAD}By {{{{ shop.name }}}}, [us](mailto:{{{{shop.mail}}}})."
    )

    page = pages.find("about", ENGLISH)
    assert page.title == "About A *B* <i> & [C](d)"
    assert page.html == ('<p>By A *B* &lt;i&gt; &amp; [C](d), <a href="mailto:a@b">us</a>.</p>\n')


@pytest.mark.parametrize(
    "dangerous", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=y>"]
)
def test_html_and_scripts_in_a_page_are_text(tmp_path: Path, dangerous: str) -> None:
    html = read(tmp_path, en_about=HEAD + dangerous).find("about", ENGLISH).html

    assert "<script" not in html
    assert "<img" not in html
    assert "<a" not in html


def test_a_page_without_a_translation_is_in_english_and_is_missing(tmp_path: Path) -> None:
    pages = read(tmp_path, en_about=HEAD, en_terms=HEAD, en_zoo=HEAD, zh_Hant_terms=HEAD)

    assert pages.names() == ["about", "terms", "zoo"]
    assert pages.find("about", CHINESE).language == ENGLISH
    assert pages.find("terms", CHINESE).language == CHINESE
    assert pages.missing([ENGLISH, CHINESE]) == ["zh_Hant/about.md", "zh_Hant/zoo.md"]
    assert pages.languages("about") == [ENGLISH]


def test_all_faults_are_told_at_once_each_with_its_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(PageFault) as caught:
        read(
            tmp_path,
            en_about=f"{HEAD}\nFine.\n{{{{ shop.title }}}}\n",
            en_Terms=HEAD,
            en_cart=HEAD,
            zh_Hant_terms="---\ntitle: T\nauthor: x\n---\n",
        )

    assert [line.removeprefix(f"{tmp_path}/") for line in str(caught.value).splitlines()] == [
        "en/Terms.md:1: a file's name is an address, of small letters, digits and hyphens.",
        "en/about.md:7: {{ shop.title }} is none of shop.mail, shop.name.",
        "en/cart.md:1: the shop has a page of its own at /cart. Give the file another name.",
        "zh_Hant/terms.md:1: “description: …” is missing between two lines of “---” at the start.",
        "zh_Hant/terms.md:3: “author” is unknown here: there are a title and a description only.",
    ]


def test_a_folder_without_pages_and_a_file_that_is_no_text_are_faults(tmp_path: Path) -> None:
    with pytest.raises(PageFault, match="there are no pages here"):
        read(tmp_path)
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "about.md").write_bytes(b"\xff\xfe")
    with pytest.raises(PageFault, match="cannot be read as text in UTF-8"):
        read(tmp_path)
