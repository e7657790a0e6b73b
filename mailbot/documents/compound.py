"""Compound files (MS-CFB), the container of old Office files, Outlook messages and locked files.

Only reading, within limits: every chain of sectors is followed at most as often as the file has
sectors, so a file that points in circles ends as a damaged one.
"""

import struct
from dataclasses import dataclass, field

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: More than these no message and no form has.
_MOST_SECTORS = 4_000_000
_MOST_ENTRIES = 100_000
_END = 0xFFFFFFFA  # from here on, marks and no sectors
_NOBODY = 0xFFFFFFFF
_MINI_CUTOFF = 4096
_STORAGES = (1, 5)  # a storage, and the root of all


class DamagedError(Exception):
    """The file is no compound file, or cut short, or points in circles."""


@dataclass(slots=True)
class Storage:
    """A folder of a compound file: streams and further folders by name."""

    storages: dict[str, "Storage"] = field(default_factory=dict)
    streams: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


@dataclass(slots=True)
class _File:
    content: bytes
    sector: int
    mini_sector: int
    table: tuple[int, ...]
    mini_table: tuple[int, ...] = ()
    mini: bytes = b""

    def at(self, number: int) -> bytes:
        begin = (number + 1) * self.sector
        return self.content[begin : begin + self.sector]

    def chain(self, start: int, size: int | None = None) -> bytes:
        most = len(self.table) if size is None else -(-size // self.sector)
        return b"".join(self.at(number) for number in _chain(self.table, start, most))[:size]

    def small(self, start: int, size: int) -> bytes:
        step = self.mini_sector
        numbers = _chain(self.mini_table, start, -(-size // step))
        return b"".join(self.mini[n * step : (n + 1) * step] for n in numbers)[:size]

    def stream(self, entry: _Entry) -> bytes:
        if not entry.size:
            return b""
        if entry.size < _MINI_CUTOFF:
            return self.small(entry.start, entry.size)
        return self.chain(entry.start, entry.size)


def names_in(content: bytes) -> frozenset[str]:
    """Given a compound file, return the names of what stands in its root; none when damaged."""
    try:
        _, entries = _opened(content)
        return frozenset(entry.name for _, entry in _children(entries, entries[0].child))
    except DamagedError:
        return frozenset()


def storage_from(content: bytes) -> Storage:
    """Given a compound file, return everything in it. Raises DamagedError."""
    file, entries = _opened(content)
    root = Storage()
    waiting = [(root, entries[0].child)]
    seen = {0}
    left = len(content) * 2  # streams that share sectors cannot multiply what they hold
    while waiting:
        storage, child = waiting.pop()
        for index, entry in _children(entries, child):
            if index in seen:
                raise DamagedError
            seen.add(index)
            if entry.kind in _STORAGES:
                inner = storage.storages.setdefault(entry.name, Storage())
                waiting.append((inner, entry.child))
                continue
            left -= entry.size
            if left < 0:
                raise DamagedError
            storage.streams[entry.name] = file.stream(entry)
    return root


def _opened(content: bytes) -> tuple[_File, list[_Entry]]:
    if len(content) < 512 or not content.startswith(OLE):
        raise DamagedError
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or not 4 <= mini_shift <= 9:
        raise DamagedError
    directory, mini_table, next_difat = (
        struct.unpack_from("<I", content, at)[0] for at in (48, 60, 68)
    )
    file = _File(content=content, sector=1 << shift, mini_sector=1 << mini_shift, table=())
    file.table = _sector_table(file, next_difat)
    entries = _entries(file.chain(directory))
    if not entries or entries[0].kind != 5:
        raise DamagedError
    if mini_table < _END:
        file.mini_table = _numbers(file.chain(mini_table))
        file.mini = file.chain(entries[0].start, entries[0].size)
    return file, entries


def _sector_table(file: _File, next_difat: int) -> tuple[int, ...]:
    """The table of sectors lies in sectors that the header lists, and further lists after it."""
    listed = [n for n in struct.unpack_from("<109I", file.content, 76) if n < _END]
    most = len(file.content) // file.sector + 1
    if most > _MOST_SECTORS:
        raise DamagedError
    for _ in range(most):
        if next_difat >= _END:
            break
        numbers = _numbers(file.at(next_difat))
        if not numbers:
            raise DamagedError
        listed += [number for number in numbers[:-1] if number < _END]
        next_difat = numbers[-1]
    if len(listed) > most:
        raise DamagedError
    return _numbers(b"".join(file.at(number) for number in listed))


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _chain(table: tuple[int, ...], start: int, most: int) -> list[int]:
    found: list[int] = []
    while start < _END and len(found) < most:
        if start >= len(table):
            raise DamagedError
        found.append(start)
        start = table[start]
    return found


def _entries(data: bytes) -> list[_Entry]:
    found = []
    for at in range(0, min(len(data), _MOST_ENTRIES * 128) - 127, 128):
        length, kind = struct.unpack_from("<HB", data, at + 64)
        left, right, child = struct.unpack_from("<III", data, at + 68)
        start, size = struct.unpack_from("<IQ", data, at + 116)
        name = data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        # The upper half of the size is not to be trusted in files with small sectors.
        found.append(_Entry(name, kind, left, right, child, start, size & 0xFFFFFFFF))
    return found


def _children(entries: list[_Entry], top: int) -> list[tuple[int, _Entry]]:
    """Given where a folder's tree of entries begins, return them all, each once."""
    found: dict[int, _Entry] = {}
    waiting = [top]
    while waiting:
        index = waiting.pop()
        if index == _NOBODY:
            continue
        if index in found or index >= len(entries):
            raise DamagedError
        entry = found[index] = entries[index]
        waiting += [entry.right, entry.left]
    return [(index, entry) for index, entry in found.items() if entry.kind]
