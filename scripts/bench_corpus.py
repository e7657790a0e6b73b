"""A shared mailbox as it might be found on a Monday morning, made up from a seed.

The same seed gives the same bytes. Every person, address and incident is invented. Beside each
mail stands what must become of it, so that a measurement can tell whether it was also right.
"""

import base64
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from html import escape

from mailbot.core.model import Agency, AgencyCode, Area, CaseRef, LetterKey
from mailbot.core.references import (
    form_token,
    letter_token,
    message_id_for,
    new_reference,
    nonce_for,
    token_line,
)
from mailbot.paperwork import return_form
from scripts.bench_leaflet import leaflet_of
from tests.forms_kit import FINDINGS, NIL, NOTIFICATION, WORD, Answer, filled, template

#: Kind of mail -> how many of a hundred are of it.
SHARES: Mapping[str, int] = {
    "notification": 3,
    "reply": 12,  # to a letter of ours, in words
    "return": 13,  # to a letter of ours, with the return form as a Word file
    "reference": 15,  # the case's reference in the subject, and no thread
    "form only": 1,  # a child's name and date of birth on a form, and nothing else
    "out of office": 10,
    "bounce": 5,
    "unrelated": 41,
}
#: What must become of a mail besides being linked to a case, which its reference says.
NEW, ALONE = "new", ""
CASES = 500
YEAR = 2026
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday
ASKED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # the Friday before

_FORENAMES = (
    "Aster Bryony Calla Dillon Elowen Fern Garnet Hazel Indigo Juniper Kestrel Linden Marlow "
    "Nerys Orrin Peregrine Quill Rowan Sorrel Tamsin Umber Vesper Willa Xanthe Yarrow Zephyr "
    "Bramble Clover Damson Ember Flint Gorse Heath Ivo Jessamy Kit Lark Myrtle Nettle Oak"
).split()
_SURNAMES = (
    "Abbeyfield Birchall Coldwell Dunmore Eastlake Fairhurst Greenhalgh Holloway Inglefield "
    "Jessop Kirkbride Langthorne Millbank Northwood Oldershaw Pemberley Quarrington Ravenhill "
    "Stanmore Thornbury Underhill Vallance Westerdale Yelverton Ashcombe Brightwell Crossley "
    "Dalewood Elmhirst Foxley Gresham Hartwell Islip Kenway Larkhill Merriden Netherby Overton "
    "Pickford Rushmere"
).split()
_WORDS = (
    "agenda autumn board booking budget building calendar car chair coffee colleague corridor "
    "course desk diary draft early evening floor folder garden heating hour invoice key kitchen "
    "lamp late library lift lunch map minutes morning notice office order page paper parking "
    "plan poster printer quarter receipt register room rota shelf spring stairs station street "
    "summer table team timetable train training travel visit week window winter"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A case that was open before: its child, and the agencies that were asked about it."""

    ref: CaseRef
    serial: int
    child: str
    born: date
    asked: tuple[AgencyCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One mail and what must become of it: linked to a case, `NEW`, or left `ALONE`.

    `waits` marks the case as a suggestion that a person decides about.
    """

    kind: str
    message_id: str
    mime: bytes
    received_at: datetime
    becomes: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class _Mail:
    """What the making of one mail needs: who writes, about what, when."""

    number: int
    at: datetime
    case: Known
    agency: Agency

    @property
    def message_id(self) -> str:
        return f"<{self.number:06}.{self.at:%H%M%S}@{_domain(self.agency)}>"


class Corpus:
    """Everything that one seed gives. Cases first, then mails in the order they arrive."""

    def __init__(self, area: Area, key: bytes, *, seed: int = 1) -> None:
        """Given the area whose mailbox it is and the key that signs its letters, prepare."""
        self._area, self._key = area, key
        self._chance = random.Random(seed)  # noqa: S311 - nothing secret is made of it
        names = [f"{first} {last}" for first in _FORENAMES for last in _SURNAMES]
        self._names = iter(self._chance.sample(names, len(names)))
        self._noise = self._chance.randbytes(1 << 20)
        self._forms = {name: template(name) for name in ("agency-return", "serious-notification")}
        self._agencies = [agency for agency in area.agencies if agency.ask_by_default]
        self._makers: Mapping[str, Callable[[_Mail], tuple[bytes, str]]] = {
            "notification": self._notification,
            "reply": lambda mail: self._reply(mail, with_form=False),
            "return": lambda mail: self._reply(mail, with_form=True),
            "reference": self._reference,
            "form only": self._form_only,
            "out of office": self._out_of_office,
            "bounce": self._bounce,
            "unrelated": self._unrelated,
        }
        self.cases = tuple(self._case(serial) for serial in range(1, CASES + 1))

    def mails(self, count: int, kinds: Sequence[str] = ()) -> Iterator[Sample]:
        """Yield so many mails, of all kinds in their shares or of the kinds given in turn."""
        order = list(kinds) * (count // len(kinds)) if kinds else _shuffled(self._chance, count)
        for number, kind in enumerate(order, start=1):
            case = self._chance.choice(self.cases)
            agency = self._area.agency(self._chance.choice(case.asked))
            if agency is None:
                raise ValueError("a case asks only agencies of its area")
            mail = _Mail(number, MORNING + timedelta(seconds=4 * number), case, agency)
            mime, becomes = self._makers[kind](mail)
            yield Sample(
                kind=kind,
                message_id=mail.message_id,
                mime=mime,
                received_at=mail.at,
                becomes=becomes,
                waits=kind == "form only",
            )

    def huge(self, size: int) -> Sample:
        """Return a reply to a letter of ours with an attachment, `size` bytes in all."""
        case = self.cases[0]
        agency = self._area.agency(case.asked[0])
        if agency is None:
            raise ValueError("a case asks only agencies of its area")
        mail = _Mail(0, MORNING, case, agency)
        scan = b"%PDF-1.7\n" + self._noise * (size * 3 // 4 // len(self._noise))
        body = _multipart("mixed", mail, [self._words(mail), _file("scan.pdf", "pdf", scan)])
        mime = self._headed(mail, f"Records [{case.ref}]", body, self._thread(mail))
        return Sample(
            kind="reply",
            message_id=mail.message_id,
            mime=mime,
            received_at=mail.at,
            becomes=case.ref,
        )

    # --- kinds

    def _notification(self, mail: _Mail) -> tuple[bytes, str]:
        answers = {
            **NOTIFICATION,
            "child.name": next(self._names),
            "child.date_of_birth": _born(self),
        }
        for name in ("siblings.1.name", "siblings.1.date_of_birth"):
            answers.pop(name)
        form = filled(self._forms["serious-notification"], answers)
        parts = [self._words(mail), _file("notification.docx", WORD, form)]
        # Each from somebody else: too many cases for one sender in a day wait for a person.
        own = f"desk{mail.number}@{_domain(mail.agency)}"
        notifier = own if mail.agency.domains else mail.agency.contacts[0]
        body = _multipart("mixed", mail, parts)
        return self._headed(mail, "Serious incident", body, sender=notifier), NEW

    def _reply(self, mail: _Mail, *, with_form: bool) -> tuple[bytes, str]:
        letter = self._letter(mail)
        body = self._words(mail, quoted=letter)
        if with_form:
            parts = [body, _file("Agency return.docx", WORD, self._return(mail))]
            body = _multipart("mixed", mail, parts)
        subject = f"RE: [EXTERNAL] {self._subject(mail)}"
        if self._chance.random() < 0.25:
            subject = "RE: your letter"
        return self._headed(mail, subject, body, self._thread(mail)), mail.case.ref

    def _reference(self, mail: _Mail) -> tuple[bytes, str]:
        ref = str(mail.case.ref)
        spellings = (f"[{ref}]", ref, ref.lower(), ref.replace("-", " "), f"case {ref}")
        written = self._chance.choices(spellings, weights=(12, 5, 1, 1, 1))[0]
        body = self._words(mail)
        if self._chance.random() < 0.2:
            parts = [body, _file("Return.docx", WORD, self._return(mail, token=False))]
            body = _multipart("mixed", mail, parts)
        return self._headed(mail, f"Update on {written}", body), mail.case.ref

    def _form_only(self, mail: _Mail) -> tuple[bytes, str]:
        answers: dict[str, Answer] = {
            **FINDINGS,
            "child.name": mail.case.child,
            "child.date_of_birth": mail.case.born,
        }
        form = filled(self._forms["agency-return"], answers)
        parts = [self._words(mail), _file("Form.docx", WORD, form)]
        body = _multipart("mixed", mail, parts)
        return self._headed(mail, "Form attached", body), mail.case.ref

    def _out_of_office(self, mail: _Mail) -> tuple[bytes, str]:
        text = "I am away from the office until Monday 30 November.\n"
        headers = ["Auto-Submitted: auto-replied"]
        if self._chance.random() < 0.8:
            headers += self._thread(mail)
        else:
            text += "\n" + _quoted(self._letter(mail))
        subject = f"Automatic reply: {self._subject(mail)}"
        return self._headed(mail, subject, _text(text), headers), mail.case.ref

    def _bounce(self, mail: _Mail) -> tuple[bytes, str]:
        address, server = mail.agency.contacts[0], f"mail.{_domain(mail.agency)}"
        report = (
            f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; {server}\n\n"
            f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 unknown\n"
        )
        original = (
            f"Content-Type: text/rfc822-headers\n\nFrom: {self._area.address}\nTo: {address}\n"
            f"Subject: {self._subject(mail)}\nMessage-ID: {self._letter_id(mail)}\n"
        )
        told = _text("This message was created automatically by mail delivery software.\n")
        body = _multipart(
            'report; report-type="delivery-status"',
            mail,
            [told, report.encode(), original.encode()],
        )
        headers = ["Return-Path: <>", "Auto-Submitted: auto-replied"]
        sender = f"Mail Delivery System <MAILER-DAEMON@{server}>"
        mime = self._headed(mail, "Undelivered Mail Returned to Sender", body, headers, sender)
        return mime, mail.case.ref

    def _unrelated(self, mail: _Mail) -> tuple[bytes, str]:
        sender = f"{self._chance.choice(_SURNAMES)} <post{mail.number}@elsewhere.example>"
        kind, headers = self._chance.random(), list[str]()
        if kind < 0.5:
            headers = ["List-Id: <news.elsewhere.example>", "Precedence: bulk"]
            rows = "".join(
                f'<tr><td style="padding:4px 8px;font:14px Arial">{self._sentences(2)}</td></tr>\n'
                for _ in range(self._chance.randrange(100, 330))
            )
            body = _html(f"<html><body><table>{rows}</table></body></html>")
        else:
            body = self._words(mail)
            if kind > 0.8:
                lines = [self._sentences(1) for _ in range(24)]
                leaflet = leaflet_of(lines, self._blob(30_000, 90_000))
                body = _multipart("mixed", mail, [body, _file("leaflet.pdf", "pdf", leaflet)])
        subject = self._sentences(1).rstrip(".")
        return self._headed(mail, subject, body, headers, sender), ALONE

    # --- our own letters

    def _letter_id(self, mail: _Mail) -> str:
        return message_id_for(self._token(mail), self._area.address.partition("@")[2])

    def _token(self, mail: _Mail) -> str:
        key = LetterKey(f"information-request/{mail.case.ref}/{mail.agency.code}")
        return letter_token(self._key, mail.case.ref, nonce_for(key))

    def _subject(self, mail: _Mail) -> str:
        return f"{self._area.marking}: [{mail.case.ref}] Information request"

    def _letter(self, mail: _Mail) -> str:
        return (
            f"From: {self._area.name} <{self._area.address}>\nSent: 20 November 2026 09:30\n"
            f"To: {mail.agency.contacts[0]}\nSubject: {self._subject(mail)}\n\n"
            f"Please tell us what your agency knows, by Friday 27 November.\n\n"
            f"{self._area.name}\n\n{token_line(self._token(mail))}\n"
        )

    def _thread(self, mail: _Mail) -> list[str]:
        ours, theirs = self._letter_id(mail), f"<fw.{mail.number}@{_domain(mail.agency)}>"
        if self._chance.random() < 0.8:
            return [f"In-Reply-To: {ours}", f"References: {ours}"]
        return [f"In-Reply-To: {theirs}", f"References: {ours}\n {theirs}"]

    def _return(self, mail: _Mail, *, token: bool = True) -> bytes:
        case = mail.case
        form = return_form(
            self._forms["agency-return"],
            reference=case.ref,
            agency_name=mail.agency.name,
            due_on=date(2026, 11, 27),
            known={"child.name": case.child, "child.date_of_birth": case.born.isoformat()},
            token=form_token(self._key, case.ref, mail.agency.code, 1) if token else "",
        )
        return filled(form, FINDINGS if self._chance.random() < 0.6 else NIL)

    # --- pieces

    def _case(self, serial: int) -> Known:
        asked = self._chance.sample(self._agencies, 4)
        return Known(
            ref=new_reference(self._area.code, YEAR, serial),
            serial=serial,
            child=next(self._names),
            born=_born(self),
            asked=tuple(agency.code for agency in asked),
        )

    def _words(self, mail: _Mail, *, quoted: str = "") -> bytes:
        """What a person types, as mail programs send it: text and page, often with a logo."""
        own = f"Hello\n\n{self._sentences(self._chance.randrange(2, 12))}\n\n"
        own += f"Kind regards\n{self._chance.choice(_FORENAMES)}\n{mail.agency.name}\n"
        text = _text(own + ("\n" + _quoted(quoted) if quoted else ""))
        page = "".join(
            f'<p class="MsoNormal">{escape(x)}<o:p></o:p></p>\n' for x in own.split("\n")
        )
        if quoted:
            lines = "<br>\n".join(map(escape, quoted.split("\n")))
            page += f'<div style="border:none;border-top:solid #E1E1E1 1.0pt">{lines}</div>'
        style = "p.MsoNormal{margin:0cm;font-size:11.0pt;font-family:Calibri}\n" * 40
        page = _html(f"<html><head><style>{style}</style></head><body>{page}</body></html>")
        both = _multipart("alternative", mail, [text, page])
        if self._chance.random() < 0.5:
            logo = _file("logo.png", "png", b"\x89PNG\r\n\x1a\n" + self._blob(8_000, 22_000))
            return _multipart("related", mail, [both, logo])
        return both

    def _headed(
        self,
        mail: _Mail,
        subject: str,
        body: bytes,
        headers: Sequence[str] = (),
        sender: str = "",
    ) -> bytes:
        author = sender or f'"{mail.agency.name}" <{mail.agency.contacts[0]}>'
        domain = author.rpartition("@")[2].rstrip(">")
        verdict = f"dmarc=pass header.from={domain}; spf=pass smtp.mailfrom={domain}"
        relays = (
            f"Received: from mx{n}.{domain} by in{n}.relay.example with ESMTPS;\n"
            f"\t{format_datetime(mail.at)}"
            for n in range(4)
        )
        signed = base64.encodebytes(self._blob(256, 257)).decode().rstrip().replace("\n", "\n ")
        lines = [
            f"Authentication-Results: {self._area.authserv_id}; {verdict}",
            *relays,
            f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=one;\n b={signed}",
            f"From: {author}",
            f"To: {self._area.address}",
            f"Subject: {subject}",
            f"Message-ID: {mail.message_id}",
            f"Date: {format_datetime(mail.at)}",
            *headers,
            "MIME-Version: 1.0",
        ]
        return "\n".join(lines).encode() + b"\n" + body

    def _sentences(self, count: int) -> str:
        chosen = (
            self._chance.choices(_WORDS, k=self._chance.randrange(6, 16)) for _ in range(count)
        )
        return " ".join(" ".join(words).capitalize() + "." for words in chosen)

    def _blob(self, least: int, most: int) -> bytes:
        size = self._chance.randrange(least, most)
        start = self._chance.randrange(len(self._noise) - size)
        return self._noise[start : start + size]


def _shuffled(chance: random.Random, count: int) -> list[str]:
    """Return the kinds of so many mails, in exact shares and in a random order."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(count * share // 100)]
    kinds += ["unrelated"] * (count - len(kinds))
    chance.shuffle(kinds)
    return kinds


def _born(corpus: Corpus) -> date:
    return date(2009, 1, 1) + timedelta(days=corpus._chance.randrange(6_000))


def _domain(agency: Agency) -> str:
    return agency.contacts[0].rpartition("@")[2]


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def _text(text: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()


def _html(source: str) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\n\n" + source.encode()


def _file(name: str, kind: str, content: bytes) -> bytes:
    kind = {"pdf": "application/pdf", "png": "image/png"}.get(kind, kind)
    head = (
        f'Content-Type: {kind}; name="{name}"\nContent-Transfer-Encoding: base64\n'
        f'Content-Disposition: attachment; filename="{name}"\n\n'
    )
    return head.encode() + base64.encodebytes(content)


def _multipart(kind: str, mail: _Mail, parts: Sequence[bytes]) -> bytes:
    mark = f"=_{kind.partition(';')[0]}.{mail.number}"
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n'
    inner = b"".join(b"--" + mark.encode() + b"\n" + part + b"\n" for part in parts)
    return head.encode() + inner + b"--" + mark.encode() + b"--\n"
