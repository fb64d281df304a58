"""The files of static/: read once, minified, compressed, and cached by browsers without expiry.

The URL of a file has a digest of its folder in it, `/static/js~3f2a9c0d/main.js`, so that modules
find each other by the relative URLs in their sources. A URL with the current digest is immutable;
with an old digest, or none, it returns today's file, which browsers must revalidate.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from posixpath import dirname, normpath
from posixpath import join as join_path
from typing import NamedTuple

import brotli
import minify

STATIC = "/static/"
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
DIGEST_BYTES = 4
BROTLI_QUALITY = 10
GZIP_LEVEL = 9

_ADDRESS = re.compile(r"(?P<folder>[a-z]+)(~(?P<digest>[0-9a-f]+))?/(?P<rest>.+)", re.ASCII)
_IN_STYLE = re.compile(r'(?<=url\(")/static/([^"]+)(?="\))')
_IMPORT = re.compile(r'^import [^"]*"(\.[^"]+)"$', re.MULTILINE)
_STYLE_IMPORT = re.compile(r'^@import url\("([^"]+)"\) layer\(([a-z]+)\);$', re.MULTILINE)


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
    """The files below *folder*, by their relative paths."""

    def __init__(self, folder: Path):
        self._imports: dict[str, tuple[str, ...]] = {}
        self._assets: dict[str, Asset] = {}
        self._digests: dict[str, str] = {}
        names = sorted(path.name for path in folder.iterdir() if path.is_dir())
        for name in sorted(names, key=LAST_FOLDER.__eq__):
            for path in sorted((folder / name).rglob("*")):
                if not _is_part(folder, path):
                    self._read(folder, path)
            self._digests[name] = self._digest_of(name)

    def address(self, path: str) -> str:
        """Return the URL of *path*, such as css/shop.css. Raises KeyError if it does not exist."""
        if path not in self._assets:
            raise KeyError(path)
        return f"{self.folder(path.partition('/')[0])}{path.partition('/')[2]}"

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
        if path.suffix not in TYPES:
            return
        name, body = path.relative_to(folder).as_posix(), path.read_bytes()
        if path.suffix == ".js":
            self._imports[name] = tuple(_imports(name, body.decode()))
            body = _minified("text/javascript", body.decode())
        elif path.suffix == ".css":
            named = _IN_STYLE.sub(lambda found: self.address(found[1]), _bundled(path))
            body = _minified("text/css", named)
        self._assets[name] = Asset(path.suffix, body)

    def _digest_of(self, folder: str) -> str:
        inside = {
            name: asset.digest
            for name, asset in self._assets.items()
            if name.startswith(f"{folder}/")
        }
        return blake2b(repr(inside).encode(), digest_size=DIGEST_BYTES).hexdigest()


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


def _imports(name: str, source: str) -> Iterator[str]:
    for found in _IMPORT.finditer(source):
        yield normpath(join_path(dirname(name), found[1]))
