"""The files of static/: read once, minified, compressed, and cached by browsers without expiry.

The URL of a file has a digest of its folder in it, `/static/js~3f2a9c0d/main.js`, so that modules
find each other by the relative URLs in their sources. A URL with the current digest is immutable;
with an old digest, or none, it returns today's file, which browsers must revalidate.

The scripts come once for each language, each with its sentences put in place: those of js/ are
English, those of js-zh-hant/ Chinese. Pages send those of their language only.
"""

import gzip
import re
from collections.abc import Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from posixpath import dirname
from typing import Final, NamedTuple

import brotli
import minify

from app.domain.languages import ENGLISH, Language
from app.http.core.accent import theme_colours, with_accent
from app.http.core.script_bundles import bundled, imports_of
from app.i18n.languages import spoken
from app.i18n.scripts import put_sentences
from app.i18n.translate import translator_of

STATIC = "/static/"
SCRIPTS = "js"
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Only these are served: licences and type declarations lie in the same folders."""
COMPRESSED_TYPES = frozenset({".png", ".webp", ".woff2"})
LAST_FOLDER = "css"
"""Stylesheets have URLs of other files in them, so they are read last."""
BUILT_IN_LOGO = "img/favicon.svg"
ICON_TYPES: Final = (".svg", ".png")
DIGEST_BYTES = 4
BROTLI_QUALITY = 11
GZIP_LEVEL = 9

_ADDRESS = re.compile(r"(?P<folder>[a-z-]+)(~(?P<digest>[0-9a-f]+))?/(?P<rest>.+)", re.ASCII)
_IN_STYLE = re.compile(r'(?<=url\(")/static/([^"]+)(?="\))')
_STYLE_IMPORT = re.compile(r'^@import url\("([^"]+)"\) layer\(([a-z]+)\);$', re.MULTILINE)


class Look(NamedTuple):
    """What is the shop's own in its files: a logo's path and an accent, or empty for ours."""

    logo: str = ""
    accent: str = ""


BUILT_IN: Final = Look()


class Asset:
    """A file as it is served; it is compressed at the first request for that."""

    def __init__(self, ending: str, body: bytes):
        self.mimetype = TYPES[ending]
        self.body = body
        self.digest = blake2b(body, digest_size=DIGEST_BYTES).hexdigest()
        self._is_compressed = ending in COMPRESSED_TYPES

    def compressed(self, encoding: str) -> bytes | None:
        """Return the body in *encoding*, br or gzip; None if its type is compressed already."""
        if self._is_compressed:
            return None
        return self._brotli if encoding == "br" else self._gzip

    @cached_property
    def _brotli(self) -> bytes:
        return bytes(brotli.compress(self.body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY))

    @cached_property
    def _gzip(self) -> bytes:
        return gzip.compress(self.body, GZIP_LEVEL, mtime=0)


class Found(NamedTuple):
    """The file at a URL; `is_immutable` if the URL has the current digest."""

    asset: Asset
    is_immutable: bool


class Assets:
    """The files below *folder*, by their relative paths, with the colours of *look*.

    `logo` is the path of the picture beside the shop's name, `icon` that of the one on tabs: the
    logo, if browsers take it for one. `theme` are the colours of a browser around pages.
    """

    def __init__(self, folder: Path, look: Look = BUILT_IN):
        self.logo = f"img/logo{Path(look.logo).suffix}" if look.logo else BUILT_IN_LOGO
        self.icon = self.logo if self.logo.endswith(ICON_TYPES) else BUILT_IN_LOGO
        self.theme = theme_colours(look.accent)
        self._look = look
        self._imports: dict[str, tuple[str, ...]] = {}
        self._assets: dict[str, Asset] = {}
        self._digests: dict[str, str] = {}
        self._addresses: dict[tuple[str, Language], str] = {}
        names = sorted(path.name for path in folder.iterdir() if path.is_dir())
        for name in sorted(names, key=LAST_FOLDER.__eq__):
            for path in sorted((folder / name).rglob("*")):
                if not _is_part(folder, path):
                    self._read(folder, path)
            if name == SCRIPTS:
                self._read_scripts(folder / name)
            if name == dirname(self.logo) and look.logo:
                self._assets[self.logo] = Asset(
                    Path(look.logo).suffix, Path(look.logo).read_bytes()
                )
            for spoken_folder in self._folders_of(name):
                self._digests[spoken_folder] = self._digest_of(spoken_folder)

    def address(self, path: str, language: Language = ENGLISH) -> str:
        """Return the URL of *path*, such as css/shop.css, for a page in *language*.

        Raises KeyError if it does not exist.
        """
        if (known := self._addresses.get((path, language))) is None:
            if path not in self._assets:
                raise KeyError(path)
            name, _, rest = path.partition("/")
            folder = script_folder(language) if name == SCRIPTS else name
            known = self._addresses[path, language] = f"{self.folder(folder)}{rest}"
        return known

    def asset(self, path: str) -> Asset:
        """Return the file at *path*; of a script, the English copy. Raises KeyError if none is."""
        return self._assets[path]

    def folder(self, name: str) -> str:
        """Return the prefix of the URLs of all files in the folder *name*."""
        return f"{STATIC}{name}~{self._digests[name]}/"

    def named(self, folder: str) -> list[str]:
        """Return the file names in *folder*, such as img/products, without suffix; each once."""
        names = (Path(path).stem for path in self._assets if dirname(path) == folder)
        return list(dict.fromkeys(names))

    def find(self, address: str) -> Found | None:
        """Return the file at *address*, the part of its URL after /static/."""
        if (match := _ADDRESS.fullmatch(address)) is None:
            return None
        folder, digest, rest = match["folder"], match["digest"], match["rest"]
        asset = self._assets.get(f"{folder}/{rest}")
        return Found(asset, digest == self._digests[folder]) if asset else None

    def imported_by(self, path: str) -> list[str]:
        """Return the paths of all modules that the one at *path* imports, directly or not."""
        needed: dict[str, None] = {}
        waiting = [path]
        while waiting:
            for other in self._imports[waiting.pop(0)]:
                if other not in needed and other != path:
                    needed[other] = None
                    waiting.append(other)
        return list(needed)

    def _read(self, folder: Path, path: Path) -> None:
        if path.suffix not in TYPES or path.suffix == ".js":
            return
        name, body = path.relative_to(folder).as_posix(), path.read_bytes()
        if path.suffix == ".css":
            named = _IN_STYLE.sub(
                lambda found: self.address(found[1]), with_accent(_bundled(path), self._look.accent)
            )
            body = _minified("text/css", named)
        self._assets[name] = Asset(path.suffix, body)

    def _read_scripts(self, folder: Path) -> None:
        sources = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.js")}
        texts = {name: path.read_text() for name, path in sorted(sources.items())}
        for name, source in bundled(texts).items():
            imports = imports_of(name, source)
            self._imports[f"{SCRIPTS}/{name}"] = tuple(f"{SCRIPTS}/{one}" for one in imports)
            for language in spoken():
                said = _minified("text/javascript", put_sentences(source, translator_of(language)))
                self._assets[f"{script_folder(language)}/{name}"] = Asset(".js", said)

    @staticmethod
    def _folders_of(name: str) -> list[str]:
        """Return the folders that are served of the one called *name*: of scripts, several."""
        return [script_folder(one) for one in spoken()] if name == SCRIPTS else [name]

    def _digest_of(self, folder: str) -> str:
        inside = {
            name: asset.digest
            for name, asset in self._assets.items()
            if name.startswith(f"{folder}/")
        }
        return blake2b(repr(inside).encode(), digest_size=DIGEST_BYTES).hexdigest()


def script_folder(language: Language) -> str:
    """Return the folder of the scripts in *language*, such as js-zh-hant."""
    return SCRIPTS if language == ENGLISH else f"{SCRIPTS}-{language.lower()}"


def _is_part(folder: Path, path: Path) -> bool:
    """Say whether *path* is a stylesheet below css/, which is served as part of those in css/."""
    return path.suffix == ".css" and path.parent != folder / "css"


def _bundled(path: Path) -> str:
    """Return the stylesheet at *path* with each file that it imports in place of its `@import`."""

    def imported(found: re.Match[str]) -> str:
        return f"@layer {found[2]} {{{(path.parent / found[1]).read_text()}}}"

    return _STYLE_IMPORT.sub(imported, path.read_text())


def _minified(mimetype: str, source: str) -> bytes:
    """Return *source* without comments and needless space."""
    return str(minify.string(mimetype, source)).encode()
