"""HTML bodies -> text as a reader sees it, and the sender's own part of it.

Hidden elements, scripts and comments are left out. A row of a table is a line, its cells are
separated by tabs and never padded: a row costs what is in it, whatever other rows hold.
What is nested too deep or too big for a tree is stripped of its tags by a linear scan instead.
"""

import re
from dataclasses import dataclass
from html import unescape

from lxml import etree

#: Deeper than this, or longer, HTML is not made into a tree (libxml2 itself stops at 256).
DEPTH = 150
TREE_CHARS = 1_000_000
TAGS = 40_000

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:]{0,20})")
#: Elements that never nest by themselves: they are empty, or end where the next begins.
_FLAT = frozenset(
    "area base br col embed hr img input link meta source track wbr p li td th tr dt dd option "
    "tbody thead tfoot colgroup html head body".split()
)
_GONE = ("script", "style", "head", "title", "template", "object", "noscript")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
#: From such an element to the end, everything is quoted (Outlook in its many forms, Zimbra).
_QUOTE_FOLLOWS_ID = re.compile(
    r"^(?:x_)*(?:appendonsend|divRplyFwdMsg|stopSpelling|OLK_SRC_BODY_SECTION|zwchr"
    r"|mail-editor-reference-message-container|reply-intro|origbody|isReplyContent"
    r"|OutlookMessageHeader|_MailOriginal_quoted)$",
    re.IGNORECASE,
)
_QUOTE_FOLLOWS_CLASS = frozenset({"ms-outlook-mobile-reference-message", "OutlookMessageHeader"})
_OUTLOOK_RULE = re.compile(
    r"border:\s*none;\s*border-top:\s*solid\s+#?(?:E1E1E1|B5C4DF|windowtext)\s+1\.0pt",
    re.IGNORECASE,
)
_OUTLOOK_RULE_TEXT = re.compile(r"^\s*\S{2,12}\s?:", re.UNICODE)
#: Such an element is a quote; what stands beside it is not (answers between quotes).
_QUOTE_CLASSES = frozenset(
    "yahoo_quoted gmail_attr moz-cite-prefix protonmail_quote tutanota_quote zmail_extra "
    "zmail_extra_hr zimbra_quote moz-email-headers-table iosymail_quote aolmail_quote".split()
)
_MARKS = (
    *("gmail_", "blockquote", "divrplyfwdmsg", "appendonsend", "outlookmessageheader"),
    *("yahoo_quoted", "stopspelling", "border-top:", "moz-cite", "_quote", "reference-message"),
    *("olk_src", "zwchr", "zmail_extra", "__divider__", "_mailoriginal", "reply-intro"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML body as text; `own` is "" when the page does not mark its quotes (`is_marked`)."""

    text: str
    own: str
    too_deep: bool = False
    is_marked: bool = False


def has_marks(source: str) -> bool:
    """Say whether an HTML body may mark a quote; cheap, to be asked before `page_from`."""
    lower = source.lower()
    return any(mark in lower for mark in _MARKS)


def page_from(source: str) -> Page:
    """Given an HTML body, return its text and, by the marks of mail clients, the own part."""
    if len(source) > TREE_CHARS or not _fits(source):
        return Page(_tidied(stripped(source)), "", too_deep=True)
    tree = _tree(source)
    if tree is None:
        return Page("", "")
    _remove_hidden(tree)
    text = _text_of(tree)
    if has_marks(source) and _remove_quotes(tree):
        return Page(text, _text_of(tree), is_marked=True)
    return Page(text, "")


def tree_from(source: str, *, own: bool = False) -> etree._Element | None:
    """Given HTML, return it as a tree without what is hidden; None where it is too big or deep.

    With `own`, quotes that mail clients mark as such are left out too.
    """
    tree = _tree(source) if len(source) <= TREE_CHARS and _fits(source) else None
    if tree is not None:
        _remove_hidden(tree)
        if own and has_marks(source):
            _remove_quotes(tree)
    return tree


def _fits(source: str) -> bool:
    depth = 0
    for count, match in enumerate(_TAG.finditer(source)):
        if match[2].lower() in _FLAT:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > DEPTH or count > TAGS:
            return False
    return True


#: What XML cannot hold: lxml reads it and refuses to write it back.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _tree(source: str) -> etree._Element | None:
    # A parser of its own for every page: lxml's are not to be shared between threads.
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True
    )
    source = _CONTROLS.sub(" ", source)
    try:
        return etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.LxmlError:  # an empty document, or nothing that is HTML
        return None


_BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figure footer form header hr "
    "legend main nav section table tr ul ol li option select".split()
)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 pre".split())
_WHITE = re.compile(r"[ \t\r\n\f\v]+")
#: Where a block begins or ends: one line break, however many meet.
_EDGE = "\v"
_EDGES = re.compile(r" *\v[ \v]*")


def _text_of(tree: etree._Element) -> str:
    """Given a tree, return its text: blocks on lines of their own, cells between tabs."""
    buffers: list[list[str]] = [[]]  # the page, then the table cells we are in
    verbatim = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag == "pre":
            verbatim += 1 if event == "start" else -1
        if event == "start":
            if tag in {"td", "th"}:
                buffers.append([])
            else:
                buffers[-1].append(_opening(tag))
            buffers[-1].append(_words(element.text, verbatim))
        else:
            if tag in {"td", "th"} and len(buffers) > 1:
                cell = _tidied("".join(buffers.pop())).strip()
                buffers[-1].append(f"{cell}\t")
            else:
                buffers[-1].append(_closing(tag))
            buffers[-1].append(_words(element.tail, verbatim))
    return _tidied("".join(piece for buffer in buffers for piece in buffer))


def _opening(tag: str) -> str:
    if tag == "li":
        return f"{_EDGE}- "
    if tag == "br":
        return "\n"
    if tag in _BLOCKS:
        return _EDGE
    return "\n\n" if tag in _PARAGRAPHS else ""


def _closing(tag: str) -> str:
    if tag in _PARAGRAPHS:
        return "\n\n"
    return _EDGE if tag in _BLOCKS else ""


def _words(text: str | None, verbatim: int) -> str:
    if not text:
        return ""
    return text.replace("\r", "").replace(_EDGE, " ") if verbatim > 0 else _WHITE.sub(" ", text)


def _tidied(text: str) -> str:
    if "\n" not in text and _EDGE not in text:  # most cells of a table
        return text.replace("\xa0", " ").strip(" ").rstrip()
    text = _EDGES.sub(_EDGE, text).replace(f"\n{_EDGE}", "\n").replace(_EDGE, "\n")
    lines = (line.strip(" ").rstrip() for line in text.replace("\xa0", " ").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _remove_hidden(tree: etree._Element) -> None:
    for element in list(tree.iter(*_GONE)):
        _remove(element)
    for element in list(tree.iter(etree.Element)):
        style = element.get("style")
        if (style and _HIDDEN_STYLE.search(style)) or element.get("hidden") is not None:
            _remove(element)


def _remove(element: etree._Element) -> None:
    """Take an element out of its tree; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        # "&#8;" in the source has become a control character in the tree.
        before = element.getprevious()
        if before is not None:
            before.tail = _CONTROLS.sub(" ", (before.tail or "") + element.tail)
        else:
            parent.text = _CONTROLS.sub(" ", (parent.text or "") + element.tail)
    parent.remove(element)


# --- quotes -----------------------------------------------------------------------------------


def _remove_quotes(tree: etree._Element) -> bool:
    removed = False
    for element in list(tree.iter(etree.Element)):
        if _quote_follows(element):
            _remove_from_here(element)
            removed = True
            break
    for element in list(tree.iter(etree.Element)):
        if _is_quote(element):
            _remove(element)
            removed = True
    return removed


def _quote_follows(element: etree._Element) -> bool:
    if _QUOTE_FOLLOWS_ID.match(element.get("id") or ""):
        return True
    if element.get("data-marker") == "__DIVIDER__":
        return True
    if not _QUOTE_FOLLOWS_CLASS.isdisjoint((element.get("class") or "").split()):
        return True
    style = element.get("style")
    if not style or not _OUTLOOK_RULE.search(style):
        return False
    # The same rule is drawn under headings; above a quote stands "From:" in some language.
    return bool(_OUTLOOK_RULE_TEXT.match("".join(element.itertext())[:80]))


def _is_quote(element: etree._Element) -> bool:
    classes = set((element.get("class") or "").split())
    if not _QUOTE_CLASSES.isdisjoint(classes):
        return True
    if element.tag == "blockquote":
        # A bare blockquote may be the writer's own indentation.
        return (
            element.get("type") == "cite" or bool(element.get("cite")) or "gmail_quote" in classes
        )
    if classes & {"gmail_quote", "gmail_quote_container"}:
        # Answers stand between the blockquotes of a Gmail quote; a forward has no blockquote.
        return not any(True for _ in element.iter("blockquote"))
    return False


def _remove_from_here(element: etree._Element) -> None:
    """Take out an element and everything that comes after it in the document."""
    node: etree._Element | None = element
    element.tail = None
    while node is not None:
        parent = node.getparent()
        if parent is None:
            return
        for later in list(node.itersiblings()):
            parent.remove(later)
        if node is element:
            parent.remove(node)
        else:
            node.tail = None
        node = parent


# --- without a tree ---------------------------------------------------------------------------

_BREAKS = re.compile(r"^/?(?:br|p|div|tr|li|h[1-6]|table|blockquote|hr)\b", re.IGNORECASE)
_RAW = re.compile(r"^(script|style|title|noscript)\b", re.IGNORECASE)


def stripped(source: str) -> str:
    """Given HTML of any depth, return its text with the tags cut out, in linear time."""
    pieces: list[str] = []
    position = 0
    while True:
        opened = source.find("<", position)
        if opened < 0:
            pieces.append(source[position:])
            break
        pieces.append(source[position:opened])
        if source.startswith("<!--", opened):
            closed = source.find("-->", opened)
            position = closed + 3 if closed >= 0 else len(source)
            continue
        closed = source.find(">", opened)
        if closed < 0:
            pieces.append(source[opened:])
            break
        tag = source[opened + 1 : min(closed, opened + 30)]
        position = closed + 1
        if raw := _RAW.match(tag):
            end = re.compile(f"</{raw[1]}", re.IGNORECASE).search(source, position)
            position = end.start() if end else len(source)
        elif _BREAKS.match(tag):
            pieces.append("\n")
    return unescape("".join(pieces))
