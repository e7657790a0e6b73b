"""Child protection referrals, and other processes' forms, that were sent to the wrong mailbox.

A referral is told by its form, or by plain words in a mail that answers nothing of ours: that
somebody makes one, or that a child is in danger today. Agencies' returns speak of referrals all the
time, and are none. Missed, such a mail waits for a person like
any other; taken for one wrongly, its sender is told once too often to ring the front door.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.model import OF_OUR_PROCESS, DocumentKind, Form, Message, MessageClass
from mailbot.core.references import references_in

_KIND = r"(?:child protection|section ?47|s\.? ?47|mash|multi-?agency safeguarding)"
_REFERRAL = re.compile(
    rf"\b{_KIND} referral\b|\bsection ?47\b"
    r"|\breferral (?:to|for) (?:the )?"
    r"(?:mash|front door|children[’']?s social care|child protection)\b",
    re.IGNORECASE,
)
_INTENDED = re.compile(
    r"\b(?:i|we)(?:[’']m|[’']re| am| are| wish| want| would like| need| must| have) (?:to )?"
    r"(?:mak|submit|rais|send|refer)\w*\b.{0,60}"
    r"\b(?:child protection|section ?47|safeguarding|mash).{0,20}\breferral\b"
    r"|\b(?:i|we)(?:[’']m| am| are| wish to| want to| would like to| need to| must) refer(?:ring)?"
    r" (?:a|the|this|these|her|him|them)\b.{0,30}"
    r"\b(?:child|children|baby|pupil|young person|family)\b"
    rf"|\bplease (?:find|see|accept|treat|action|process)\b.{{0,60}}\b{_KIND} referral\b",
    re.IGNORECASE | re.DOTALL,
)
#: Who asks how a referral is made for a child has one to make.
_ASKED_HOW = re.compile(
    r"\b(?:how|where|who)\b.{0,40}\b(?:make|submit|raise|send)\w* (?:a|an|this)\b.{0,30}"
    r"\breferral (?:for|about|on|regarding) (?:one of|an?|this|our|the|her|him|his|my)\b"
    r"|\b(?:i|we)(?:[’']d| would)? (?:need|want|wish|have|like) to (?:report|raise|share|flag"
    r"|refer)\b.{0,30}\b(?:child protection|safeguarding|child abuse|abuse of a child)\b.{0,20}"
    r"\b(?:concern|issue|matter|abuse)"
    r"|\bplease (?:find|see|accept|treat|action|process)\b.{0,60}\b(?:safeguarding"
    r"|cause for concern|social care)\b.{0,20}\breferral\b",
    re.IGNORECASE | re.DOTALL,
)
_A_CHILD = re.compile(
    r"\b(?:child(?:ren)?|bab(?:y|ies)|toddlers?|infants?|pupils?|boys?|girls?|son|daughters?|grandson"
    r"|granddaughter|grandchild(?:ren)?|niece|nephew|teenager|young person|kids?|year \d{1,2}"
    r"|\d{1,2}[- ]year[- ]old|(?:\d{1,2}|few) (?:months?|weeks?) old)\b",
    re.IGNORECASE,
)
#: Somebody is hurt or in danger, in words that people use of it.
_HURT = re.compile(
    r"\bnot safe\b|\bunsafe\b|\b(?:immediate|imminent) (?:danger|risk)\b"
    r"|\bat risk (?:now|tonight)\b"
    r"|\b(?:scared|frightened|afraid|terrified)\b.{0,20}\b(?:go|going|home|of)\b"
    r"|\b(?:hit|hits|hitting|hurt|hurting|hurts|beat|beats|beating|beaten|slapped|punched|kicked"
    r"|shaken|choked|touching|touched|raped|abused|abusing|burned|burnt)\b"
    r"|\b(?:bruis\w+|burns?|black eye|bite marks?|finger ?marks?|injur(?:y|ies))\b"
    r"|\b(?:left|being left|leaves) (?:[\w']+ ){0,3}(?:alone|on (?:their|his|her) own)\b"
    r"|\b(?:were|are|is|was) alone\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:today|tonight|right now|just now|this (?:morning|afternoon|evening)|last night|yesterday"
    r"|still (?:here|with us|there)|at the moment|urgent(?:ly)?"
    r"|please send (?:somebody|someone|help)|as soon as possible|asap|immediately)\b",
    re.IGNORECASE,
)
#: What our own process is made of; a mail that speaks of it is about a case, past or open.
_OUR_PROCESS = re.compile(
    r"\b(?:rapid|case|practice|learning) review"
    r"|\b(?:serious|significant|notifiable|critical) incident"
    r"|\bneed to know\b|\bbriefing\b|\blcspr\b|\bnotif(?:y|ied|ication)|\bagency return\b"
    r"|\bour return\b|\bchronolog|\bthe panel\b|\byour request\b|\bpost-?mortem\b|\bdied\b"
    r"|\bdeath\b"
    r"|\bfor (?:your )?information\b|\bfyi\b|\bstrategy (?:meeting|discussion)\b",
    re.IGNORECASE,
)
#: Near the words, these say that somebody tells of a referral instead of making one.
_TOLD_OF = re.compile(
    r"\b(?:was|were|had|has been|have been|made|closed|previous|previously|earlier|following|after"
    r"|since|history|historic|received|resulted|outcome|ended|last|ago|(?:19|20)\d\d|whether|if|any"
    r"|no|not|minutes|training|course|policy|procedures?|pathway|audit|data|figures|guidance"
    r"|workshop|conference|bulletin|leaflet|threshold|thresholds|learning|review)\b",
    re.IGNORECASE,
)
_NEAR = 60  # characters
_LONGEST = 3_000  # what is longer is a report
_LONGEST_CALL = 1_500  # who calls for help is short
_PERSONS = frozenset({MessageClass.PERSONAL, MessageClass.WEB_FORM})
_URGENT = "It may be a child protection referral: act on it at once."


def as_referral(message: Message, forms: Sequence[Form]) -> Message:
    """Given a mail with its forms, return it as an urgent referral if it plainly is one."""
    if message.message_class not in _PERSONS or any(form.kind in OF_OUR_PROCESS for form in forms):
        return message
    if any(form.urgent for form in forms) or _says_so(message):
        return replace(message, message_class=MessageClass.URGENT_REFERRAL)
    return message


def why_aside(message: Message, forms: Sequence[Form]) -> str:
    """Given a mail that points to no case, return why a person must look, if it is no form of ours.

    That is a referral, or another process's form; "" for anything else.
    """
    if message.message_class is MessageClass.URGENT_REFERRAL:
        return _URGENT
    if any(form.kind in OF_OUR_PROCESS for form in forms):
        return ""
    others = (form for form in forms if form.kind is DocumentKind.LOOK_ALIKE)
    return next((problem.what for form in others for problem in form.problems), "")


def _says_so(message: Message) -> bool:
    text = message.typed_text or message.own_text
    if _INTENDED.search(text[:_LONGEST]):
        return True
    answers = message.in_reply_to or message.references
    if answers or references_in(f"{message.subject}\n{text}") or len(text) > _LONGEST:
        return False
    if not _OUR_PROCESS.search(f"{message.subject}\n{text}") and (
        _ASKED_HOW.search(text) or _calls_for_help(f"{message.subject}\n{text}")
    ):
        return True
    return any(_is_made(part, found) for part in (message.subject, text) for found in _all(part))


def _calls_for_help(text: str) -> bool:
    """Whether it says that a child is hurt or in danger now, without calling it a referral."""
    if len(text) > _LONGEST_CALL:
        return False
    return all(words.search(text) for words in (_A_CHILD, _HURT, _NOW))


def _all(text: str) -> list[re.Match[str]]:
    return list(_REFERRAL.finditer(text))


def _is_made(text: str, found: re.Match[str]) -> bool:
    near = text[max(0, found.start() - _NEAR) : found.start()], text[found.end() :][:_NEAR]
    return not any(_TOLD_OF.search(side) for side in near)
