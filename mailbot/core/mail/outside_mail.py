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
from mailbot.core.written_days import read_day

_KIN = (
    r"(?:mother|father|mum|mam|dad|parent|step-?(?:mother|father|mum|dad)|grand(?:mother|father|"
    r"parent|ma|dad)|nan|aunt|auntie|uncle|brother|sister|guardian|foster carer)"
)
_CHILD = (
    r"(?:(?:step|grand)?-?(?:son|daughter)|grandchild|child|baby|(?:little )?(?:boy|girl)|nephew|"
    r"niece|brother|sister)"
)
_FROM_THE_PUBLIC = re.compile(
    # solicitors
    r"\bwe (?:act|are acting|are instructed|have been instructed) (?:for|on behalf of|by)\b"
    r"|\bletter before (?:claim|action)\b|\bpre-?action protocol\b|\bour client(?:'s|’s|s)?\b"
    # the press
    r"|\b(?:press|media) (?:enquir|inquir|quer|request)\w*"
    r"|\b(?:journalist|reporter|correspondent|producer) (?:at|for|from|with)\b"
    r"|\brequest for (?:a )?comment\b|\bfor (?:broadcast|publication)\b|\bnews ?desk\b"
    # information rights
    r"|\b(?:data )?subject access request\b|\bdsar\b|\bfreedom of information\b"
    r"|\bfoia? request\b|\benvironmental information regulations\b"
    # family
    rf"|\bi am (?:the |her |his |their |a )(?:child's |child’s )?{_KIN}\b"
    rf"|\b(?:my|our) (?:late )?{_CHILD}\b.{{0,80}}\b(?:died|death|was killed|was hurt|was injured|"
    r"your review|the review|your report)\b"
    r"|\bon behalf of the family\b",
    re.IGNORECASE | re.DOTALL,
)
_MORE_TIME = re.compile(
    r"\b(?:extension|more time|extra time|additional time|longer to (?:reply|respond|complete))\b"
    r"|\b(?:extend|move|push back) (?:the|our|this) (?:deadline|due date|date|return)\b"
    r"|\b(?:could|can|may|might) (?:we|i) (?:please )?(?:have|send|return|submit|get|let you have)"
    r"\b.{0,60}\b(?:until|by|on)\b"
    r"|\b(?:unable to|cannot|can't|can’t|won't|won’t|will not|not going to|not be able to)\b"
    r"(?: be able to)?.{0,20}\b(?:meet|make|complete|return|send|submit|respond|reply)\b"
    r".{0,60}\b(?:deadline|by|until|before|in time)\b",
    re.IGNORECASE | re.DOTALL,
)
#: Words that speak of more time that was had or of a review of something else.
_NO_REQUEST = re.compile(
    r"\b(?:no|not need|without|thank you for the|thanks for the) (?:any )?(?:an )?"
    r"(?:extension|more time|extra time)\b"
    r"|\b(?:telephone|phone|ext(?:ension)? ?(?:no|number)|extension [0-9])",
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
        if _FROM_THE_PUBLIC.search(f"{message.subject}\n{message.own_text}"):
            return replace(message, message_class=MessageClass.PUBLIC_OR_MEDIA)
        return message
    if party and party.kind in (PartyKind.AGENCY, PartyKind.PARTNER) and asks_for_time(message):
        return replace(message, message_class=MessageClass.EXTENSION_REQUEST)
    return message


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
