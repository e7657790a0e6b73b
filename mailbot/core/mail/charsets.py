"""Bytes -> text, whatever the label says: mail lies about its character sets.

First step of reading (messages.py). Nothing here raises and no byte is dropped but NUL.
"""

import codecs
import re

#: Labels that mean something else than Python thinks, or that Python does not know.
ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode-2-0-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode": "utf-8",
    "windows-874": "cp874",
    "x-windows-874": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
}

#: Not character sets of mail, though Python would decode with them (punycode in square time).
_NEVER = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})

_SURROGATE = re.compile("[\ud800-\udfff]")


def _stray_bytes() -> dict[int, str]:
    return {
        0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte)
        for byte in range(0x80, 0x100)
    }


#: What a byte that is not UTF-8 most likely was: Windows-1252, else Latin-1.
_STRAY = _stray_bytes()


def codec_for(label: str) -> str | None:
    """Given a charset label as mail writes it, return Python's codec for it, or None."""
    name = label.strip().strip("\"'").lower().replace("\0", "")[:60]
    name = ALIASES.get(name, name)
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if found in _NEVER else found


def decoded(data: bytes, label: str = "") -> str:
    """Given bytes and the label they came with, return their text without losing a byte.

    The label is tried strictly; what it cannot explain is read as UTF-8 with stray bytes as
    Windows-1252. NULs go; a lone surrogate becomes U+FFFD, so every result can be stored.
    """
    text = _by_label(data, codec_for(label)) if label else None
    if text is None:
        text = data.decode("utf-8", "surrogateescape").translate(_STRAY) if data else ""
    return cleaned(text)


def _by_label(data: bytes, codec: str | None) -> str | None:
    # UTF-16 and UTF-32 explain any bytes as rare ideographs: without one NUL it is a lie.
    if codec is None or (codec.startswith(("utf-16", "utf-32")) and b"\0" not in data):
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def cleaned(text: str) -> str:
    """Given any text, return it without NULs and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    # isascii is kept by the string itself: the common case costs nothing.
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
