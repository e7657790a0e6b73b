"""The little Markdown that letters are written in, made into a page and into plain text.

Both come from the same tokens, so what a reader sees does not depend on the mail program. Only
headings, lists, quotes, rules, emphasis and line breaks exist: no HTML, links, images or code,
so an inserted value has nothing to break out into.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from string import punctuation

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_RULES = ["heading", "list", "blockquote", "hr", "emphasis", "escape", "newline"]
_BACKSLASHED = {ord(mark): f"\\{mark}" for mark in punctuation}
_INDENT = "  "
_SPARE_LINES = re.compile(r"\n{3,}")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("zero").enable(_RULES)


@lru_cache(maxsize=1)
def _parsed(source: str) -> Sequence[Token]:
    """Return what both of a letter's bodies are made from, one after the other."""
    return _parser().parse(source)


def escaped(value: object) -> Markup:
    """Given any value, return it as one line of Markdown that reads exactly as it stands.

    White space becomes single spaces; control characters and marks that turn the direction of
    the text are dropped. Text that is already `Markup` was written by a template and is kept.
    """
    if isinstance(value, Markup):
        return value
    one_line = " ".join(str(value).split())
    if not one_line.isprintable():
        one_line = "".join(c for c in one_line if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return Markup(one_line.translate(_BACKSLASHED))  # noqa: S704 - every mark is escaped


def html_from(source: str) -> Markup:
    """Given Markdown, return it as HTML."""
    parser = _parser()
    return Markup(parser.renderer.render(_parsed(source), parser.options, {}))  # noqa: S704 - the parser knows no HTML


def text_from(source: str) -> str:
    """Given Markdown, return it as plain text: paragraphs apart, lists with dashes."""
    text = "\n".join(_blocks(_parsed(source)))
    return _SPARE_LINES.sub("\n\n", text).strip() + "\n"


def line_from(source: str) -> str:
    """Given one line of Markdown, return its plain text: for subjects."""
    return " ".join(_inline(_parser().parseInline(source)[0]).split())


#: How far each block moves what stands in it to the right.
_MARGINS = {"bullet_list": _INDENT, "ordered_list": _INDENT, "blockquote": "    "}
#: After which an empty line follows.
_APART = frozenset({"bullet_list", "ordered_list"})


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the lines of plain text; an empty line parts two blocks."""
    margins: list[str] = []
    before = Token("", "", 0)
    bullet = False
    for token in tokens:
        block, _, edge = token.type.rpartition("_")
        bullet = bullet or token.type == "list_item_open"
        if token.type == "hr":
            yield from ("-" * 40, "")
        elif token.type == "inline":
            yield from _lines(_inline(token), margins, bullet=bullet)
            yield from _after(token, before)
            bullet = False
        elif block in _MARGINS and edge == "open":
            margins.append(_MARGINS[block])
        elif block in _MARGINS:
            margins.pop()
            yield from [""] * (block in _APART)
        before = token


def _after(token: Token, opened: Token) -> Iterator[str]:
    """Yield what stands under a line of text: a rule under a heading, a gap after a paragraph."""
    if opened.type == "heading_open":
        yield "-" * min(len(_inline(token)), 72)
    elif not opened.hidden:
        yield ""


def _lines(text: str, margins: Sequence[str], *, bullet: bool) -> Iterator[str]:
    margin = "".join(margins)
    for number, line in enumerate(text.split("\n")):
        first = bullet and number == 0
        yield (margin[: -len(_INDENT)] + "- " if first else margin) + line


def _inline(token: Token) -> str:
    written = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(written.get(t.type, t.content) for t in token.children or ())
