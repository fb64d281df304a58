"""What the shop makes of its own sources, kept for the next process as Python keeps modules.

It lies in Python's own folder of compiled modules beside this one, so it needs no setting and asks
for no new trust: whoever may write there may change the shop's code as well. Python's settings hold
for it too (`PYTHONDONTWRITEBYTECODE`, `PYTHONPYCACHEPREFIX`). Where nothing can be written, it is
made anew by each process.
"""

import os
import sys
import threading
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

APP: Final = Path(__file__).parents[2]
PACKAGES: Final = ("jinja2",)
"""Those that make what is kept: another version of them may make something else."""
SEAL_BYTES: Final = 16


class BuildCache:
    """Files in *folder*, each sealed with what it was made of and by the code *made_by*.

    So a file that is damaged, or was made of other sources or by other code, counts as not there.
    """

    def __init__(self, folder: Path, made_by: bytes):
        self._folder = folder
        self._made_by = made_by

    def load(self, name: str, source: bytes) -> bytes | None:
        """Return what was made of *source* and saved under *name*, or None."""
        try:
            kept = self._path(name).read_bytes()
        except OSError:
            return None
        seal, made = kept[:SEAL_BYTES], kept[SEAL_BYTES:]
        return made if seal == self._seal(source, made) else None

    def save(self, name: str, source: bytes, made: bytes) -> None:
        """Keep *made* under *name*, unless Python may keep nothing; one that reads it sees all."""
        if sys.dont_write_bytecode:
            return
        path = self._path(name)
        unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(self._seal(source, made) + made)
            unfinished.replace(path)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.{sys.implementation.cache_tag}"

    def _seal(self, source: bytes, made: bytes) -> bytes:
        parts = (self._made_by, source, made)
        digests = b"".join(blake2b(part, digest_size=SEAL_BYTES).digest() for part in parts)
        return blake2b(digests, digest_size=SEAL_BYTES).digest()


@cache
def build_cache() -> BuildCache:
    """Return the cache of this shop, as its code is now."""
    return BuildCache(Path(cache_from_source(__file__)).parent, _digest_of_code())


def _digest_of_code() -> bytes:
    digest = blake2b(repr([version(name) for name in PACKAGES]).encode(), digest_size=SEAL_BYTES)
    for path in sorted(APP.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()
