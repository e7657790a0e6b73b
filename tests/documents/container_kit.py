"""Files of Outlook and Exchange as tests need them: .msg and winmail.dat, written from scratch.

Only what the formats' documents ask for (MS-CFB, MS-OXMSG, MS-OXTNEF), with nothing shared with
what reads them.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _MINI = 512, 64

Tree = Mapping[str, "bytes | Tree"]


# --- compound files -------------------------------------------------------------------------------


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    child: int = _FREE
    right: int = _FREE
    start: int = _END


def compound_file(tree: Tree) -> bytes:
    """A compound file (MS-CFB, version 3) with these streams and storages."""
    entries = [_Entry("Root Entry", 5)]
    _add(entries, 0, tree)
    mini = b""
    mini_fat: list[int] = []
    sectors: list[bytes] = []
    fat: list[int] = []

    def big(content: bytes) -> int:
        count = -(-len(content) // _SECTOR)
        first = len(sectors)
        padded = content.ljust(count * _SECTOR, b"\0")
        sectors.extend(padded[i * _SECTOR : (i + 1) * _SECTOR] for i in range(count))
        fat.extend([*range(first + 1, first + count), _END])
        return first

    for entry in entries[1:]:
        if entry.kind != 2 or not entry.content:
            continue
        if len(entry.content) >= 4096:
            entry.start = big(entry.content)
            continue
        count = -(-len(entry.content) // _MINI)
        entry.start = len(mini_fat)
        mini_fat += [*range(entry.start + 1, entry.start + count), _END]
        mini += entry.content.ljust(count * _MINI, b"\0")
    entries[0].content = mini
    if mini:
        entries[0].start = big(mini)
    mini_table = big(_packed(mini_fat)) if mini_fat else _END
    directory = big(b"".join(map(_directory_entry, entries)))
    count = 0
    while count * 128 < len(sectors) + count:
        count += 1
    assert count <= 109
    table = len(sectors)
    fat += [_FAT] * count
    packed = _packed(fat).ljust(count * _SECTOR, b"\xff")
    difat = [*range(table, table + count)] + [_FREE] * (109 - count)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, count, directory, 0, 4096, mini_table, 1, _END, 0)
    return header + struct.pack("<109I", *difat) + b"".join(sectors) + packed


def _add(entries: list[_Entry], parent: int, tree: Tree) -> None:
    before = None
    for name, content in tree.items():
        index = len(entries)
        entries.append(_Entry(name, 2 if isinstance(content, bytes) else 1))
        # A list is a tree too, if not a balanced one.
        if before is None:
            entries[parent].child = index
        else:
            entries[before].right = index
        before = index
        if isinstance(content, bytes):
            entries[index].content = content
        else:
            _add(entries, index, content)


def _directory_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    packed = name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2, entry.kind, 1)
    packed += struct.pack("<III", _FREE, entry.right, entry.child) + b"\0" * 36
    return packed + struct.pack("<IQ", entry.start, len(entry.content))


def _packed(numbers: Sequence[int]) -> bytes:
    content = struct.pack(f"<{len(numbers)}I", *numbers)
    return content.ljust(-(-len(content) // _SECTOR) * _SECTOR, b"\xff")


# --- messages of Outlook --------------------------------------------------------------------------

Value = str | bytes | int | bool


@dataclass
class File:
    """One attachment; a `message` is a mail that is attached."""

    name: str = ""
    content: bytes = b""
    message: "Mail | None" = None
    properties: Mapping[int, Value] = field(default_factory=dict)


@dataclass
class Mail:
    """A mail by its MAPI properties."""

    properties: Mapping[int, Value]
    recipients: Sequence[Mapping[int, Value]] = ()
    files: Sequence[File] = ()


SUBJECT, BODY, HTML, RTF, HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
SENDER_NAME, SENDER_ADDRESS, MESSAGE_ID, SUBMITTED = 0x0C1A, 0x5D01, 0x1035, 0x0039
DISPLAY_NAME, SMTP_ADDRESS, RECIPIENT_TYPE = 0x3001, 0x39FE, 0x0C15
LONG_NAME, METHOD, DATA = 0x3707, 0x3705, 0x3701


def outlook_file(mail: Mail) -> bytes:
    """The mail as a .msg file (MS-OXMSG)."""
    names: Tree = {"__substg1.0_00020102": b"", "__substg1.0_00030102": b""}
    return compound_file({"__nameid_version1.0": names, **_mail_tree(mail, 32)})


def _mail_tree(mail: Mail, head: int) -> Tree:
    tree: dict[str, bytes | Tree] = dict(_property_streams(mail.properties, head))
    for number, recipient in enumerate(mail.recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _property_streams(recipient, 8)
    for number, file in enumerate(mail.files):
        tree[f"__attach_version1.0_#{number:08X}"] = _file_tree(file)
    return tree


def _file_tree(file: File) -> Tree:
    properties: dict[int, Value] = {METHOD: 5 if file.message else 1, **file.properties}
    if file.name:
        properties[LONG_NAME] = file.name
    if file.message:
        inner: Tree = {"__substg1.0_3701000D": _mail_tree(file.message, 24)}
        return {**_property_streams(properties, 8), **inner}
    return _property_streams({**properties, DATA: file.content}, 8)


def _property_streams(properties: Mapping[int, Value], head: int) -> Tree:
    short = b"\0" * head
    tree: dict[str, bytes | Tree] = {}
    for tag, value in properties.items():
        if isinstance(value, bool):
            short += struct.pack("<HHIQ", 0x000B, tag, 6, value)
        elif isinstance(value, int):
            kind = 0x0040 if value > 0xFFFFFFFF else 0x0003
            short += struct.pack("<HHIQ", kind, tag, 6, value)
        else:
            kind = 0x001F if isinstance(value, str) else 0x0102
            data = value.encode("utf-16-le") if isinstance(value, str) else value
            short += struct.pack("<HHIII", kind, tag, 6, len(data), 0)
            tree[f"__substg1.0_{tag:04X}{kind:04X}"] = data
    return {"__properties_version1.0": short, **tree}


# --- winmail.dat ----------------------------------------------------------------------------------


def winmail(mail: Mail, *, checksums: bool = True) -> bytes:
    """The mail as Exchange wraps it (MS-OXTNEF)."""
    parts = [b"\x78\x9f\x3e\x22\x01\x00"]
    parts.append(_attribute(1, 0x00089006, struct.pack("<I", 0x10000), checksums))
    parts.append(_attribute(1, 0x00069007, struct.pack("<II", 1252, 0), checksums))
    if isinstance(subject := mail.properties.get(SUBJECT), str):
        parts.append(_attribute(1, 0x00018004, subject.encode("cp1252") + b"\0", checksums))
    parts.append(_attribute(1, 0x00069003, _mapi(mail.properties), checksums))
    for file in mail.files:
        parts.append(_attribute(2, 0x00069002, b"\0" * 14, checksums))
        short = file.name.encode("cp1252", "replace")[:12] + b"\0"
        parts.append(_attribute(2, 0x00018010, short, checksums))
        properties: dict[int, Value] = {LONG_NAME: file.name, METHOD: 1, **file.properties}
        if file.message:
            iid = bytes.fromhex("0703020000000000c000000000000046")
            properties[DATA] = iid + winmail(file.message, checksums=checksums)
            properties[METHOD] = 5
        else:
            parts.append(_attribute(2, 0x0006800F, file.content, checksums))
        parts.append(_attribute(2, 0x00069005, _mapi(properties), checksums))
    return b"".join(parts)


def _attribute(level: int, name: int, data: bytes, checksums: bool) -> bytes:
    checksum = sum(data) & 0xFFFF if checksums else 0xBEEF
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", checksum)


def _mapi(properties: Mapping[int, Value]) -> bytes:
    packed = struct.pack("<I", len(properties) + 1)
    # A named property, as Outlook adds several to every mail.
    packed += struct.pack("<HH", 0x001F, 0x8001) + b"\x08 \x06\0\0\0\0\0\xc0\0\0\0\0\0\0F"
    packed += struct.pack("<I", 1) + _sized("Keywords\0".encode("utf-16-le"))
    packed += struct.pack("<I", 1) + _sized("x\0".encode("utf-16-le"))
    for tag, value in properties.items():
        if isinstance(value, bool):
            packed += struct.pack("<HHI", 0x000B, tag, value)
        elif isinstance(value, int):
            form = "<HHQ" if value > 0xFFFFFFFF else "<HHI"
            packed += struct.pack(form, 0x0040 if form == "<HHQ" else 0x0003, tag, value)
        else:
            is_mail = tag == DATA and isinstance(value, bytes)
            kind = 0x000D if is_mail else 0x001F if isinstance(value, str) else 0x0102
            data = f"{value}\0".encode("utf-16-le") if isinstance(value, str) else value
            packed += struct.pack("<HHI", kind, tag, 1) + _sized(data)
    return packed


def _sized(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data + b"\0" * (-len(data) % 4)


# --- rich text ------------------------------------------------------------------------------------


def uncompressed_rtf(rtf: bytes) -> bytes:
    """RTF as a property holds it when it is not worth compressing (MS-OXRTFCP)."""
    return struct.pack("<III", len(rtf) + 12, len(rtf), 0x414C454D) + b"\0\0\0\0" + rtf


def compressed_rtf(rtf: bytes) -> bytes:
    """RTF compressed with nothing but single bytes, which is allowed, and an end mark."""
    packed = b""
    for begin in range(0, len(rtf), 8):
        packed += b"\x00" + rtf[begin : begin + 8]
    if len(rtf) % 8:  # within the last run, the end mark: a reference to where we are
        last = len(rtf) // 8 * 8
        run = rtf[last:]
        at = (207 + len(rtf)) % 4096
        mark = struct.pack(">H", at << 4)
        packed = packed[: len(packed) - len(run) - 1] + bytes([1 << len(run)]) + run + mark
    head = struct.pack("<III", len(packed) + 12, len(rtf), 0x75465A4C)
    return head + b"\0\0\0\0" + packed
