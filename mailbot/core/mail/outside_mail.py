"""Mail whose sender or words call for a person before anything else.

Family, solicitors, the press and people who ask for information under the law are never answered
by mailbot; an agency that asks for more time waits for staff's word. Both are told only by plain
words: what is missed here waits for a person all the same, as any mail that holds no form.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from mailbot.core.model import Area, DocumentKind, Form, Message, MessageClass
from mailbot.core.moments import day_of
from mailbot.core.parties import PartyKind, who_is
from mailbot.core.references import references_in
from mailbot.core.written_days import read_day

_KIN = (
    r"(?:mother|father|mum|mam|mummy|dad|daddy|parent|step-?(?:mother|father|mum|dad)|grand(?:mother"
    r"|father|parent|ma|dad)|nan|nana|aunt|auntie|aunty|uncle|brother|sister|cousin|guardian"
    r"|foster carer|next of kin)"
)
_CHILD = (
    r"(?:(?:step|grand)?-?(?:son|daughter)|grandchild|child(?! (?:death|protection|health|safe\w+"
    r"|looked|social|and|in|criminal|sexual|exploitation)\b)|baby|(?:little )?(?:boy|girl)|nephew"
    r"|niece|brother|sister)"
)
_RIGHTS = (
    r"(?:freedom of information|foia?\b|subject access|dsar\b|data protection act|(?:uk )?gdpr"
    r"|environmental information)"
)
#: Words of people who say themselves who they are, or what they want.
_SPEAKS = re.compile(
    # solicitors
    r"\b(?:we|i) (?:act|am acting|are acting|am instructed|are instructed|have been instructed)"
    r" (?:for|on behalf of|by)\b"
    r"|\bletter (?:before|of) (?:claim|action)\b|\bpre-?action protocol\b"
    r"|\bour client(?:'s|’s|s)?\b(?=.{0,600}\b(?:solicitors?|instruct\w+|claim|proceedings|llp"
    r"|inquest|disclos\w+|within \d+ days)\b)|\b(?:solicitors?|instruct\w+|claim|llp)\b"
    r".{0,200}\bour client\b"
    # the press
    r"|\bi(?:'m|’m| am) (?:an? |the )?(?:[\w-]+ ){0,3}(?:journalist|reporter|correspondent|producer"
    r"|news editor)\b|\b(?:journalist|reporter|correspondent|producer) (?:at|for|from|with)\b"
    r"|\b(?:running|writing|preparing|working on|publishing) (?:a|an|the) (?:news )?(?:story"
    r"|article|programme|piece|documentary)\b|\b(?:wish|like|care|willing|available) to comment\b"
    r"|\brequest for (?:a )?comment\b|\bfor (?:broadcast|publication in)\b"
    # information rights
    rf"|\b(?:treat|consider|accept|take) (?:this|it)\b.{{0,40}}\b{_RIGHTS}"
    rf"|\bi(?:'m|’m| am| wish| want| would like| hereby)\b.{{0,60}}\b{_RIGHTS}"
    rf"|(?<!disclosed )(?<!disclosable )(?<!released )(?<!requested )\bunder (?:the "
    rf"|my rights? under the )?{_RIGHTS}.{{0,60}}\b(?:please|i|we|request\w*|could"
    r"|tell)\b|\b(?:i|we) (?:would like to |wish to |hereby )?request\b.{0,60}\bpersonal data\b"
    # family
    r"|\bi(?:'m|’m| am) (?:the |her |his |their |a |[\w-]+(?:'s|’s) )(?:child's |child’s )?"
    rf"{_KIN}\b"
    rf"|\bas (?:the|his|her|their|a) {_KIN} of\b"
    rf"|\b(?:my|our) (?:late )?{_CHILD}\b.{{0,80}}\b(?:died|dies|dead|death|was killed|was hurt"
    r"|was injured|your review|the review|your report)\b"
    rf"|\b(?:died|death|killed)\b.{{0,60}}\bof my (?:late )?{_CHILD}\b"
    r"|\bon behalf of (?:the|my|our) family\b"
    # complaints, and those who write for a constituent
    r"|\b(?:make|making|raise|raising|submit|lodge|lodging) a (?:formal |official )?complaint\b"
    r"|\bmy constituents?\b|\bconstituent of mine\b|\bresidents? (?:in|of) my ward\b",
    re.IGNORECASE | re.DOTALL,
)
#: What such mails are called. Agencies speak of them too: "we have had a press enquiry".
_CALLED = re.compile(
    r"\b(?:press|media) (?:enquir|inquir|quer|request)\w*|\binterview request\b|\bnews ?desk\b"
    r"|\b(?:data )?subject access request\b|\bdsar\b|\bfreedom of information (?:act )?request\b"
    r"|\bfreedom of information\b|\bfoia? request\b|\benvironmental information regulations\b",
    re.IGNORECASE,
)
#: Near the words, these say that somebody tells of such a mail, or that a footer does.
_TOLD_OF = re.compile(
    r"\b(?:we have (?:had|received)|we(?:'ve|’ve) (?:had|received)|has (?:made|had|received|asked)"
    r"|have (?:made|had)|received|made|may be|can be|subject to|disclos\w+ under|exempt\w*|officer"
    r"|team|policy|policies|training|guidance|lead|handling|handle|any|if|whether|no|not"
    r"|in case)\b",
    re.IGNORECASE,
)
_NEAR = 60  # characters
_READ = 20_000  # characters; who writes more has said before who they are
_A_DAY = (
    r"(?:(?:the )?(?:end|start) of|next|tomorrow|monday|tuesday|wednesday|thursday|friday|mon\b|tue"
    r"|wed\b|thu|fri\b|week|\d|the \d)"
)
_A_WHILE = (
    r"(?:(?:(?:one|two|three|four|five|six|seven|ten|a few|few|a couple of|couple of|\d{1,2}) )?"
    r"(?:more )?(?:working |business )?(?:days?|weeks?)|time)"
)
_MORE_TIME = re.compile(
    r"\b(?:extension|longer to (?:reply|respond|complete)|(?:extra|more|additional|further"
    rf"|another) {_A_WHILE}|(?:one|two|three|\d{{1,2}}|a few) (?:more|extra|additional|further)"
    rf" {_A_WHILE})\b"
    r"|\b(?:extend|move|push back|put back|relax|delay) (?:the|our|this)"
    r" (?:deadline|due date|date|return|submission)\b"
    r"|\bdeadline (?:to )?be (?:extended|moved|pushed back|put back|relaxed)\b"
    r"|\b(?:flexib\w+|leeway|movement|give) (?:on|with|around|in|about|regarding)"
    r" (?:the|this|your|that) (?:deadline|date|timescales?|due date)\b"
    r"|\b(?:could|can|may|might) (?:we|i) (?:please )?(?:have|send|return|submit|get|let you have)"
    rf"\b(?! (?:the|a|an) (?:form|link|copy|template)).{{0,60}}\b(?:until|(?:by|on) {_A_DAY})"
    r"|\b(?:unable to|cannot|can't|can’t|won't|won’t|will not|not going to|not be able to"
    r"|struggling to)\b(?: be able to)?.{0,20}\b(?:meet|make|complete|return|send"
    r"|submit|respond|reply)\b"
    r".{0,60}\b(?:deadline|by|until|before|in time)\b",
    re.IGNORECASE | re.DOTALL,
)
#: Words that speak of more time that was had, or given, and of telephones.
_NO_REQUEST = re.compile(
    r"\b(?:no|not need|without|don't need|don’t need|thank you for the|thanks for the) (?:any )?"
    r"(?:an )?(?:further )?(?:extension|more time|extra time)\b"
    r"|\bextension (?:was|has been|is|had been) (?:agreed|granted|given)\b"
    r"|\b(?:can|will|happy to|able to) (?:give|grant|agree|offer|allow)\b.{0,30}"
    r"\b(?:extension|more time|extra)\b"
    r"|\bextensions? (?:is |are )?not (?:needed|required|necessary)"
    r"|\bext(?:ension)? ?(?:no|number)\b|\bextension:? ?[0-9]{2}"
    r"|\b(?:tel|telephone|phone|call|ring)\b[^\n]{0,40}\bextension\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|till|by|on)\b([^.;?!\n]{3,40})", re.IGNORECASE)
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri)[a-z]{0,6}\b", re.IGNORECASE)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
#: A mail that asks for time is short; words in a long report are about something else.
_LONGEST = 2_000
_FURTHEST = timedelta(days=60)
_PASSWORD = re.compile(
    r"\bpass[ -]?(?:word|code|phrase)s?\b|\bpin (?:code|number|is)\b", re.IGNORECASE
)
#: Why a mail that may bring one waits; the password itself is repeated nowhere.
OPENS_ANOTHER = "It may bring the password of another mail: open that one with it."
_NOTHING_IN_IT = frozenset({DocumentKind.NOT_A_FORM, DocumentKind.BLANK_FORM})
#: What else may be enclosed in a stranger's mail: a letter that was not read, papers of others.
_NOTHING_OF_OURS = _NOTHING_IN_IT | {DocumentKind.UNREADABLE, DocumentKind.LOOK_ALIKE}


def as_it_turns_out(message: Message, forms: Sequence[Form], area: Area) -> Message:
    """Given a person's mail with its forms, return it with the class that its sender's words say.

    A colleague in the business unit who speaks of a referral has not sent one here.
    """
    party = who_is(message.sender, area)
    if message.message_class is MessageClass.URGENT_REFERRAL:
        own = party is not None and party.unit and message.vouched_for
        return replace(message, message_class=MessageClass.PERSONAL) if own else message
    nothing = _NOTHING_OF_OURS if party is None else _NOTHING_IN_IT
    holds_something = any(form.kind not in nothing for form in forms)
    if message.message_class is not MessageClass.PERSONAL or holds_something:
        return message
    if party is None and message.sender not in area.web_form_senders:
        if _is_from_the_public(message):
            return replace(message, message_class=MessageClass.PUBLIC_OR_MEDIA)
        return message
    if party and party.kind in (PartyKind.AGENCY, PartyKind.PARTNER) and asks_for_time(message):
        return replace(message, message_class=MessageClass.EXTENSION_REQUEST)
    return message


def as_it_says(message: Message, forms: Sequence[Form]) -> Message:
    """Given a person's mail with its forms, return it with the class that its words alone say.

    For mail of which nobody knows to whom it came: who is an agency cannot be told.
    """
    holds_something = any(form.kind not in _NOTHING_OF_OURS for form in forms)
    if message.message_class is not MessageClass.PERSONAL or holds_something:
        return message
    if _is_from_the_public(message):
        return replace(message, message_class=MessageClass.PUBLIC_OR_MEDIA)
    if asks_for_time(message):
        return replace(message, message_class=MessageClass.EXTENSION_REQUEST)
    return message


def _is_from_the_public(message: Message) -> bool:
    text = f"{message.subject}\n{message.own_text[:_READ]}"
    if _SPEAKS.search(text):
        return True
    # Whoever writes under a case's reference tells of such mails, and does not write one.
    if references_in(text):
        return False
    return any(_is_meant(text, found) for found in _CALLED.finditer(text))


def _is_meant(text: str, found: re.Match[str]) -> bool:
    near = text[max(0, found.start() - _NEAR) : found.start()], text[found.end() :][:_NEAR]
    return not any(_TOLD_OF.search(side) for side in near)


def asks_for_time(message: Message) -> bool:
    """Given an agency's mail, say whether it plainly asks for more time, and for nothing else."""
    text = message.typed_text or message.own_text
    if len(text) > _LONGEST or message.attachments:
        return False
    return bool(_MORE_TIME.search(text)) and not _NO_REQUEST.search(text)


def brings_password(message: Message) -> bool:
    """Given a mail, say whether it may bring the password of a locked file in another mail."""
    text = message.typed_text or message.own_text
    if len(text) > _LONGEST or message.attachments:
        return False
    return _PASSWORD.search(f"{message.subject}\n{text}") is not None


def wished_for(message: Message, today: date) -> date | None:
    """Given a mail that asks for time, return the day it names, if it lies ahead and is near.

    "Until Friday" is the next one. It is a suggestion for staff, who write the day themselves.
    """
    for match in _UNTIL.finditer(message.typed_text or message.own_text):
        day = read_day(match[1], today=today).day or _weekday(match[1], today)
        if day and today < day <= today + _FURTHEST:
            return day
    return None


def wish_in(message: Message) -> dict[str, str]:
    """Given a mail, return what its link says of the time it asks for: `asks_until`, or nothing."""
    if message.message_class is not MessageClass.EXTENSION_REQUEST:
        return {}
    day = wished_for(message, day_of(message.received_at))
    return {"asks_until": day.isoformat()} if day else {}


def _weekday(text: str, today: date) -> date | None:
    found = _WEEKDAY.search(text)
    if found is None:
        return None
    ahead = (_WEEKDAYS.index(found[1].casefold()) - today.weekday()) % 7 or 7
    return today + timedelta(days=ahead)
