"""The sender's own words: a text without quotes, signatures, banners and footers.

`own_words` is a view for people and for forms: where nothing would be left, it is the whole text.
`typed_words` is for what moves a case (labelled lines, a nil return in words) and may be empty.
Both work line by line in linear time.
"""

import re

#: Longer texts are trimmed up to here only; nobody types that much above a quote.
LINES = 5_000
#: So much of a line is enough to know a banner or a footer by.
LINE_CHARS = 300

# --- tables -----------------------------------------------------------------------------------

_FROM = (
    "From|Von|De|Da|Van|Od|Från|Fra|Lähettäjä|Feladó|От|От кого|Від|De la|Kimden|Από|Expéditeur"
    "|Remitente|Mittente|发件人|寄件者|差出人|보낸 사람|Oddiwrth"
)
_OTHER = (
    "Sent|Date|To|Cc|Bcc|Subject|Reply-To|Importance|Sensitivity|Attachments|When|Where"
    "|Gesendet|Datum|An|Kopie|Betreff|Antwort an"
    "|Envoyé|Envoyé le|À|A|Objet|Répondre à|Copie à|Enviado|Enviado el|Para|Asunto|Fecha|Assunto"
    "|Data"
    "|Enviada em|Inviato|Oggetto|Verzonden|Aan|Onderwerp|Skickat|Till|Ämne|Sendt|Til|Emne|Dato"
    "|Wysłano|Wysłane|Do|Temat|DW|Odesláno|Komu|Předmět|Kopie|Lähetetty|Vastaanottaja|Aihe"
    "|Отправлено|Дата|Кому|Тема|Копия|Надіслано|Elküldve|Címzett|Tárgy|Gönderildi|Kime|Konu"
    "|Ημερομηνία|Προς|Θέμα|发送时间|收件人|主题|抄送|日期"
    "|送信日時|宛先|件名|보낸 날짜|받는 사람|제목"
    "|Anfonwyd|At|Pwnc"
)
_FROM_LINE = re.compile(rf"^\*?(?:{_FROM})\s?:\*?\s*\S", re.IGNORECASE)
_OTHER_LINE = re.compile(rf"^\*?(?:{_OTHER})\s?:\*?(?:\s|$)", re.IGNORECASE)

_SEPARATOR = re.compile(
    r"^\*?-{2,}\s*(?:Original(?: |-)?(?:Message|Appointment|-Nachricht)|Forwarded (?:message"
    r"|by .{1,80})"
    r"|Begin forwarded message|Reply message|Ursprüngliche (?:Nachricht|E-Mail)|Originalnachricht"
    r"|Weitergeleitete (?:Nachricht|E-Mail)|Message (?:d'origine|original|transféré|transmis)"
    r"|Message d.origine|Mensaje original|Mensaje reenviado|Mensagem original|Messaggio originale"
    r"|Messaggio inoltrato|Oorspronkelijk bericht|Doorgestuurd bericht|Ursprungligt meddelande"
    r"|Opprinnelig melding|Oprindelig meddelelse|Wiadomość oryginalna|Oryginalna wiadomość"
    r"|Původní zpráva|Alkuperäinen viesti|Исходное сообщение|Пересылаемое сообщение"
    r"|Neges (?:Wreiddiol|wreiddiol))\s*-{2,}\*?$",
    re.IGNORECASE,
)
_BEGIN_FORWARDED = re.compile(
    r"^(?:Begin forwarded message|Anfang der weitergeleiteten (?:Nachricht|E-Mail)"
    r"|Début du message (?:transféré|réexpédié)|Inicio del mensaje reenviado)\s?:$",
    re.IGNORECASE,
)

_OPENING = re.compile(
    r"^-*\s*(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|W dniu|Dne|På|Ar|Em|Pe|Na|U|Στις|В|Le)\s.{0,120}?\d"
    r"|^-*\s*(?:On|Le|Am|El|Il|Op|Em|Den|På|Ar)\s+(?:\w{2,12}\.?,?)\s"
    r"|^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:\b(?:wrote|writes|a écrit|écrit|schrieb|schreef|ha scritto|scrisse|escribió|escreveu"
    r"|skrev|napsal(?:\(a\))?|napisał(?:\(a\))?|napisał|geschreven|kirjoitti|ysgrifennodd"
    r"|написал(?:а)?"
    r"|пише|пишет|έγραψε|írta|yazdı)\b|napisał\(a\)).{0,200}:\s*$"
    r"|\bwrote\s+-{2,}$",
    re.IGNORECASE,
)
_HOUR = re.compile(r"\d[:.h]\s?\d\d|@")
#: "2026-11-23 9:05 GMT+00:00 A Name <a@b>:", with no verb at all.
_DATED = re.compile(r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}\s.{0,160}<[^<>]{3,120}>:?$")
_SOMEONE_WROTE = re.compile(r"^.{0,100}<[^<>\s]{1,100}@[^<>\s]{1,100}>\s+wrote:$")

_QUOTED = re.compile(r"^\s?(?:[A-Z]{0,3}>|\|\s|\|$)")

_MOBILE = re.compile(
    r"^(?:Sent (?:from|via|using) (?:my |a |the )?(?:\w+ )?(?:iPhone|iPad|iOS|Android|Samsung"
    r"|Galaxy"
    r"|BlackBerry|Windows|mobile|phone|Outlook|Yahoo|Mail|Proton|Gmail|Huawei|Xiaomi|Nokia|Work)"
    r"|Get Outlook for|Yahoo Mail:|Von meinem .{2,30} gesendet|Gesendet (?:von|mit|über)"
    r"|Envoyé de(?:puis)? mon|Envoyé à partir|Télécharger Outlook|Obtener Outlook"
    r"|Enviado d(?:esde|e)"
    r"|Inviato da|Verzonden vanaf|Verstuurd vanaf|Sendt fra|Skickat från|Hämta Outlook|Wysłane z"
    r"|Odesláno z|Lähetetty |Отправлено с|Outlook für|Outlook voor|Anfonwyd o)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(?:--|—|__)\s?$")
_RULE = re.compile(r"^(?:_{8,}|-{20,}|\*{8,}|={8,})$")

_FOOTER = re.compile(
    r"^[*\s_\"(\[]*(?:This (?:e-?mail|message|communication|transmission)(?: message)?"
    r"(?:,| and| is| may| contains| has been| was| \(|, including| \w+ confidential)"
    r"|This (?:e-?mail|message) is (?:confidential|intended|private|for)"
    r"|The (?:information|contents?)(?: contained)? (?:in|of) this (?:e-?mail|message"
    r"|communication)"
    r"|(?:E-?mail )?(?:Legal )?Disclaimer\b|(?:E-?mail )?Confidentiality (?:Notice|Statement"
    r"|Warning)"
    r"|Privileged and|Private and confidential[:.]|If you (?:are not|have received) (?:the|this)"
    r"|If you received this (?:e-?mail|message) in error"
    r"|NHSmail is the secure|Before printing|Please consider the environment"
    r"|(?:Security and )?Privacy notice:|Any (?:views|opinions)(?: or opinions)? (?:expressed"
    r"|presented)"
    r"|All (?:e-?mail|messages?|communications) (?:sent|may be|traffic)|IMPORTANT NOTICE:"
    r"|Information in this (?:message|e-?mail)|Diese (?:E-?Mail|Nachricht) (?:enthält|ist)"
    r"|Ce (?:message|courriel) (?:est|et)|Mae'r (?:e-?bost|neges) hwn)",
    re.IGNORECASE,
)
_FOOTER_WORDS = re.compile(
    r"confidential|privileged|intended|recipient|in error|disclos|virus|views|environment"
    r"|NHSmail|vertraulich|confidentiel|cyfrinachol|monitor|printing|disclaimer|encrypt",
    re.IGNORECASE,
)

_BANNER = re.compile(
    r"^[\[*!\s<]*(?:(?:CAUTION|WARNING|ATTENTION|EXTERNAL(?: E-?MAIL| SENDER| MESSAGE)?|NOTICE|STOP"
    r"|BE CAREFUL|SECURITY|THINK)\b[\]*!\s:.–-]*(?:$|this|the|do not|e-?mail|external|outside|be"
    r"|\*)"
    r"|\[?EXTERNAL(?: E-?MAIL| SENDER)?\]"
    r"|(?:This|The) (?:e-?mail|message|sender)(?: has| was)?(?: been)? (?:originat\w+|sent|come"
    r"|came"
    r"|received|is)(?: from)?(?: an?)?(?: external| outside)"
    r"|(?:Some people who received this message|You) don.t often get e-?mail from"
    r"|External (?:sender|e-?mail)\b"
    r"|\*+ ?(?:External|Caution))",
    re.IGNORECASE,
)
_BANNER_GOES_ON = re.compile(
    r"click|links?\b|attachment|recogni[sz]e|content is safe|organi[sz]ation|phishing|suspicious"
    r"|unless you|external|outside|why this is important|report it|service ?desk|sender",
    re.IGNORECASE,
)
_ONLY_MARKS = re.compile(r"^[\W_ᐧ]*$")
#: The line that ends every letter of ours (references.token_line).
_OUR_LAST_LINE = re.compile(r"^Our reference:\s*[A-Z]{2,4}[-.][\dA-Z]", re.IGNORECASE)


# --- the way through --------------------------------------------------------------------------


def own_words(text: str) -> str:
    """Given a whole text, return the sender's own words; never empty when the text is not.

    Answers between quoted lines are kept, the quoted lines are not.
    """
    whole = text.strip()
    lines = [line.rstrip() for line in text.split("\n", LINES)[:LINES]]
    lines = _without_banner(lines)
    lines = _without_copy_below(lines)
    lines = _without_quotes(lines)
    lines = _without_signature(lines)
    lines = _without_footer(lines)
    kept = "\n".join(line for line in lines if not _MOBILE.match(line.strip())).strip()
    return whole if not kept or _ONLY_MARKS.match(kept) else _without_last_marks(kept)


def typed_words(text: str) -> str:
    """Given a whole text, return only what the sender typed above any quote or forwarded mail.

    May be empty. Stricter than `own_words`: it ends at the first quoted line, attribution or
    copied header, and is empty where a letter of ours stands in it without any such mark.
    """
    lines = [line.rstrip() for line in text.split("\n", LINES)[:LINES]]
    lines = _without_banner(lines)
    ends = (index for index in range(len(lines)) if _copy_may_begin(lines, index))
    lines = lines[: next(ends, len(lines))]
    if holds_our_letter("\n".join(lines)):
        return ""
    lines = _without_footer(_without_signature(lines))
    return "\n".join(line for line in lines if not _MOBILE.match(line.strip())).strip()


def holds_our_letter(text: str) -> bool:
    """Given some text, say whether a letter of ours stands in it, not marked as a quote.

    Then it is not the sender's, whatever it looks like.
    """
    return any(_OUR_LAST_LINE.match(line.strip()) for line in text.split("\n", LINES)[:LINES])


def is_marked(text: str) -> bool:
    """Given a whole text, say whether a copy of an earlier message is recognised in it."""
    lines = text.split("\n", LINES)[:LINES]
    return any(
        _QUOTED.match(line) or _copy_begins(lines, index) or _attribution_end(lines, index)
        for index, line in enumerate(lines)
    )


def _bare(line: str) -> str:
    return line.strip().lstrip("> ").strip()


def _without_banner(lines: list[str]) -> list[str]:
    """Take "this came from outside" off the top, where gateways put it."""
    begin = next((i for i, line in enumerate(lines) if line.strip()), None)
    if begin is None or not _BANNER.match(lines[begin].strip()[:LINE_CHARS]):
        return lines
    end = begin + 1
    while end < len(lines) and end < begin + 8 and lines[end].strip():
        if not _BANNER_GOES_ON.search(lines[end]):
            break
        end += 1
    return _without_banner(lines[end:]) if end < len(lines) else lines


def _copy_begins(lines: list[str], index: int) -> bool:
    """Say whether a header block ("From: Sent: To: Subject:") or a separator stands here."""
    line = _bare(lines[index])
    if len(line) > 400:
        return False
    if _SEPARATOR.match(line) or _BEGIN_FORWARDED.match(line):
        return True
    if not _FROM_LINE.match(line):
        return False
    following = [_bare(later) for later in lines[index + 1 : index + 9]]
    return sum(bool(_OTHER_LINE.match(later)) for later in following) >= 2


def _copy_may_begin(lines: list[str], index: int) -> bool:
    """Say whether anything stands here with which a quote or a forwarded mail may begin."""
    if _QUOTED.match(lines[index]) or _copy_begins(lines, index):
        return True
    if _attribution_end(lines, index):
        return True
    line = _bare(lines[index])
    if len(line) > 400 or not _FROM_LINE.match(line):
        return False
    near = (*lines[max(0, index - 2) : index], *lines[index + 1 : index + 9])
    return "@" in line or any(_OTHER_LINE.match(_bare(other)) for other in near)


def _without_copy_below(lines: list[str]) -> list[str]:
    """Cut at the first copied message; a mail that begins with one is that copy."""
    for index in range(len(lines)):
        if not _copy_begins(lines, index):
            continue
        above = lines[:index]
        while above and (not above[-1].strip() or _RULE.match(above[-1].strip())):
            above.pop()
        if _says_something(above):
            return above
        return _after_header_block(lines, index)
    return lines


def _says_something(lines: list[str]) -> bool:
    """Say whether there is more than a sent-from line, a banner or marks."""
    return any(
        not _ONLY_MARKS.match(line) and not _MOBILE.match(line.strip())
        for line in lines
        if line.strip()
    )


def _after_header_block(lines: list[str], index: int) -> list[str]:
    begin = index
    while begin < len(lines) and (
        not lines[begin].strip() or _copy_begins(lines, begin) or _RULE.match(lines[begin].strip())
    ):
        if _FROM_LINE.match(_bare(lines[begin])):
            break
        begin += 1
    while begin < len(lines) and lines[begin].strip():
        begin += 1
    return lines[begin:] if _says_something(lines[begin:]) else lines


def _attribution_end(lines: list[str], index: int) -> int:
    """Given where "On ... wrote:" may begin, return the index after it, or 0."""
    first = _bare(lines[index])
    if not first or len(first) > 400:
        return 0
    if _SOMEONE_WROTE.match(first):
        return index + 1
    if not _OPENING.match(first):
        return 0
    joined = ""
    for end in range(index, min(index + 7, len(lines))):
        line = _bare_end(lines[end])
        if len(joined) + len(line) > 500 or (end > index and _OPENING.match(line)):
            return 0
        joined = f"{joined} {line}".strip()
        # "On 12 November the nurse wrote:" is a story; an attribution has an hour or an address.
        if _DATED.match(joined) or (_HOUR.search(joined) and _CLOSING.search(joined[-260:])):
            return end + 1
    return 0


def _bare_end(line: str) -> str:
    # "> wrote:" ends an attribution that a client broke before the bracket: no quote.
    line = line.strip()
    return line if re.match(r"^>\s?\w+:$", line) else line.lstrip("> ").strip()


def _without_quotes(lines: list[str]) -> list[str]:
    """Take out attributions and the quotes under them; keep what was typed between them."""
    kept: list[str] = []
    index = 0
    while index < len(lines):
        if end := _attribution_end(lines, index):
            quoted_next = _quoted_next(lines, end)
            if not quoted_next and _says_something(kept):
                return kept
            index = end
        elif _QUOTED.match(lines[index]):
            index += 1
        else:
            kept.append(lines[index])
            index += 1
    return kept


def _quoted_next(lines: list[str], index: int) -> bool:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index < len(lines) and bool(_QUOTED.match(lines[index]))


def _without_signature(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        mark = line.strip()
        ruled = mark.startswith("_") and _RULE.match(mark) and _ends_soon(lines, index)
        if ruled or _SIGNATURE.match(mark):
            above = lines[:index]
            if _says_something(above):
                return above
    return lines


def _ends_soon(lines: list[str], index: int) -> bool:
    return sum(bool(later.strip()) for later in lines[index + 1 :]) <= 8


def _without_footer(lines: list[str]) -> list[str]:
    """Cut at a confidentiality footer, if it is one by its first line and by its words."""
    for index, line in enumerate(lines):
        if index and lines[index - 1].strip() and not _RULE.match(lines[index - 1].strip()):
            continue  # footers are paragraphs of their own
        if not _FOOTER.match(line.strip()[:LINE_CHARS]):
            continue
        if _FOOTER_WORDS.search(" ".join(lines[index : index + 4])[:1_000]):
            above = lines[:index]
            while above and (not above[-1].strip() or _RULE.match(above[-1].strip())):
                above.pop()
            if _says_something(above):
                return above
    return lines


def _without_last_marks(text: str) -> str:
    lines = text.split("\n")
    while lines and _ONLY_MARKS.match(lines[-1]) and len(lines) > 1:
        lines.pop()
    return "\n".join(lines).strip()
