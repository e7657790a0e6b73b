"""Automatic mail that may be more than automatic: a form in it, or a colleague behind a list.

Stands between forms and links. Systems stamp people's work as automatic: a distribution list, a
reporting portal, a ticket system. None of it is acted on; what holds an answer waits for a person.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.mail.automatic import is_away_subject
from mailbot.core.model import (
    MACHINE_CLASSES,
    OF_OUR_PROCESS,
    Area,
    DocumentKind,
    Form,
    Message,
    MessageClass,
    TrustMode,
)
from mailbot.core.parties import PartyKind, who_is

#: What a mail server says of a letter of ours.
DELIVERY_REPORTS = frozenset(
    {MessageClass.BOUNCE, MessageClass.DELAY_NOTICE, MessageClass.DELIVERY_RECEIPT}
)
#: One of these stands in every notification and in nearly every return.
_FORMS_WORDS = re.compile(
    r"child|incident|known to|no record|nil (?:return|response)", re.IGNORECASE
)
#: Automatic mail that systems make of people's work.
_OF_PEOPLES_WORK = frozenset({MessageClass.AUTO_REPLY, MessageClass.BULK})
_MAY_BE_A_WEBSITES = _OF_PEOPLES_WORK | {MessageClass.PERSONAL}
#: Addresses behind which nobody sits: "no-reply@", "forms@", "anything@eforms.council.example".
_WEBSITE = re.compile(
    r"^(?:no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|(?:web|online|e)?-?_?forms?|web-?site|web|www|wordpress"
    r"|form-?mailer|mailer|submissions?|notifications?|portal|online|system|apache|jotform|typeform"
    r"|formstack|webmaster)(?:[._+\d-][^@]*)?@"
    r"|@(?:[\w-]+\.)*(?:(?:web|e|online|my)?-?forms?|jotform|typeform|formstack|wufoo|cognitoforms"
    r"|smartsurvey|achieveforms|formassembly|123formbuilder|paperform|snapsurveys)\.",
    re.IGNORECASE,
)
_SUBMITTED = re.compile(
    r"\b(?:form|submission|entry|response|enquiry|notification|referral)\b.{0,80}\b(?:submitted"
    r"|received|completed|submission|filled (?:in|out))\b"
    r"|\b(?:new|online|web|website) (?:form|submission|entry|response)\b|\bform submission\b"
    r"|\bsubmitted (?:on|at|by|from|via|through)\b|\bsubmission (?:id|number|reference|date)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = 2_000  # characters in which a website says what it sends


def as_from_a_person(message: Message, area: Area) -> Message:
    """Given a message, return it as a person's if it is one that only came through a list.

    That is bulk mail of somebody whom config knows and the receiving server vouches for.
    """
    vouched = message.vouched_for and area.trust is not TrustMode.NONE
    if message.message_class is not MessageClass.BULK or not vouched:
        return message
    party = who_is(message.sender, area)
    if party is None:
        return message
    panel = party.kind is PartyKind.PANEL
    kind = MessageClass.PANEL_REPLY if panel else MessageClass.PERSONAL
    return replace(message, message_class=kind)


def as_a_website_sent(message: Message, forms: Sequence[Form]) -> Message:
    """Given a message and its forms, return it as a website's form if it plainly is one.

    For mail of which no config says who sends such forms: the sender is no person by its address,
    the text says that a form was submitted, it answers nothing, and a filled form stands in it.
    """
    if message.message_class not in _MAY_BE_A_WEBSITES or message.in_reply_to or message.references:
        return message
    if is_away_subject(message.subject) or not _WEBSITE.search(message.sender or ""):
        return message
    submitted = _SUBMITTED.search(f"{message.subject}\n{message.text[:_HEAD]}")
    filled = any(form.kind in OF_OUR_PROCESS and form.fields for form in forms)
    return (
        replace(message, message_class=MessageClass.WEB_FORM) if submitted and filled else message
    )


def may_hold_a_form(message: Message) -> bool:
    """Given a message, say whether it is to be searched for forms before it is linked.

    Newsletters are many: bulk mail without a file is searched only if a form's words stand in it.
    """
    kind = message.message_class
    if kind is MessageClass.BULK:
        return bool(message.attachments) or _FORMS_WORDS.search(message.text) is not None
    return kind not in MACHINE_CLASSES or kind is MessageClass.AUTO_REPLY


def is_away_note(message: Message) -> bool:
    """Given a message, say whether it is an automatic reply that says somebody is away."""
    is_reply = message.message_class is MessageClass.AUTO_REPLY
    return is_reply and is_away_subject(message.subject)


def holds_an_answer(message: Message, forms: Sequence[Form]) -> bool:
    """Given automatic mail and its forms, say whether it holds a filled form or a nil return.

    The words of an absence note are never a nil return.
    """
    away = is_away_note(message)
    if message.message_class in MACHINE_CLASSES - _OF_PEOPLES_WORK:
        return False
    return any(
        form.kind in OF_OUR_PROCESS
        and any(form.value(name) is not None for name in form.fields)
        and not (away and form.kind is DocumentKind.NIL_RETURN and form.place == "message")
        for form in forms
    )
