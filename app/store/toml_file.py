"""Reads a file in TOML; one that cannot be used is a sentence with its name."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.domain.errors import UnusableFile


@contextmanager
def read_toml(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what is in the file at *path*; values that the block cannot use are its fault, too.

    Raises UnusableFile.
    """
    try:
        yield tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnusableFile(f"{path} is not in UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise UnusableFile(f"{path} is not TOML: {error}.") from None
    except KeyError as error:
        raise UnusableFile(f"{path}: the key {error} is missing somewhere.") from None
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise UnusableFile(f"{path}: a value cannot be used: {error}.") from None
