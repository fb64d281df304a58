"""Static files: minified, compressed, immutable at their URLs, and bundled."""

import gzip
import re
from itertools import chain
from pathlib import Path

import brotli
import pytest

from app.http.core.assets import Assets
from tests.http.harness import ASSETS, HttpHarness
from tests.http.visitor import text

IMMUTABLE = "public, max-age=31536000, immutable"


def sources(folder: Path, **files: str) -> Assets:
    """Return assets made of *files*; the name css_shop means css/shop.css."""
    for name, source in files.items():
        kind, _, stem = name.partition("_")
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / f"{stem}.{kind}").write_text(source)
    return Assets(folder)


async def test_a_file_at_its_current_url_is_immutable(harness: HttpHarness) -> None:
    answer = await harness.visitor().get(ASSETS.address("js/main.js"))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == IMMUTABLE


@pytest.mark.parametrize("folder", ["js", "js~00000000"])
async def test_at_an_outdated_url_todays_file_must_be_revalidated(
    harness: HttpHarness, folder: str
) -> None:
    answer = await harness.visitor().get(f"/static/{folder}/main.js")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "js/nothing.js",
        "js/../../app/runtime/build.py",
        "js/%2e%2e/%2e%2e/app/runtime/build.py",
        "js/types.d.ts",
        "font/LICENSE",
        "js",
        "js~/main.js",
        "",
    ],
)
async def test_files_that_are_not_served_are_not_found(harness: HttpHarness, path: str) -> None:
    answer = await harness.visitor().get(f"/static/{path}")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.9", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("identity", None),
    ],
)
async def test_a_file_is_compressed_as_the_client_accepts(
    harness: HttpHarness, accepted: str, encoding: str | None
) -> None:
    plain = await harness.visitor().get(ASSETS.address("css/shop.css"))

    answer = await harness.visitor().get(ASSETS.address("css/shop.css"), Accept_Encoding=accepted)

    body = await answer.get_data(as_text=False)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert answer.headers.get("Content-Encoding") == encoding
    assert unpack(body) == await plain.get_data(as_text=False)
    assert "Accept-Encoding" in answer.vary


async def test_a_picture_is_not_compressed_again(harness: HttpHarness) -> None:
    address = ASSETS.address("img/products/pie.webp")

    answer = await harness.visitor().get(address, Accept_Encoding="br")

    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
async def test_a_file_with_the_same_etag_is_not_sent_again(
    harness: HttpHarness, accepted: str
) -> None:
    visitor, encoding = harness.visitor(), {"Accept_Encoding": accepted}
    tag = (await visitor.get("/static/js/main.js", **encoding)).headers["ETag"]

    again = await visitor.get("/static/js/main.js", **encoding, If_None_Match=tag)

    assert again.status_code == 304
    assert await again.get_data(as_text=False) == b""


async def test_each_encoding_has_an_etag_of_its_own(harness: HttpHarness) -> None:
    tags = {
        (await harness.visitor().get("/static/js/main.js", Accept_Encoding=way)).headers["ETag"]
        for way in ("br", "gzip", "identity")
    }

    assert len(tags) == 3


async def test_every_file_that_a_page_names_is_immutable(harness: HttpHarness) -> None:
    ada = await harness.ada()

    for page in ("/", "/cart", "/how-it-works"):
        addresses = set(
            re.findall(r'"(/static/[^"#]+\.[a-z0-9]+)', await text(await ada.get(page)))
        )
        assert len(addresses) > 20 or page != "/"
        for address in addresses - {f"{ASSETS.folder('img')}products/.webp"}:
            assert (await ada.get(address)).headers["Cache-Control"] == IMMUTABLE


def test_a_picture_in_two_formats_is_named_once() -> None:
    names = ASSETS.named("img/products")

    assert "apple-green" in names
    assert len(names) == len(set(names))


def test_a_url_changes_with_any_file_in_its_folder(tmp_path: Path) -> None:
    before = sources(tmp_path, js_main="main()", js_other="a()", css_shop="a{}")
    after = sources(tmp_path, js_other="b()")

    assert before.address("js/main.js") != after.address("js/main.js")
    assert before.address("css/shop.css") == after.address("css/shop.css")


def test_a_stylesheet_names_other_files_by_their_urls(tmp_path: Path) -> None:
    assets = sources(
        tmp_path, svg_leaf="<svg/>", css_shop='a{background:url("/static/svg/leaf.svg")}'
    )

    found = assets.find("css/shop.css")

    assert found
    assert assets.address("svg/leaf.svg") in found.asset.body.decode()


def test_a_stylesheet_contains_its_imports_each_in_its_layer(tmp_path: Path) -> None:
    (tmp_path / "css" / "parts").mkdir(parents=True)
    (tmp_path / "css" / "parts" / "card.css").write_text('b{background:url("/static/svg/a.svg")}')
    assets = sources(
        tmp_path,
        svg_a="<svg/>",
        css_shop='@layer base, parts;\n@import url("parts/card.css") layer(parts);\ni{top:0}\n',
    )

    found = assets.find("css/shop.css")

    picture = assets.address("svg/a.svg")
    assert found
    assert found.asset.body.decode() == (
        f"@layer base,parts;@layer parts{{b{{background:url({picture})}}}}i{{top:0}}"
    )


def test_an_imported_stylesheet_has_no_url_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "css" / "parts").mkdir(parents=True)
    (tmp_path / "css" / "parts" / "card.css").write_text("b{top:0}")

    assets = sources(tmp_path, css_shop='@import url("parts/card.css") layer(parts);\n')

    assert assets.find("css/parts/card.css") is None


def test_the_url_of_a_stylesheet_changes_with_its_imports(tmp_path: Path) -> None:
    part = tmp_path / "css" / "parts" / "card.css"
    part.parent.mkdir(parents=True)
    part.write_text("b{top:0}")
    style = '@import url("parts/card.css") layer(parts);\n'
    before = sources(tmp_path, css_shop=style)

    part.write_text("b{top:1px}")

    assert Assets(tmp_path).address("css/shop.css") != before.address("css/shop.css")


def test_every_stylesheet_below_css_is_imported_once() -> None:
    styles = Path(__file__).parents[3] / "static" / "css"
    imports = [
        re.findall(r'^@import url\("([^"]+)"\)', path.read_text(), re.MULTILINE)
        for path in styles.glob("*.css")
    ]
    parts = [path.relative_to(styles).as_posix() for path in styles.glob("*/**/*.css")]

    assert parts
    assert sorted(chain.from_iterable(imports)) == sorted(parts)
    for name in ASSETS.named("css"):
        found = ASSETS.find(f"css/{name}.css")
        assert found
        assert b"@import" not in found.asset.body


def test_a_script_is_served_without_comments(tmp_path: Path) -> None:
    source = (
        "/** Doc. */\nexport class A {\n  #a = null\n  #b\n  // why\n  c = `/* no comment */`\n}\n"
    )

    found = sources(tmp_path, js_a=source).find("js/a.js")

    assert found
    served = found.asset.body.decode()
    assert "Doc." not in served
    assert "why" not in served
    assert "/* no comment */" in served


def test_imports_of_imports_are_known(tmp_path: Path) -> None:
    assets = sources(
        tmp_path,
        js_page='import {\n  a,\n} from "./a.js"\nimport "./b.js"\nconst c = import("./c.js")\n',
        js_a='import { b } from "./b.js"\nimport "./page.js"\n',
        js_b="",
        js_c="",
    )

    assert assets.imported_by("js/page.js") == ["js/a.js", "js/b.js"]


async def test_browsers_find_the_icon_that_they_ask_for(harness: HttpHarness) -> None:
    icon = await harness.visitor().get("/favicon.ico")

    assert (icon.status_code, icon.content_type) == (200, "image/svg+xml")
    assert icon.headers["Cache-Control"] == "public, max-age=86400"
