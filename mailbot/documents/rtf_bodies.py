"""The rich text bodies of Outlook: unpacked (MS-OXRTFCP), then the HTML or text that is in them.

Outlook wraps the HTML of a mail in RTF (MS-OXRTFEX); such a body gives its HTML back. What was
typed as rich text gives its text, a row of a table as a line with its cells parted by tabs.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_PACKED, _NOT_PACKED = 0x75465A4C, 0x414C454D
_LONGEST = 8_000_000
_DEEPEST = 200
_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,9})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z'])|([{}])|([^\\{}\r\n]+)"
)
_LEFT_OUT = frozenset(
    b"fonttbl colortbl stylesheet info pict object fldinst themedata colorschememapping generator "
    b"listtable listoverridetable rsidtbl latentstyles datastore xmlnstbl mhtmltag header footer "
    b"headerf footerf".split()
)
_WORDS = {
    b"line": "\n",
    b"tab": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"emspace": " ",
    b"enspace": " ",
    b"~": "\xa0",
    b"_": "-",
    b"{": "{",
    b"}": "}",
    b"\\": "\\",
}
#: Character sets of fonts -> code pages.
_FONT_PAGES = {
    77: "mac-roman",
    128: "cp932",
    129: "cp949",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}


@dataclass(frozen=True, slots=True)
class RtfBody:
    """What stands in a rich text body: HTML where it was made of HTML, else text."""

    html: str = ""
    text: str = ""
    has_tables: bool = False


def decompressed(data: bytes) -> bytes:
    """Given compressed RTF, return the RTF; what is damaged ends where the damage begins."""
    if len(data) < 16:
        return b""
    _, raw_size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == _NOT_PACKED:
        return data[16 : 16 + min(raw_size, _LONGEST)]
    if kind != _PACKED:
        return b""
    start = len(_DICTIONARY)
    buffer = bytearray(_DICTIONARY)
    most = start + min(raw_size, _LONGEST)
    position = 16
    while position < len(data) and len(buffer) < most:
        flags = data[position]
        position += 1
        for bit in range(8):
            if not flags >> bit & 1:
                buffer += data[position : position + 1]
                position += 1
                continue
            reference = int.from_bytes(data[position : position + 2], "big")
            position += 2
            back = (len(buffer) - (reference >> 4)) % _WINDOW
            if not back or back > len(buffer) or position > len(data):
                return bytes(buffer[start:most])
            _copy(buffer, back, (reference & 15) + 2)
    return bytes(buffer[start:most])


def _copy(buffer: bytearray, back: int, length: int) -> None:
    """Repeat what stands `back` bytes before the end; it may reach over the end itself."""
    begin = len(buffer) - back
    piece = bytes(buffer[begin : begin + length])
    while len(piece) < length:
        piece += piece
    buffer += piece[:length]


@dataclass(slots=True)
class _Group:
    """What holds between two braces."""

    left_out: bool = False
    in_tag: bool = False  # raw HTML of the page that was wrapped
    only_rtf: bool = False  # between \\htmlrtf and \\htmlrtf0: not of the page
    page: str = ""
    fallback: int = 1  # how many characters stand after \\u for programs that do not know it
    in_table: bool = False

    def copy(self) -> "_Group":
        return _Group(
            left_out=self.left_out,
            in_tag=self.in_tag,
            only_rtf=self.only_rtf,
            page=self.page,
            fallback=self.fallback,
            in_table=self.in_table,
        )


@dataclass(slots=True)
class _Body:
    """An RTF body on its way to text."""

    wraps_html: bool
    page: str  # the code page of the whole
    fonts: dict[int, str]
    groups: list[_Group] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)  # bytes of one code page
    skip: int = 0
    has_tables: bool = False

    @property
    def group(self) -> _Group:
        return self.groups[-1]

    @property
    def is_heard(self) -> bool:
        group = self.group
        return not group.left_out and not (group.only_rtf and self.wraps_html)

    def settle(self) -> None:
        if self.waiting:
            page = self.group.page or self.page
            self.pieces.append(_decoded(bytes(self.waiting), page))
            self.waiting.clear()

    def say(self, text: str) -> None:
        if text and self.is_heard:
            self.settle()
            self.pieces.append(text)

    def take(self, data: bytes) -> None:
        if self.skip:
            data, self.skip = data[self.skip :], max(0, self.skip - len(data))
        if data and self.is_heard:
            self.waiting += data


def body_from(rtf: bytes) -> RtfBody:
    """Given RTF, return the HTML or the text that it holds."""
    rtf = rtf.lstrip()[:_LONGEST]
    if not rtf.startswith(b"{\\rtf"):
        return RtfBody()
    head = rtf[:4_000]
    page = re.search(rb"\\ansicpg(\d{3,5})", head)
    body = _Body(
        wraps_html=b"\\fromhtml" in head,
        page=f"cp{int(page[1])}" if page and page[1] != b"65001" else "cp1252",
        fonts=_fonts(rtf),
    )
    body.groups.append(_Group())
    for token in _TOKEN.finditer(rtf):
        _take(body, token)
    body.settle()
    text = "".join(body.pieces)
    if body.wraps_html:
        return RtfBody(html=text)
    return RtfBody(text=_tidied(text), has_tables=body.has_tables)


def _take(body: _Body, token: re.Match[bytes]) -> None:
    word, number, code, sign, brace, text = token.groups()
    if word:
        _take_word(body, word, int(number) if number else None)
    elif code:
        body.take(bytes.fromhex(code.decode()))
    elif brace:
        _take_brace(body, brace)
    elif text:
        body.take(text)
    elif sign == b"*":
        body.group.left_out = True  # unless the word that follows is known
    elif sign in (b"\n", b"\r"):
        body.say("\n")
    elif sign in _WORDS:
        body.say(_WORDS[sign])


def _take_brace(body: _Body, brace: bytes) -> None:
    body.settle()
    body.skip = 0
    if brace == b"{" and len(body.groups) < _DEEPEST:
        body.groups.append(body.group.copy())
    elif brace == b"}" and len(body.groups) > 1:
        body.groups.pop()


def _take_word(body: _Body, word: bytes, number: int | None) -> None:
    group = body.group
    if word == b"htmltag":
        body.settle()
        group.left_out, group.in_tag = False, True
    elif word in _LEFT_OUT:
        body.settle()
        group.left_out = True
    elif word == b"htmlrtf":
        body.settle()
        group.only_rtf = number != 0
    elif word == b"u" and number is not None:
        body.say(_character(number))
        body.skip = group.fallback
    elif word == b"uc" and number is not None:
        group.fallback = max(0, min(number, 8))
    elif word in (b"f", b"plain"):
        body.settle()
        group.page = body.fonts.get(number or 0, "") if word == b"f" else ""
    elif word in (b"intbl", b"pard"):
        group.in_table = word == b"intbl"
    else:
        body.say(_said_by(body, word))


def _said_by(body: _Body, word: bytes) -> str:
    if word in (b"cell", b"row", b"nestcell", b"nestrow") and not body.wraps_html:
        body.has_tables = True
        return "\t" if word.endswith(b"cell") else "\n"
    if word in (b"par", b"sect", b"page"):
        return " " if body.group.in_table and not body.wraps_html else "\n"
    return _WORDS.get(word, "")


def _character(number: int) -> str:
    code = number + 65_536 if number < 0 else number
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _fonts(rtf: bytes) -> dict[int, str]:
    begin = rtf.find(b"{\\fonttbl")
    if begin < 0:
        return {}
    return dict(_font_pages(rtf[begin : begin + 60_000]))


def _font_pages(table: bytes) -> Iterator[tuple[int, str]]:
    for match in re.finditer(rb"\{\\f(\d{1,5})[^{};]{0,200}?\\fcharset(\d{1,3})", table):
        if page := _FONT_PAGES.get(int(match[2])):
            yield int(match[1]), page


def _decoded(data: bytes, page: str) -> str:
    try:
        return data.decode(page, "replace")
    except LookupError:
        return data.decode("cp1252", "replace")


def _tidied(text: str) -> str:
    lines = (line.rstrip(" ").removesuffix("\t") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
