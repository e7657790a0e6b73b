"""The words of HTML with how they look: bold, picked out, struck out, drawn as boxes.

People answer by making one of two words bold, by colour or by striking the other out; a page says
so in tags and in styles. Style sheets are not followed, only what stands on the element itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from mailbot.core.document import TICKED, UNTICKED, Control
from mailbot.documents.word_signs import is_symbol_font, signs, tidy

_BOLD = frozenset({"b", "strong"})
_MARKED = frozenset({"u", "mark"})
_STRUCK = frozenset({"s", "strike", "del"})
_PROPERTY = re.compile(r"([a-z-]+)\s*:\s*([^;]+)")
#: Colours that pick nothing out.
_PLAIN_COLOURS = re.compile(
    r"^(?:black|windowtext|inherit|initial|auto|currentcolor|transparent|none|white|#fff(?:fff)?"
    r"|#0{3}(?:000)?|rgb\(\s*0\s*,\s*0\s*,\s*0\s*\)|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))$"
)
_WHITE = re.compile(r"[ \t\r\n\f\v]+")
#: Input elements that hold nothing which anybody filled in.
_NO_ANSWER = frozenset({"hidden", "submit", "button", "reset", "image", "file", "password"})
_PROMPT = re.compile(
    r"^\W*(?:(?:please )?(?:select|choose|pick)\b.{0,40}|-+.{0,30}-+|\.\.\.)?\W*$", re.IGNORECASE
)
_SHOWN_BOXES = {
    **dict.fromkeys(("checked", "ticked", "tick", "checked box", "ticked box"), TICKED),
    **dict.fromkeys(("unchecked", "unticked", "empty box", "unchecked box"), UNTICKED),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How words look at one place of a page."""

    bold: bool = False
    marked: bool = False
    struck: bool = False
    font: str = ""
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look."""

    text: str
    look: Look


@dataclass(slots=True)
class Words:
    """What has been gathered for one line or one cell."""

    runs: list[Run] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)

    def say(self, text: str | None, look: Look) -> None:
        """Take in some text; outside of <pre>, white space is one blank."""
        if not text:
            return
        if not look.verbatim:
            text = _WHITE.sub(" ", text)
        if is_symbol_font(look.font):
            text = signs(look.font, text)
        self.runs.append(Run(text, look))

    @property
    def text(self) -> str:
        """The text without what is struck out, lines tidied, empty ones left out."""
        return tidy("".join(run.text for run in self.runs if not run.look.struck))

    @property
    def strong(self) -> bool:
        """Whether all of it is bold."""
        seen = [run.look.bold for run in self.runs if run.text.strip() and not run.look.struck]
        return bool(seen) and all(seen)

    @property
    def struck(self) -> tuple[str, ...]:
        """What is struck out."""
        return _stretches(self.runs, [run.look.struck for run in self.runs])

    @property
    def marked(self) -> tuple[str, ...]:
        """What is picked out among the rest, by whatever is not the same for all of it."""
        kept = [run for run in self.runs if not run.look.struck]
        bold = _part([run.look.bold for run in kept], kept)
        coloured = _part([run.look.marked for run in kept], kept)
        return _stretches(kept, [a or b for a, b in zip(bold, coloured, strict=True)])


def _part(flags: Sequence[bool], runs: Sequence[Run]) -> Sequence[bool]:
    """Flags that hold for all of the words pick nothing out."""
    seen = [flag for flag, run in zip(flags, runs, strict=True) if run.text.strip()]
    return [False] * len(flags) if seen and all(seen) else flags


def _stretches(runs: Iterable[Run], flags: Iterable[bool]) -> tuple[str, ...]:
    found: list[str] = [""]
    for run, flag in zip(runs, flags, strict=True):
        if flag:
            found[-1] += run.text
        elif found[-1] and run.text.strip():
            found.append("")
    return tuple(filter(None, (" ".join(text.split()) for text in found)))


def look_at(element: etree._Element, look: Look) -> Look:
    """Given an element and how words look around it, return how they look in it."""
    tag = element.tag
    if tag in _BOLD:
        look = replace(look, bold=True)
    elif tag in _STRUCK:
        look = replace(look, struck=True)
    elif tag in _MARKED:
        look = replace(look, marked=True)
    elif tag == "pre":
        look = replace(look, verbatim=True)
    elif tag == "font":
        look = _font(look, element.get("face"), element.get("color"))
    style = element.get("style")
    return _styled(look, style.lower(), is_link=tag == "a") if style else look


def _font(look: Look, face: str | None, colour: str | None) -> Look:
    if face:
        look = replace(look, font=face.split(",")[0].strip(" \"'"))
    if colour and not _PLAIN_COLOURS.match(colour.strip().lower()):
        look = replace(look, marked=True)
    return look


def _styled(look: Look, style: str, *, is_link: bool) -> Look:
    said = {name: value.strip() for name, value in _PROPERTY.findall(style[:2_000])}
    weight = said.get("font-weight", "")
    if weight:
        bold = weight.startswith("bold") or (weight.isdigit() and int(weight) >= 600)
        look = replace(look, bold=bold)
    line = said.get("text-decoration", said.get("text-decoration-line", ""))
    if "line-through" in line:
        look = replace(look, struck=True)
    if "underline" in line and not is_link:
        look = replace(look, marked=True)
    if "none" in line.split():
        look = replace(look, marked=False, struck=False)
    if "font-family" in said:
        look = replace(look, font=said["font-family"].split(",")[0].strip(" \"'"))
    for name in ("color", "background", "background-color", "mso-highlight"):
        value = said.get(name, "").split("!")[0].strip()
        if value and not _PLAIN_COLOURS.match(value) and not is_link:
            look = replace(look, marked=True)
    return look


# --- what is filled in on a page ----------------------------------------------------------------


def say_control(words: Words, element: etree._Element, look: Look, title: str) -> None:
    """Given an element to fill in, take in what was filled in, as its text and as a control."""
    name = element.get("name") or element.get("id") or ""
    kind = (element.get("type") or "text").lower()
    if element.tag == "select":
        _say_list(words, element, look, Control(name=name, title=title))
    elif element.tag == "textarea":
        _say_text(words, "".join(element.itertext()), look, Control(name=name, title=title))
    elif element.tag == "input" and kind in {"checkbox", "radio"}:
        ticked = element.get("checked") is not None
        words.say(f" {TICKED if ticked else UNTICKED} ", look)
        words.controls.append(Control(name=name, title=title, ticked=ticked))
    elif element.tag == "input" and kind not in _NO_ANSWER:
        _say_text(words, element.get("value") or "", look, Control(name=name, title=title))


def say_word_control(words: Words, element: etree._Element) -> bool:
    """Given a content control as Word writes it into HTML, say whether only its prompt shows."""
    prompt = (element.get("showingplchdr") or "").lower() in {"t", "true", "1"}
    if prompt:
        name, title = element.get("sdttag") or "", element.get("title") or ""
        words.controls.append(Control(name=name, title=title, placeholder=True))
    return prompt


def say_picture(words: Words, element: etree._Element, look: Look) -> None:
    """Given a picture, take in the box that it shows, if its words say so."""
    shown = _SHOWN_BOXES.get((element.get("alt") or "").strip().lower())
    if shown:
        words.say(f" {shown} ", look)


def _say_text(words: Words, text: str, look: Look, control: Control) -> None:
    text = text.strip()
    words.controls.append(replace(control, text=text, placeholder=not text))
    if text:
        words.say(" ", look)
        words.say(text, replace(look, verbatim=True))


def _say_list(words: Words, element: etree._Element, look: Look, control: Control) -> None:
    options = [(" ".join("".join(o.itertext()).split()), o) for o in element.iter("option")]
    # Where nothing is marked as chosen, a browser shows the first: that is nobody's answer.
    chosen = [text for text, option in options if option.get("selected") is not None]
    said = ", ".join(text for text in chosen if not _PROMPT.match(text))
    names = tuple(text for text, _ in options)
    words.controls.append(replace(control, text=said, placeholder=not said, options=names))
    words.say(f" {said}", look)
