"""A tape between SQLite and the disk: it records every write and sync, and can make them fail.

SQLite reaches its files through a table of functions, its VFS. While a tape runs, the default one
is a copy of the original whose files write, sync and truncate through Python. The library and
the connection settings are those of the shop.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p, cast
from pathlib import Path
from typing import Any, Final, NamedTuple

OK: Final = 0
FULL, READ_ONLY, FAILED = 13, 8, 10
"""Result codes of SQLite: the disk is full, is read-only, or fails (I/O error)."""


class WriteRecord(NamedTuple):
    """*data* was written at offset *at*."""

    file: str
    at: int
    data: bytes


class TruncateRecord(NamedTuple):
    """A file was truncated to *size* bytes."""

    file: str
    size: int


class SyncRecord(NamedTuple):
    """A file was synced: all earlier writes to it are durable."""

    file: str


class DeleteRecord(NamedTuple):
    """A file was deleted."""

    file: str


class Marker(NamedTuple):
    """A test's own marker, for example that an op was answered."""

    value: object


Record = WriteRecord | TruncateRecord | SyncRecord | DeleteRecord | Marker

_Sync = CFUNCTYPE(c_int, c_void_p, c_int)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
"""The file name is a plain pointer, because SQLite keeps the pointer and not a copy."""
_Delete = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)


class _Methods(Structure):
    """`sqlite3_io_methods`: the functions of an open file."""

    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", _Write),
        ("truncate", _Truncate),
        ("sync", _Sync),
        ("others", c_void_p * 13),
    )


class _File(Structure):
    """`sqlite3_file`: the part that all VFSs share."""

    _fields_ = (("methods", POINTER(_Methods)),)


class _Vfs(Structure):
    """`sqlite3_vfs`: how files are opened and deleted."""

    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _Open),
        ("delete", _Delete),
        ("others", c_void_p * 13),
    )


def _library() -> ctypes.CDLL:
    """Return the SQLite that the shop's connections use."""
    try:
        from pysqlite3 import _sqlite3  # noqa: PLC0415 - it is optional
    except ImportError:
        return ctypes.CDLL("libsqlite3.so.0")
    return ctypes.CDLL(_sqlite3.__file__)


class Tape:
    """All records, in order; `fails` returns the result code of each call, `OK` to let it pass."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.calls = 0
        self.fails: Callable[[int], int] = lambda _call: OK
        self._names: dict[int, str] = {}
        self._tables: dict[int, _Methods] = {}
        self._alive: list[Any] = []

    def mark(self, value: object) -> None:
        """Record a marker."""
        self.records.append(Marker(value))

    def vfs_like(self, usual: _Vfs) -> _Vfs:
        """Return a copy of the VFS *usual* whose files are recorded on this tape."""
        taped = _Vfs.from_buffer_copy(usual)
        taped.name = b"taped"

        def open_file(_vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
            result: int = usual.open(ctypes.addressof(usual), name, file, flags, out)
            if result == OK and name:
                self._names[file] = Path(ctypes.string_at(name).decode()).name
                self._put_on_tape(cast(file, POINTER(_File)).contents)
            return result

        def delete(_vfs: int, name: bytes, sync: int) -> int:
            self.records.append(DeleteRecord(Path(name.decode()).name))
            result: int = usual.delete(ctypes.addressof(usual), name, sync)
            return result

        taped.open, taped.delete = _Open(open_file), _Delete(delete)
        return taped

    def _put_on_tape(self, file: _File) -> None:
        usual = ctypes.addressof(file.methods.contents)
        if usual not in self._tables:
            self._tables[usual] = self._methods_like(file.methods.contents)
        file.methods = ctypes.pointer(self._tables[usual])

    def _methods_like(self, usual: _Methods) -> _Methods:
        taped = _Methods.from_buffer_copy(usual)
        self._alive.append(usual)

        def write(file: int, data: int, size: int, at: int) -> int:
            record = WriteRecord(self._names[file], at, ctypes.string_at(data, size))
            return self._do(record, lambda: usual.write(file, data, size, at))

        def truncate(file: int, size: int) -> int:
            return self._do(
                TruncateRecord(self._names[file], size), lambda: usual.truncate(file, size)
            )

        def sync(file: int, flags: int) -> int:
            return self._do(SyncRecord(self._names[file]), lambda: usual.sync(file, flags))

        taped.write, taped.truncate, taped.sync = _Write(write), _Truncate(truncate), _Sync(sync)
        return taped

    def _do(self, record: Record, call: Callable[[], int]) -> int:
        self.calls += 1
        if failure := self.fails(self.calls):
            return failure
        result = call()
        if result == OK:
            self.records.append(record)
        return result


@contextmanager
def taped() -> Iterator[Tape]:
    """Record all databases that are opened in this context on a tape."""
    library, tape = _library(), Tape()
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    usual = library.sqlite3_vfs_find(None)
    table = tape.vfs_like(usual.contents)
    library.sqlite3_vfs_register(byref(table), 1)
    try:
        yield tape
    finally:
        library.sqlite3_vfs_unregister(byref(table))
        library.sqlite3_vfs_register(usual, 1)
