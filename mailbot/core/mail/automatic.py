"""What a message is, whoever sent it: a person's mail or one of the many kinds of machine mail.

The order of the questions matters: a bounce usually says that it is automatic, too. A machine's
request not to be answered (X-Auto-Response-Suppress) is no sign of a machine: Exchange stamps it
on people's mail.
"""

import re
from dataclasses import dataclass

from mailbot.core.mail.bounces import Report, status_report
from mailbot.core.mail.headers import Headers, without_comments
from mailbot.core.mail.mime import Part, own_parts
from mailbot.core.mail.unlabelled import has_null_path, is_daemon, unlabelled_report
from mailbot.core.model import MessageClass

_AUTO_SUBJECT = re.compile(
    r"^\s*(?:\[[^\]]{1,20}\]\s*)*(?:Automatic reply|Auto(?:matic)?[ -]?(?:reply|response"
    r"|responder)|Autoreply"
    r"|Out of (?:the )?office|OOO\b|On (?:annual )?leave\b|On (?:vacation|holiday)|Away from"
    r"|Vacation (?:reply|notice)"
    r"|I am (?:away|out|on (?:annual )?leave)|Abwesen(?:heit|d)|Automatische (?:Antwort"
    r"|Nachricht)|Automatisch antwoord"
    r"|Réponse automatique|Absence du bureau|Respuesta automática|Fuera de (?:la )?oficina"
    r"|Resposta automática"
    r"|Ausência|Risposta automatica|Fuori (?:sede|ufficio)|Afwezig|Automatiskt? svar|Autosvar"
    r"|Frånvaro|Fravær"
    r"|Automaattinen vastaus|Poissa|Odpowiedź automatyczna|Automatyczna odpowiedź"
    r"|Automatická odpověď"
    r"|Автоматический ответ|Автоответ|Otomatik Yanıt|Automatikus válasz|Ateb awtomatig"
    r"|Allan o'r swyddfa"
    r"|自动(?:回复|答复)|自動(?:応答|返信|回覆)|자동 회신)",
    re.IGNORECASE,
)
_DMARC_FILE = re.compile(r"^[^!\s]+![^!\s]+!\d+!\d+", re.IGNORECASE)
_DMARC_SUBJECT = re.compile(r"^\s*(?:\[[^\]]*\]\s*)?Report[- ]Domain:\s*\S+", re.IGNORECASE)
_ABUSE = re.compile(
    r"this is an? (?:e-?mail )?abuse report|complaint about message from|feedback-type:\s*\w+", re.I
)
_EGRESS = re.compile(
    r"(?:(?:sent|secured|encrypted|protected|using|by|with)\b.{0,80}\b(?:Egress|NHSmail|Mimecast"
    r"|Cisco|Galaxkey|Zivver|Proofpoint|Office 365|Microsoft (?:365|Purview))"
    r"|(?:you(?:['’]ve| have) (?:received |been sent |got )?|sent you )an? (?:\w+ )?(?:secured?"
    r"|encrypted|protected) (?:e-?mail|message)"
    r"|(?:this|the) (?:is|message is|e-?mail is)(?: an?)?(?: (?:egress|galaxkey|zivver|mimecast))?"
    r" (?:encrypted|secured?|protected)(?: e-?mail| message)?)",
    re.IGNORECASE | re.DOTALL,
)
_READ_ELSEWHERE = re.compile(
    r"(?:click|tap|press|follow|use|open)\b.{0,60}\b(?:read|open|view|access|link|button|attach)"
    r"|(?:to|and) (?:read|open|view|access) (?:this|the|your) (?:secure |encrypted "
    r"|protected )?(?:e-?mail|message)"
    r"|read (?:the |this )?(?:secure )?(?:message|e-?mail) (?:online|here)|one-?time pass"
    r"|(?:sign|log) in to (?:read|view|open)|unlock (?:the |your |this )?message"
    r"|^\W*(?:read|view|open) (?:the |your |this )?(?:secure |encrypted |protected )?(?:message"
    r"|e-?mail)\W*$",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
#: A person who writes about such mail; notices speak of nobody as "I".
_PERSON_WRITES = re.compile(
    r"\bi (?:will|have|can|could|am|shall)\b|\bi['’](?:ll|ve|m)\b|\bcan you (?:open|read|access)\b",
    re.IGNORECASE,
)
_SEALED_NAMES = frozenset(
    {"encrypted_message.htm", "encrypted_message.html", "message.rpmsg", "message_v2.rpmsg"}
    | {"message_v3.rpmsg", "message_v4.rpmsg", "securedoc.html", "secureemail.switch"}
)
_SEALED_KINDS = frozenset(
    {"multipart/encrypted", "application/x-microsoft-rpmsg-message", "application/switch"}
)
_SEALED_WORDS = (
    "encrypt",
    "secur",
    "protected",
    "egress",
    "mimecast",
    "zivver",
    "galaxkey",
    "cjsm",
)
#: An encrypted message's notice is short; a person's mail with such a footer is not only that.
NOTICE_CHARS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What is asked about a message besides its parts."""

    headers: Headers
    sender: str | None
    subject: str
    text: str
    own_address: str
    web_form_senders: tuple[str, ...]
    panel_address: str


def classified(root: Part, letterhead: Letterhead) -> Report:
    """Given a message's parts and its head, return its class and, for bounces, the recipients."""
    return (
        status_report(root, by_daemon=is_daemon(letterhead.headers))
        or _by_its_parts(root, letterhead)
        or _by_its_machine(root, letterhead)
        or Report(_by_its_sender(root, letterhead))
    )


def _by_its_parts(root: Part, letterhead: Letterhead) -> Report | None:
    if _is_machine_report(root, letterhead):
        return Report(MessageClass.MACHINE_REPORT)
    if any(part.kind == "message/disposition-notification" for part in own_parts(root)):
        return Report(MessageClass.DELIVERY_RECEIPT)
    if _is_calendar_reply(root):
        return Report(MessageClass.CALENDAR_REPLY)
    return None


def _by_its_machine(root: Part, letterhead: Letterhead) -> Report | None:
    headers = letterhead.headers
    if letterhead.sender and letterhead.sender in letterhead.web_form_senders:
        return Report(MessageClass.WEB_FORM)  # whatever its headers say (process, section 2)
    away = _says_away(headers, letterhead.subject)
    if is_daemon(headers) or not away:
        report = unlabelled_report(headers, letterhead.text, letterhead.own_address)
        if report:
            return report
    if away or is_automatic(headers):
        # A gateway that holds somebody's encrypted mail says truly that it is a machine.
        sealed = not away and is_sealed(root, letterhead.text)
        kind = MessageClass.ENCRYPTED_PLACEHOLDER if sealed else MessageClass.AUTO_REPLY
        return Report(kind)
    return Report(MessageClass.BULK) if _is_bulk(headers) else None


def _by_its_sender(root: Part, letterhead: Letterhead) -> MessageClass:
    if letterhead.sender and letterhead.sender == letterhead.panel_address.lower():
        return MessageClass.PANEL_REPLY
    if is_sealed(root, letterhead.text):
        return MessageClass.ENCRYPTED_PLACEHOLDER
    return MessageClass.PERSONAL


def is_automatic(headers: Headers) -> bool:
    """Say whether headers declare a machine's answer (RFC 3834 and common vendors' habits)."""
    submitted = without_comments(headers.first("auto-submitted")).split(";")[0].strip().lower()
    if submitted.startswith("auto-") and submitted != "auto-forwarded":
        return True
    precedence = headers.first("precedence").strip().lower()
    if precedence in {"auto_reply", "auto-reply", "autoreply"}:
        return True
    if "autoresponder" in headers.first("delivered-to").lower():
        return True
    if "autoresponder" in headers.first("x-post-messageclass").lower():
        return True
    return any(
        headers.has(name) and headers.first(name).strip().lower() not in {"no", "false", "0"}
        for name in (
            "x-autoreply",
            "x-auto-reply",
            "x-autorespond",
            "x-autoresponder",
            "x-autoreply-from",
            "x-mail-autoreply",
            "x-autogenerated",
            "x-fc-machinegenerated",
        )
    )


def is_away_subject(subject: str) -> bool:
    """Given a decoded subject, say whether it is one of those that absence notes bear."""
    return bool(_AUTO_SUBJECT.match(subject))


def _says_away(headers: Headers, subject: str) -> bool:
    answers = (
        headers.has("in-reply-to")
        or headers.has("references")
        or has_null_path(headers)
        or headers.has("x-ms-exchange-inbox-rules-loop")
        or is_automatic(headers)
    )
    return answers and is_away_subject(subject)


def _is_bulk(headers: Headers) -> bool:
    if any(headers.has(name) for name in ("list-id", "list-unsubscribe", "list-post")):
        return True
    return headers.first("precedence").strip().lower() in {"bulk", "list", "junk"}


def _is_machine_report(root: Part, letterhead: Letterhead) -> bool:
    parts = own_parts(root)
    if any(
        part.kind
        in {"message/feedback-report", "application/tlsrpt+gzip", "application/tlsrpt+json"}
        for part in parts
    ):
        return True
    if root.parameter("report-type").lower() in {"feedback-report", "tlsrpt"}:
        return True
    if _DMARC_SUBJECT.match(letterhead.subject):
        return True
    if any(_DMARC_FILE.match(part.name) for part in parts):
        return True
    complaint = letterhead.headers.has("x-hmxmroriginalrecipient")
    complaint = complaint or letterhead.headers.has("x-loop-fbl")
    enclosed = any(part.kind in {"message/rfc822", "text/rfc822-headers"} for part in parts)
    return complaint or (enclosed and bool(_ABUSE.search(letterhead.text[:2_000])))


def _is_calendar_reply(root: Part) -> bool:
    for part in own_parts(root):
        if part.kind == "text/calendar":
            method = part.parameter("method").upper()
            found = re.search(r"^METHOD:(\w+)", part.text(100_000), re.M | re.I)
            if method in {"REPLY", "COUNTER"} or (
                found and found[1].upper() in {"REPLY", "COUNTER"}
            ):
                return True
    return False


def is_sealed(root: Part, text: str) -> bool:
    """Say whether what matters in a message is encrypted, or lies elsewhere behind a link."""
    for part in own_parts(root):
        if part.kind in _SEALED_KINDS or part.name.lower() in _SEALED_NAMES:
            return True
        if part.kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
            return True
        if part.name.lower().endswith((".rpmsg", ".switch")):
            return True
    if len(text) > NOTICE_CHARS:
        return False
    lower = text.lower()
    if not any(word in lower for word in _SEALED_WORDS):
        return False
    if _PERSON_WRITES.search(text):
        return False
    return bool(_EGRESS.search(text) and _READ_ELSEWHERE.search(text))
