"""The possible contents of a disk after a power cut, computed from the records of a tape."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Final, NamedTuple

from tests.proof.tape import Cut, Deleted, Mark, Note, Synced, Wrote

SECTOR: Final = 512
"""Bytes that a disk writes atomically."""

Files = dict[str, bytes]


class Ruin(NamedTuple):
    """The files after a power cut, which writes they have, and the last marker before the cut."""

    files: Files
    how: str
    mark: object


def ruins(base: Files, notes: Iterable[Note], chance: Random, mixtures: int) -> Iterator[Ruin]:
    """Yield the possible disk states for a power cut after each record.

    Synced writes are always kept. Of the writes to a file since, all are kept, or none, or,
    *mixtures* times, a random part: some writes are missing, some have only their first sectors.
    """
    disk, loose = dict(base), defaultdict[str, list[Wrote | Cut | Deleted]](list)
    mark: object = None
    for number, note in enumerate(notes):
        match note:
            case Mark(what):
                mark = what
            case Synced(file):
                disk = _applied(disk, loose.pop(file, []))
            case _:
                loose[note.file].append(note)
        left = [one for each in loose.values() for one in each]
        yield Ruin(_applied(disk, left), f"all up to {number}", mark)
        if left:
            yield Ruin(disk, f"only what was synced before {number}", mark)
        for turn in range(mixtures if left else 0):
            yield Ruin(_applied(disk, _part(left, chance)), f"mixture {turn} at {number}", mark)


def _part(notes: list[Wrote | Cut | Deleted], chance: Random) -> list[Wrote | Cut | Deleted]:
    part: list[Wrote | Cut | Deleted] = []
    for note in notes:
        fate = chance.random()
        if fate < 1 / 3:
            continue
        if isinstance(note, Wrote) and fate < 1 / 2:
            sectors = chance.randrange(len(note.data) // SECTOR + 1)
            part.append(note._replace(data=note.data[: sectors * SECTOR]))
        else:
            part.append(note)
    return part


def _applied(disk: Mapping[str, bytes], notes: Iterable[Wrote | Cut | Deleted]) -> Files:
    files = {name: bytearray(data) for name, data in disk.items()}
    for note in notes:
        if isinstance(note, Deleted):
            files.pop(note.file, None)
            continue
        data = files.setdefault(note.file, bytearray())
        if isinstance(note, Cut):
            del data[note.size :]
            continue
        data.extend(bytes(max(0, note.at - len(data))))
        data[note.at : note.at + len(note.data)] = note.data
    return {name: bytes(data) for name, data in files.items()}
