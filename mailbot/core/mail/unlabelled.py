"""Delivery reports that follow no standard: known by who sent them together with what they say.

Never by their words alone: people write about undelivered mail too. The word lists come from
what mail servers of four decades and a dozen languages really write.
"""

import re

from mailbot.core.mail.bounces import (
    ADDRESS,
    COPY_BELOW,
    RECIPIENTS,
    STATUS,
    TEXT_BYTES,
    Report,
    recipient_in_block,
    report_text,
)
from mailbot.core.mail.headers import Headers, unworded
from mailbot.core.mail.trimming import own_words
from mailbot.core.model import Bounced, MessageClass

_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|post?_?master|poostmaster|mail[-_. ]?daemon|mdaemon|bounce[-_.]?daemon"
    r"|mail\s?deliver\w*\s?(?:sub)?[-_. ]?system|mail\.delivery\.system|delivery[-_ ]subsystem"
    r"|system administrator|mail administrator|mailadmin|mail[-_ ]?server@|internet mail delivery"
    r"|mail router|smtp(?:[-_ ]?server|d)?@|microsoft exchange|microsoftexchange[0-9a-f]{16}"
    r"|mail delivery|delivery service|qmgr@|amavis|vpopmail",
    re.IGNORECASE,
)
_NULL_PATH = re.compile(r"^<?\s*(?:mailer-daemon|double-bounce|postmaster)?(?:@[^>]*)?>?$", re.I)

_SUBJECT = re.compile(
    r"undeliver|not? (?:be )?deliver|non-?delivery|delivery (?:status notification|failure"
    r"|failed|report"
    r"|error|problem|warning|has failed|notification|unsuccessful|incomplete)|mail failure"
    r"|malformed|deliver(?:y|ed) .{0,20}fail"
    r"|fail(?:ed|ure) (?:mail|notice|delivery|to deliver|report)|return(?:ed"
    r"|ing) (?:(?:e-?)?mail|message|to sender)"
    r"|mail (?:failed|delivery|not delivered|error|system error|could not)|message (?:not delivered"
    r"|status|delivery|could not|rejected|you sent blocked)|could not (?:send|be (?:delivered"
    r"|sent))|bounce"
    r"|user unknown|unknown (?:user|recipient|address)|address (?:unknown|not found|error)"
    r"|no such user"
    r"|unzustellbar|nicht zugestellt|zustellung|unknown local part|email address (?:problem|change)"
    r"|non remis|échec de (?:la )?remise|non distribu|retourn|mancat[ao] (?:consegna|recapito)"
    r"|devuelt|no (?:se )?(?:pudo|ha podido)|error de entrega|não (?:entregue|foi)|falha na entrega"
    r"|olevererbar|ikke leveres|onbestelbaar|niet (?:bezorgd|afgeleverd)|niedoręcz|nie dostarcz"
    r"|недостав|не доставл|возвра|配信|配達|送信(?:でき|エラー|不能)|退信|无法投递"
    r"|errors? from|rejected"
    r"|unable to deliver|problem delivering|delayed|delivery delay|warning: (?:message|could not)"
    r"|mailbox (?:full|unavailable|is full)|quota|anfon wedi methu|smtp (?:error|server)",
    re.IGNORECASE,
)
_STRONG_SUBJECT = re.compile(
    r"^\s*(?:undeliver|non-?delivery|メールエラー|配信(?:不能|エラー)|送信エラー|mail error notif"
    r"|delivery (?:status notification|fail)|returned mail|mail delivery fail"
    r"|failure notice|failed mail|delivery has failed|unzustellbar|undelivered mail)",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"(?:could|can|was|has|have|were|is|be)(?: ?not|n['’]t) (?:be |been "
    r"|able to )*(?:be )?(?:deliver|reach|sent)"
    r"|(?:unable|not able|failed|impossible) to (?:be )?(?:deliver|send|reach|contact)"
    r"|did(?: not|n['’]t) reach"
    r"|deliver[ey]y? (?:has |to .{0,90})?(?:failed|aborted|was aborted|unsuccessful)|undeliver"
    r"|(?:permanent|fatal|unrecoverable|delivery) (?:fatal )?error|(?:address(?:es|\(es\))?"
    r"|recipients?) (?:has |have |had )?failed"
    r"|user (?:is )?(?:unknown|not (?:found|known)|does ?n[o']t exist)|unknown (?:user|recipient"
    r"|local|address|host)"
    r"|no (?:such|valid|mailbox|user) ?(?:user|recipient|address|mailbox|here|by that)?"
    r"|over (?:its |disk )?quota"
    r"|mailbox (?:is )?(?:full|unavailable|not found|disabled|has exceeded)|quota (?:exceeded"
    r"|violation)"
    r"|exceeded .{0,30}quota|account (?:is|has been) (?:disabled|over|locked|closed|full)"
    r"|rejected (?:by|your|the|for)"
    r"|(?:following|these) (?:address|recipient|e-?mail)|transcript of (?:the )?session"
    r"|returned (?:mail|message|to sender)"
    r"|reason for (?:failure|return)|failure reasons?|message (?:was|has been|is) (?:rejected"
    r"|returned|blocked|bounced)"
    r"|(?:^|\s|<)5\d\d[ -]#?5?\.?\d?\.?\d?|\b5\.\d\.\d{1,3}\b|invalid (?:final|user|recipient"
    r"|address|mailbox)"
    r"|not listed in|not exist|domain (?:does not|not)|host unknown|relay(?:ing)? (?:denied|not)"
    r"|non[- ]delivery|bounced|expired|timed? ?out|no longer (?:valid|exists|active|available"
    r"|in use)"
    r"|konnte[n]? nicht|nicht zugestellt|n['’]a pas (?:pu|été)|n['’]ont pas|impossible de"
    r"|no (?:pudo|ha podido|se pudo|fue)"
    r"|não (?:pôde|foi possível|pode|existe)|non è stato|impossibile|kunde inte|kunne ikke"
    r"|nie może|не удалось"
    r"|невозможно|не (?:было|был) доставлен"
    r"|送信でき|配信でき|配信エラー|送れま|届けられ|見つかりま|失敗|无法|退回|退信|전송|실패",
    re.IGNORECASE | re.MULTILINE,
)
_DELAYED = re.compile(
    r"(?:has been|was|is|been) (?:temporarily )?delayed|not yet (?:been )?(?:be )?deliver"
    r"|still (?:trying|being|in (?:the )?queue)"
    r"|warning message only|this is (?:just |only )?a warning|just a warning|will (?:be retried"
    r"|continue to (?:try|attempt|be)|keep trying)"
    r"|delivery delay|do not need to resend|not need to resend|temporar(?:y|ily) (?:fail|unable"
    r"|error)|delayed (?:mail|delivery)"
    r"|could not (?:yet )?be delivered (?:yet|immediately|within|for the (?:last|past))|retr(?:y"
    r"|ies|ied) (?:for|until)"
    r"|verzögert|retardé|retrasad|отложен",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"permanent (?:fatal )?error|given up|giving up|this is a permanent|has failed|was aborted"
    r"|returned to sender"
    r"|no longer be (?:tried|queued)|(?:^|\s)55\d[ -]|\b5\.\d\.\d{1,3}\b"
    r"|removed from (?:the )?queue|user unknown",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_RECIPIENT = re.compile(
    r"^(?:postmaster|mailer-daemon|abuse|support|helpdesk|help|admin|administrator|info|noreply"
    r"|no-reply|mdaemon)@"
    r"|^\d+\.\d+@|\.(?:png|jpe?g|gif)$",
    re.IGNORECASE,
)
_NAMED_RECIPIENT = re.compile(
    r"\b(?:RCPT TO:|(?:final|original)[- ]recipient:?\s{0,3}(?:rfc822;)?|SMTP=|(?:^|\n)to:"
    r"|recipients?(?:\(s\))?[\s:,]"
    r"|(?:address(?:es|\(es\))?|user|mailbox|userid|message|deliver(?:ed|y|able)?|attempts"
    r"|addressed|for)(?: to| for)?[\s:,])"
    r"\s{0,8}['\"<(]?(?P<address>" + ADDRESS.pattern + ")",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_OF_ADDRESS = re.compile(
    r"^[ \t*>|•-]{0,12}[<\"'(]?(?:mailto:)?(?P<address>"
    + ADDRESS.pattern
    + r")[>\"')]?(?=\s*$|[ \t]*[:.,;<\[(-]|\s+(?:on|\d|is|was|fail|un|no|not|does)|\.\.\.)",
    re.IGNORECASE | re.MULTILINE,
)


def unlabelled_report(headers: Headers, text: str, own_address: str) -> Report | None:
    """Given a message without an RFC 3464 part, return what it reports, or None if it does not.

    `text` is its whole text; `own_address` is never a recipient.
    """
    failed_header = headers.first("x-failed-recipients")
    if not failed_header and not _may_report(headers):
        return _notification(text) or _passed_on(headers, text) or _list_refusal(headers, text)
    head = report_text(text)
    if not failed_header and not _is_report(headers, head):
        return None
    addresses = tuple(a.lower() for a in ADDRESS.findall(failed_header)[:RECIPIENTS])
    author = {a.lower() for a in ADDRESS.findall(headers.first("from"))}
    others = author | {own_address.lower()}
    addresses = addresses or recipients_in(head, others) or recipients_in(text, others)
    subject = unworded(headers.first("subject"))
    delayed = _DELAYED.search(f"{subject}\n{head}") and not _GIVEN_UP.search(head)
    found = STATUS.search(head)
    status = found[1] if found else ""
    kind = MessageClass.DELAY_NOTICE if delayed else MessageClass.BOUNCE
    bounced = (Bounced(address=a, permanent=not delayed, status=status) for a in addresses)
    return Report(kind, tuple(bounced))


def is_daemon(headers: Headers) -> bool:
    """Say whether the From header names a mail server's own address."""
    author = unworded(headers.first("from"))
    return not author.strip() or author.strip() == "<>" or bool(_DAEMON.search(author))


def has_null_path(headers: Headers) -> bool:
    """Say whether it came with an empty return path (RFC 5321, 4.5.5), as machines send."""
    return any(_NULL_PATH.match(value.strip()) for value in headers.all("return-path"))


_NOTIFICATION = re.compile(
    r'^\s*\{\s*"(?:notification|event)Type"\s*:\s*"(Bounce|Complaint|Delivery)"'
)
_JSON_ADDRESS = re.compile(r'"emailAddress"\s*:\s*"([^"\s]{3,320})"')
_BEGUN_FORWARD = re.compile(r"^\s*(?:fwd?|wg|tr|rv)\s?:\s*(.{0,300})", re.IGNORECASE)
_FIELDS_QUOTED = re.compile(r"^[> \t]*Action:[ \t]*failed\b", re.IGNORECASE | re.MULTILINE)
_REFUSED = re.compile(
    r"you (?:\S+ )?are not (?:a )?member|not allowed to post|duplicated message-id|loop alert"
    r"|only members may post",
    re.IGNORECASE,
)
#: Somebody who passes a bounce on and adds no more than this has only passed it on.
ADDED_CHARS = 60


def _notification(text: str) -> Report | None:
    """Read the JSON that mail services post about a letter (Amazon SES by SNS)."""
    found = _NOTIFICATION.match(text)
    if found is None:
        return None
    if found[1] == "Complaint":
        return Report(MessageClass.MACHINE_REPORT)
    if found[1] == "Delivery":
        return Report(MessageClass.DELIVERY_RECEIPT)
    addresses = dict.fromkeys(a.lower() for a in _JSON_ADDRESS.findall(text[:TEXT_BYTES]))
    permanent = '"bounceType":"Permanent"' in text.replace(" ", "")
    bounced = tuple(Bounced(address=a, permanent=permanent) for a in addresses)
    return Report(MessageClass.BOUNCE, bounced[:RECIPIENTS])


def _passed_on(headers: Headers, text: str) -> Report | None:
    """A bounce that somebody forwarded without a word of their own is still that bounce."""
    forwarded = _BEGUN_FORWARD.match(unworded(headers.first("subject")))
    if not forwarded or not _STRONG_SUBJECT.match(forwarded[1]):
        return None
    if not _FIELDS_QUOTED.search(text) or len(own_words(text)) > ADDED_CHARS:
        return None
    quoted = "\n".join(line.lstrip("> \t") for line in text[:TEXT_BYTES].split("\n"))
    entries = [entry for block in quoted.split("\n\n") if (entry := recipient_in_block(block))]
    bounced = [one for action, found in entries if action == "failed" for one in found]
    return Report(MessageClass.BOUNCE, tuple(dict.fromkeys(bounced)))


def _list_refusal(headers: Headers, text: str) -> Report | None:
    if not headers.has("x-mlserver") and not headers.has("list-id"):
        return None
    subject = unworded(headers.first("subject"))
    refused = _REFUSED.search(f"{subject}\n{text[:500]}")
    return Report(MessageClass.BOUNCE) if refused else None


def _may_report(headers: Headers) -> bool:
    """Ask first what costs little: most mail is from people."""
    subject = unworded(headers.first("subject"))
    return is_daemon(headers) or has_null_path(headers) or bool(_STRONG_SUBJECT.match(subject))


def _is_report(headers: Headers, head: str) -> bool:
    subject = unworded(headers.first("subject"))
    named = bool(_SUBJECT.search(subject))
    says = bool(_FAILED.search(head) or _DELAYED.search(head))
    if is_daemon(headers):
        return named or says
    if has_null_path(headers) and not headers.has("in-reply-to"):
        return named or (says and bool(STATUS.search(head) or COPY_BELOW.search(head)))
    return bool(_STRONG_SUBJECT.match(subject)) and says and not headers.has("in-reply-to")


def recipients_in(text: str, others: set[str]) -> tuple[str, ...]:
    """Given a report's text, return the addresses it is about; `others` are never meant."""
    for pattern in (_LINE_OF_ADDRESS, _NAMED_RECIPIENT, ADDRESS):
        found = (
            match["address"] if pattern.groups else match[0] for match in pattern.finditer(text)
        )
        wanted = dict.fromkeys(address.rstrip(".").lower() for address in found)
        kept = [a for a in wanted if a not in others and not _NOT_RECIPIENT.search(a)]
        if kept:
            return tuple(kept[:RECIPIENTS])
    return ()
