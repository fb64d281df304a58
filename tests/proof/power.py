"""The possible contents of a disk after a power cut, computed from the records of a tape."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Final, NamedTuple

from tests.proof.tape import DeleteRecord, Marker, Record, SyncRecord, TruncateRecord, WriteRecord

SECTOR: Final = 512
"""Bytes that a disk writes atomically."""

Files = dict[str, bytes]


class CrashState(NamedTuple):
    """The files after a power cut, which writes they have, and the last marker before the cut."""

    files: Files
    description: str
    marker: object


def crash_states(
    base: Files, records: Iterable[Record], chance: Random, mixtures: int
) -> Iterator[CrashState]:
    """Yield the possible disk states for a power cut after each record.

    Synced writes are always kept. Of the writes to a file since, all are kept, or none, or,
    *mixtures* times, a random part: some writes are missing, some have only their first sectors.
    """
    disk, unsynced = (
        dict(base),
        defaultdict[str, list[WriteRecord | TruncateRecord | DeleteRecord]](list),
    )
    marker: object = None
    for number, record in enumerate(records):
        match record:
            case Marker(value):
                marker = value
            case SyncRecord(file):
                disk = _applied(disk, unsynced.pop(file, []))
            case _:
                unsynced[record.file].append(record)
        pending = [one for each in unsynced.values() for one in each]
        yield CrashState(_applied(disk, pending), f"all up to {number}", marker)
        if pending:
            yield CrashState(disk, f"only what was synced before {number}", marker)
        for turn in range(mixtures if pending else 0):
            yield CrashState(
                _applied(disk, _part(pending, chance)), f"mixture {turn} at {number}", marker
            )


def _part(
    records: list[WriteRecord | TruncateRecord | DeleteRecord], chance: Random
) -> list[WriteRecord | TruncateRecord | DeleteRecord]:
    part: list[WriteRecord | TruncateRecord | DeleteRecord] = []
    for record in records:
        draw = chance.random()
        if draw < 1 / 3:
            continue
        if isinstance(record, WriteRecord) and draw < 1 / 2:
            sectors = chance.randrange(len(record.data) // SECTOR + 1)
            part.append(record._replace(data=record.data[: sectors * SECTOR]))
        else:
            part.append(record)
    return part


def _applied(
    disk: Mapping[str, bytes], records: Iterable[WriteRecord | TruncateRecord | DeleteRecord]
) -> Files:
    files = {name: bytearray(data) for name, data in disk.items()}
    for record in records:
        if isinstance(record, DeleteRecord):
            files.pop(record.file, None)
            continue
        data = files.setdefault(record.file, bytearray())
        if isinstance(record, TruncateRecord):
            del data[record.size :]
            continue
        data.extend(bytes(max(0, record.at - len(data))))
        data[record.at : record.at + len(record.data)] = record.data
    return {name: bytes(data) for name, data in files.items()}
