"""The whole path on real mail: one case from its notification to the Panel's answer.

Dovecot holds the shared mailbox, Postfix takes mail in, stamps it and relays, the far end receives
what goes out. Eight agencies answer as agencies do. What is asserted is what others see: letters at
the receiving server, mail in folders, a draft in a mail program.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from imapclient import IMAPClient

from mailbot.by_hand import unlink_message
from mailbot.casework import case_of, clocks_of
from mailbot.core.model import ClockState, MessageKey, Outcome
from mailbot.views import is_running
from tests.forms_kit import FINDINGS, WORD, filled, notification
from tests.servers.dovecot import PASSWORD
from tests.servers.postfix import AUTHSERV_ID
from tests.stories.events import party
from tests.stories.mails import (
    File,
    Program,
    a_mail,
    an_absence,
    an_answer,
    gmail,
    outlook,
    parsed,
    phone,
    text_of,
    word_files,
)
from tests.stories.town import SHARED, Town, a_town, refuse

pytestmark = pytest.mark.needs("dovecot", "postfix", "openssl")

PANEL = "mailbox.nationalreviewpanel@education.gov.uk"
NOTIFIER = "gwendolyn.pryce@children.bedford-council.example"
STAFF = "rosalind.ashdown@bedford-safeguarding.example"
ADDRESS = {
    "police": "case.reviews@bedfordshire-police.example",
    "icb": "designated.nurse@bedfordshire-icb.example",
    "hospital": "safeguarding.children@bedford-hospitals.example",
    "community-health": "safeguarding@ousevalley-health.example",
    "gp": "named.gp@bedford-primary-care.example",
    "education": "education.safeguarding@schools.bedford-council.example",
    "probation": "safeguarding@bedfordshire-probation.example",
    "housing": "safeguarding@riverside-homes.example",
}
STRANGER = "a.neighbour@private-mail.example"

#: Every letter at the receiving server. Probation's is not among them: its server refused it.
LETTERS = """
Mon 23 Nov  digest to staff
Mon 23 Nov  acknowledgement to Gwendolyn Pryce
Mon 23 Nov  new-case to staff
Mon 23 Nov  call-of-partners to partners and chair
Tue 24 Nov  digest to staff
Tue 24 Nov  instruction-answer to Rosalind Ashdown
Tue 24 Nov  worksheet to Marcus Oyelaran
Tue 24 Nov  meeting-to-arrange to staff
Tue 24 Nov  information-request to police
Tue 24 Nov  information-request to icb
Tue 24 Nov  information-request to hospital
Tue 24 Nov  information-request to community-health
Tue 24 Nov  information-request to gp
Tue 24 Nov  information-request to education
Tue 24 Nov  information-request to housing
Tue 24 Nov  alert to staff
Wed 25 Nov  digest to staff
Wed 25 Nov  return-acknowledged to police
Wed 25 Nov  return-acknowledged to gp
Wed 25 Nov  instruction-answer to Rosalind Ashdown
Thu 26 Nov  digest to staff
Thu 26 Nov  return-acknowledged to community-health
Thu 26 Nov  return-acknowledged to icb
Thu 26 Nov  return-acknowledged to icb
Thu 26 Nov  alert to staff
Fri 27 Nov  digest to staff
Fri 27 Nov  reminder to hospital
Fri 27 Nov  reminder to community-health
Fri 27 Nov  reminder to education
Mon 30 Nov  digest to staff
Mon 30 Nov  reminder to housing
Mon 30 Nov  instruction-answer to Rosalind Ashdown
Mon 30 Nov  return-acknowledged to housing
Mon 30 Nov  return-acknowledged to community-health
Mon 30 Nov  instruction-answer to Rosalind Ashdown
Tue 1 Dec  digest to staff
Tue 1 Dec  reminder to hospital
Tue 1 Dec  reminder to education
Tue 1 Dec  return-acknowledged to education
Wed 2 Dec  digest to staff
Wed 2 Dec  reminder to hospital with its lead
Wed 2 Dec  return-acknowledged to hospital
Thu 3 Dec  digest to staff
Fri 4 Dec  digest to staff
Fri 4 Dec  quorum-in-doubt to staff
Mon 7 Dec  digest to staff
Mon 7 Dec  reminder to staff
Mon 7 Dec  instruction-answer to Rosalind Ashdown
Mon 7 Dec  checklist to staff
Tue 8 Dec  digest to staff
Wed 9 Dec  digest to staff
Thu 10 Dec  digest to staff
Fri 11 Dec  digest to staff
Mon 14 Dec  digest to staff
Tue 15 Dec  digest to staff
Tue 15 Dec  panel-answer to staff
Tue 15 Dec  instruction-answer to Rosalind Ashdown
Tue 15 Dec  instruction-answer to Rosalind Ashdown
Wed 16 Dec  digest to staff
Thu 17 Dec  digest to staff
"""
#: What lies in Drafts for a person at the end; the submission has been sent by one.
DRAFTS = """
outcome to police
outcome to icb
outcome to hospital
outcome to community-health
outcome to gp
outcome to education
outcome to probation
outcome to housing
"""
#: What nobody sent before it was overtaken: the meeting was held, the case was closed.
OVERTAKEN = """
board-told to Helen Trevanion
board-told to Samuel Okonjo
board-told to Fiona Garrick
invitation to Anthony Mbeki-Lowe
invitation to Ruth Penhallow
invitation to Nadia Featherstone
invitation to Verity Langdale
invitation to hospital
invitation to community-health
invitation to gp
invitation to education
invitation to probation
invitation to housing
"""


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with a_town(tmp_path_factory.mktemp("town") / "home") as one:
        yield one


class Play:
    """The people around the unit, and the Message-IDs of what they wrote."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.written: dict[str, str] = {}  # what it is -> Message-ID

    @property
    def ref(self) -> str:
        """The only case."""
        (ref,) = self.town.unit.store.cases.refs()
        return ref

    def letter(self, address: str, *kinds: str) -> bytes:
        """The newest letter that somebody received, of these kinds, at the receiving server."""
        found = [
            one.mime
            for one in self.town.at_the_far_end()
            if address in one.recipients and kind_of(self.town, one.message_id) in kinds
        ]
        assert found, f"{address} received none of {kinds}"
        return found[-1]

    def agency(
        self,
        code: str,
        words: str,
        *,
        form: bool = False,
        changes: Mapping[str, str] | None = None,
        program: Program = outlook,
        prefix: str = "RE: [EXTERNAL] ",
        to: Sequence[str] = ("information-request",),
    ) -> None:
        """An agency answers, perhaps with the very form that was sent to it, filled in."""
        files = []
        if form:
            sent = word_files(self.letter(ADDRESS[code], "information-request"))
            assert len(sent) == 1
            files = [
                File("Return completed.docx", filled(sent[0], {**FINDINGS, **(changes or {})}))
            ]
        mime = an_answer(
            self.letter(ADDRESS[code], *to),
            f"{code.title()} <{ADDRESS[code]}>",
            words,
            at=self.town.now,
            program=program,
            prefix=prefix,
            files=files,
        )
        self._receive(f"{code} {len(self.written)}", mime)

    def staff(self, words: str, *kinds: str) -> None:
        """A member of staff answers one of mailbot's letters with labelled lines."""
        letter = self.letter(STAFF, *(kinds or ("new-case", "instruction-answer")))
        mime = an_answer(letter, f"Rosalind Ashdown <{STAFF}>", words, at=self.town.now)
        self._receive(f"staff {len(self.written)}", mime)

    def _receive(self, name: str, mime: bytes) -> None:
        self.written[name] = self.town.receive(mime)


def kind_of(town: Town, message_id: str) -> str:
    """What kind of letter of ours a Message-ID belongs to; "" for none."""
    letter = town.unit.store.outbox.by_message_id(message_id)
    return letter.kind.value if letter else ""


def test_a_case_goes_from_its_notification_to_the_panels_answer(town: Town) -> None:
    play = Play(town)
    town.work()
    begin(play)
    first_answers(play)
    strangers(play)
    late_answers(play)
    submission(play)
    the_end(play)
    check_letters(town)
    check_folders(play)


# --- the acts ---------------------------------------------------------------------------------


def begin(play: Play) -> None:
    """Notification, criteria, agencies, requests; one agency's server refuses its request."""
    town = play.town
    refuse(town, ADDRESS["probation"])
    at = town.until("Mon 23 Nov 2026 09:30")
    form = notification(agencies__1__agency="Housing", agencies__2__agency="Larkspur Scouts")
    mime = a_mail(
        f"Gwendolyn Pryce <{NOTIFIER}>",
        SHARED,
        subject="FW: Serious incident - OFFICIAL-SENSITIVE",
        text="Please find attached our notification.\n\nKind regards\nGwendolyn",
        at=at,
        files=[File("Serious Incident Notification.docx", form)],
    )
    play.written["notification"] = town.receive(mime)
    town.until("Tue 24 Nov 2026 10:00")
    play.staff(
        "criteria: met\ndecided on: 24 November 2026\npresent: council, icb, police\n"
        "chair consulted: yes\nagencies: as proposed / without: childrens-social-care"
    )
    town.until("Tue 24 Nov 2026 10:30")
    agencies = case_of(town.unit, play.ref).agencies
    assert set(agencies) == set(ADDRESS)
    assert [code for code, one in agencies.items() if one.undelivered] == ["probation"]
    absence = an_absence(
        play.letter(ADDRESS["education"], "information-request"),
        ADDRESS["education"],
        "I am on leave until Monday 30 November.",
        at=town.now,
    )
    play.written["absence"] = town.receive(absence)


def first_answers(play: Play) -> None:
    """A whole return by Word form, a nil return in the body, a part, and one agency twice."""
    town = play.town
    town.until("Wed 25 Nov 2026 09:30")
    play.agency("police", "Please find our return attached.", form=True)
    town.until("Wed 25 Nov 2026 11:00")
    play.agency("gp", "Nil return. The child is not known to us.", program=phone, prefix="Re: ")
    town.until("Wed 25 Nov 2026 16:00")
    play.staff("panel notified: 25 November / reference: SI-4711", "instruction-answer")
    town.until("Thu 26 Nov 2026 10:00")
    words = "Part of our return is attached, with more to follow."
    play.agency("community-health", words, form=True, program=gmail, prefix="Re: ")
    town.until("Thu 26 Nov 2026 11:00")
    play.agency("icb", "Attached.", form=True)
    town.until("Thu 26 Nov 2026 15:00")
    play.agency("icb", "Sorry, this one is right.", form=True, changes={"learning": "Corrected."})
    standing = case_of(town.unit, play.ref).agencies
    says = {code: [f.detail["return"] for f in one.returns] for code, one in standing.items()}
    assert says["police"] == ["findings"]
    assert says["gp"] == ["nil"]
    assert says["community-health"] == ["partial"]
    assert says["icb"] == ["findings", "corrected"]
    assert standing["community-health"].partial
    assert not standing["community-health"].answered
    clock = the_clock(town, play.ref, "agency-return", "community-health")
    assert clock.state is ClockState.RUNNING


def strangers(play: Play) -> None:
    """The right reference proves nothing: neither from a stranger nor under a forged name."""
    town = play.town
    town.until("Thu 26 Nov 2026 16:00")
    unknown = a_mail(
        STRANGER,
        SHARED,
        subject=f"RE: [EXTERNAL] [{play.ref}] Information request",
        text="Nil return. The child is not known to us.",
        at=town.now,
    )
    play.written["stranger"] = town.receive(unknown)
    forged = an_answer(
        play.letter(ADDRESS["housing"], "information-request"),
        ADDRESS["housing"],
        "Nil return. The child is not known to us.",
        at=town.now,
    )
    claims = (
        f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from=riverside-homes.example"
    )
    play.written["forged"] = town.receive(
        claims.encode() + b"\r\n" + forged, envelope_from="somebody@elsewhere.example"
    )
    assert not case_of(town.unit, play.ref).agencies["housing"].answered
    assert the_clock(town, play.ref, "agency-return", "housing").state is ClockState.WAITING
    pair = {play.written["stranger"], play.written["forged"]}
    assert town.folders()["mailbot/Needs a person"] == pair
    waiting = town.unit.store.messages.waiting()
    assert {message.message_id for message in waiting} == pair
    assert [(message.case, message.candidates) for message in waiting] == [(None, (play.ref,))] * 2
    (forgery,) = (m for m in waiting if m.message_id == play.written["forged"])
    verdicts = parsed(town.unit.store.messages.mime(forgery.key)).get_all("Authentication-Results")
    assert len(verdicts) == 1, "Postfix has removed what came with it"
    assert "dmarc=fail" in str(verdicts[0])
    town.until("Fri 27 Nov 2026 10:00")
    for message in waiting:
        unlink_message(town.unit, MessageKey(message.key), by="command line", now=town.now)
    town.work()


def late_answers(play: Play) -> None:
    """What is still owed comes in, one agency's after its day; the meeting is arranged."""
    town = play.town
    town.until("Mon 30 Nov 2026 10:00")
    play.staff("return: probation nil / received on: 30 November", "instruction-answer")
    town.until("Mon 30 Nov 2026 11:00")
    play.agency("housing", "We hold no records of this family.", program=gmail, prefix="Re: ")
    town.until("Mon 30 Nov 2026 12:00")
    play.agency("community-health", "The whole of our return.", form=True)
    town.until("Mon 30 Nov 2026 14:00")
    play.staff("meeting: Mon 7 December 2026 10:00 / where: Room 2 / kind: rapid review")
    town.until("Tue 1 Dec 2026 15:00")
    play.agency("education", "I am back. Our return is attached.", form=True, to=("reminder",))
    town.until("Wed 2 Dec 2026 16:00")
    play.agency("hospital", "With apologies.", form=True, to=("reminder",))
    assert all(one.answered for one in case_of(town.unit, play.ref).agencies.values())
    late = the_clock(town, play.ref, "agency-return", "hospital")
    assert late.stopped_on is not None
    assert late.stopped_on > late.due_on


def submission(play: Play) -> None:
    """The decision is recorded; a person edits the draft in a mail program and sends it."""
    town = play.town
    town.until("Mon 7 Dec 2026 15:00")
    play.staff(
        "held: 7 December / present: council, ICB, police, chair\n"
        "decision: review / scope: local / reasons: Agencies held parts of one picture."
    )
    assert is_running(the_clock(town, play.ref, "submission"))
    town.until("Tue 8 Dec 2026 10:00")
    with town.mail_program() as client:
        drafts = marked(client, b"\\Drafts")
        client.select_folder(drafts)
        (uid,) = client.search(["TO", PANEL])
        draft = parsed(client.fetch([uid], [b"BODY.PEEK[]"])[uid][b"BODY[]"])
        files = list(draft.iter_attachments())
        assert [file.get_content_type() for file in files] == [WORD]
        assert play.ref in str(files[0].get_filename())
        edited = edited_by_hand(draft)
        town.postfix.submit(edited.as_bytes(), user=SHARED, password=PASSWORD, recipients=[PANEL])
        client.append(marked(client, b"\\Sent"), edited.as_bytes(), [b"\\Seen"])
        client.delete_messages([uid])
        client.expunge()
    play.written["submission"] = str(edited["Message-ID"])
    town.settle()
    town.work()
    sent = the_clock(town, play.ref, "submission")
    assert sent.state is ClockState.STOPPED
    assert f"{sent.stopped_on:%a %d %b}" == "Tue 08 Dec"
    assert is_running(the_clock(town, play.ref, "panel-answer"))


def the_end(play: Play) -> None:
    """The Panel answers; staff record what it said, and close the case."""
    town = play.town
    town.until("Tue 15 Dec 2026 10:00")
    to_panel = [one.mime for one in town.at_the_far_end() if PANEL in one.recipients]
    answer = an_answer(to_panel[-1], PANEL, "The Panel agrees with your decision.", at=town.now)
    play.written["panel"] = town.receive(answer)
    assert not is_running(the_clock(town, play.ref, "panel-answer"))
    town.until("Tue 15 Dec 2026 11:00")
    play.staff("panel answer: agrees", "panel-answer")
    town.until("Tue 15 Dec 2026 12:00")
    play.staff("close: a local child safeguarding practice review", "panel-answer")
    town.until("Thu 17 Dec 2026 12:00")
    case = case_of(town.unit, play.ref)
    assert case.closed
    assert case.criteria is Outcome.MET
    assert town.unit.store.messages.waiting() == []
    assert town.unit.store.outbox.notices() == []


# --- what others see at the end -----------------------------------------------------------------


def check_letters(town: Town) -> None:
    """Exactly these letters arrived, on these days; a person alone wrote to the Panel."""
    area = town.unit.area
    arrived = town.at_the_far_end()
    ours = [one for one in arrived if kind_of(town, one.message_id)]
    others = [one for one in arrived if one not in ours]
    found = Counter(
        f"{one.at:%a} {one.at.day} {one.at:%b}  {kind_of(town, one.message_id)} to "
        f"{party(one.recipients, area)}"
        for one in ours
    )
    assert found == Counter(LETTERS.split("\n")[1:-1])
    assert [set(one.recipients) for one in others] == [{PANEL}]
    for one in ours:
        assert PANEL not in one.mime.decode("ascii").casefold().partition("\r\n\r\n")[0]
        assert parsed(one.mime)["Auto-Submitted"] == "auto-generated"
        assert "ESMTPSA" in str(parsed(one.mime)["Received"]), "encrypted and signed in"


def check_folders(play: Play) -> None:
    """Every mail lies where it belongs: in its case, in Sent, in Drafts; discarded in the inbox."""
    town = play.town
    folders = town.folders()
    discarded = {play.written.pop("stranger"), play.written.pop("forged")}
    submitted = play.written.pop("submission")
    in_case = folders[f"mailbot/Cases/{play.ref}"]
    (report,) = in_case - set(play.written.values())
    assert in_case == {*play.written.values(), report}
    assert AUTHSERV_ID in report, "what is left is the delivery report that Postfix wrote"
    assert folders["mailbot/Needs a person"] == set()
    assert folders["INBOX"] == discarded
    outbox = town.unit.store.outbox
    gone = {x.message_id for x in outbox.in_state("sent") if x.delivery == "send"}
    assert folders["Sent Items"] == {*gone, submitted}
    for state, folder, letters in (
        ("drafted", "Drafts", DRAFTS),
        ("withdrawn", "mailbot/Withdrawn drafts", OVERTAKEN),
    ):
        lying = {x.message_id: x for x in outbox.in_state(state)}
        assert folders[folder] == set(lying)
        said = Counter(
            f"{x.kind.value} to {party(frozenset(x.recipients), town.unit.area)}"
            for x in lying.values()
        )
        assert said == Counter(letters.split("\n")[1:-1])
    assert {x.state for x in outbox.all()} <= {"sent", "drafted", "withdrawn"}


# --- small things -----------------------------------------------------------------------------


def the_clock(town: Town, ref: str, name: str, agency: str | None = None):
    """A clock of the case as it stands now."""
    case = case_of(town.unit, ref)
    clocks = clocks_of(town.unit, case, town.now)
    (clock,) = (c for c in clocks if c.rule.name == name and c.agency == agency)
    return clock


def marked(client: IMAPClient, role: bytes) -> str:
    """The name of the folder that the server marks with a special use."""
    (name,) = (name for flags, _, name in client.list_folders() if role in flags)
    return str(name)


def edited_by_hand(draft: EmailMessage) -> EmailMessage:
    """The draft as Outlook sends it on: other words, another subject, another Message-ID."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = str(draft["From"]), str(draft["To"])
    mail["Subject"] = f"{draft['Subject']} (agreed by the partners)"
    mail["Message-ID"] = "<AM0PR01MB1234@eurprd01.prod.example>"
    mail["Date"] = str(draft["Date"])
    words = text_of(draft.as_bytes()).partition("Our reference:")[0]
    mail.set_content(f"Dear colleagues\n\n{words}\nI am happy to explain by phone.\n\nRosalind\n")
    for file in draft.iter_attachments():
        kind, _, subtype = file.get_content_type().partition("/")
        mail.add_attachment(
            file.get_content(), maintype=kind, subtype=subtype, filename=file.get_filename()
        )
    return mail
