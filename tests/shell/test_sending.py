"""Handing letters over: what becomes of each, the sending door, and what the mail host stamps."""

import email
import email.policy
import smtplib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailbot.errors import (
    MailboxError,
    MailboxGoneError,
    MailboxRefusedError,
    SendLaterError,
    SendRefusedError,
    SendUncertainError,
)
from mailbot.mailboxes import INBOX, Handover, Locator
from mailbot.mailboxes.door import PANEL_ADDRESS, Door
from mailbot.mailboxes.imap import ImapInbox
from mailbot.mailboxes.imap_login import ImapAccount
from mailbot.mailboxes.maildir import MaildirInbox, MaildirSender, rehearsed_letters
from mailbot.mailboxes.smtp import SmtpAccount, SmtpSender
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postfix import AUTHSERV_ID, Postfix
from tests.servers.sink import Mood, Sink

pytest_plugins = ("tests.servers.fixtures",)

POLICE = "desk@police.test"
HEALTH = "team@health.test"
SHARED = "inbox@example.test"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
assert f"{MONDAY:%a}" == "Mon"


def a_letter(*, to: str = POLICE, body: str = "Please answer by Mon 30 Nov.\n") -> bytes:
    """A letter as mailbot writes one."""
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["From"] = SHARED
    letter["To"] = to
    letter["Subject"] = "[BB-2026-014-K] Information request"
    letter["Message-ID"] = "<letter-1@example.test>"
    letter.set_content(body)
    return letter.as_bytes()


def hand_over(
    sender: SmtpSender | Door | MaildirSender,
    *recipients: str,
    mime: bytes | None = None,
    copy_to: str | None = None,
) -> Handover:
    """Send a letter from the shared mailbox."""
    return sender.send(
        mime or a_letter(), sender=SHARED, recipients=recipients or (POLICE,), copy_to=copy_to
    )


# --- SMTP, straight to a server in every mood ---------------------------------------------------


@pytest.fixture
def smtp(sink: Sink) -> Iterator[SmtpSender]:
    """A sender that hands its letters to the far end itself."""
    account = SmtpAccount(
        host="127.0.0.1", port=sink.port, security="plain", timeout=5, text_timeout=1
    )
    sender = SmtpSender(account)
    yield sender
    sender.close()


def test_a_letter_and_its_copy_arrive_byte_for_byte(smtp: SmtpSender, sink: Sink) -> None:
    mime = a_letter(body="one\n.\n..two\n.three\n") + "Zoë\r\n".encode()
    assert hand_over(smtp, mime=mime, copy_to=SHARED) == Handover(copied=True)
    (received,) = sink.received
    assert received.mime == mime
    assert (received.sender, received.recipients) == (SHARED, (POLICE, SHARED))


def test_bare_line_ends_become_crlf_so_that_nothing_can_be_smuggled(
    smtp: SmtpSender, sink: Sink
) -> None:
    mime = b"Subject: x\n\nfirst\r.\rMAIL FROM:<x@y.test>\n.\nlast"
    hand_over(smtp, mime=mime)
    (received,) = sink.received
    assert received.mime == b"Subject: x\r\n\r\nfirst\r\n.\r\nMAIL FROM:<x@y.test>\r\n.\r\nlast\r\n"


def test_a_batch_goes_over_one_connection(smtp: SmtpSender, sink: Sink) -> None:
    smtp.open()
    connection = smtp._smtp
    for _ in range(3):
        hand_over(smtp)
    assert smtp._smtp is connection
    assert len(sink.received) == 3


def test_a_connection_that_went_stale_is_made_anew(smtp: SmtpSender, sink: Sink) -> None:
    smtp.open()
    assert smtp._smtp is not None
    assert smtp._smtp.sock is not None
    smtp._smtp.sock.shutdown(2)
    hand_over(smtp)
    assert len(sink.received) == 1


@pytest.mark.parametrize(
    ("mood", "error", "said"),
    [
        (Mood.REFUSE, SendRefusedError, r"refused the recipient desk@police.test \(550 5.1.1\)"),
        (Mood.PUT_OFF, SendLaterError, r"not take the recipient desk@police.test .*451 4.7.1"),
        (Mood.REFUSE_TEXT, SendRefusedError, r"refused the letter \(554 5.7.1\)"),
        (Mood.PUT_OFF_TEXT, SendLaterError, r"not take the letter just now \(452 4.2.2\)"),
        (Mood.DROP_EARLY, SendLaterError, "before the letter was sent"),
        (Mood.HANG, SendUncertainError, "nobody knows"),
        (Mood.DROP, SendUncertainError, "nobody knows"),
    ],
)
def test_every_answer_of_a_server_has_its_meaning_and_the_next_letter_goes_out(
    smtp: SmtpSender, sink: Sink, mood: Mood, error: type[Exception], said: str
) -> None:
    sink.moods[POLICE] = mood
    with pytest.raises(error, match=said) as caught:
        hand_over(smtp)
    assert type(caught.value) is error
    assert len(sink.received) == (1 if error is SendUncertainError else 0)
    hand_over(smtp, HEALTH)
    assert sink.received[-1].recipients == (HEALTH,)


def test_a_letter_goes_to_all_its_recipients_or_to_none(smtp: SmtpSender, sink: Sink) -> None:
    sink.moods[HEALTH] = Mood.REFUSE
    with pytest.raises(SendRefusedError):
        hand_over(smtp, POLICE, HEALTH, copy_to=SHARED)
    assert sink.received == ()


@pytest.mark.parametrize("mood", [Mood.REFUSE, Mood.PUT_OFF])
def test_a_refused_copy_does_not_stop_the_letter_and_is_reported(
    smtp: SmtpSender, sink: Sink, mood: Mood
) -> None:
    sink.moods[SHARED] = mood
    assert hand_over(smtp, copy_to=SHARED) == Handover(copied=False)
    assert sink.received[0].recipients == (POLICE,)


@pytest.mark.parametrize("address", ["a@b.test>\r\nRCPT TO:<c@d.test", "a b@c.test", "a@b.test\0"])
def test_an_address_cannot_carry_a_command(smtp: SmtpSender, sink: Sink, address: str) -> None:
    with pytest.raises(SendRefusedError):
        hand_over(smtp, address)
    assert sink.received == ()


def test_a_server_that_is_down_means_later() -> None:
    sender = SmtpSender(SmtpAccount(host="127.0.0.1", port=1, security="plain"))
    with pytest.raises(SendLaterError, match="cannot be reached"):
        hand_over(sender)
    with pytest.raises(MailboxError):
        sender.check()


@pytest.mark.parametrize("host", ["smtp.example.org", "192.0.2.7"])
def test_no_letter_leaves_this_machine_unencrypted(host: str) -> None:
    sender = SmtpSender(SmtpAccount(host=host, security="plain"))
    with pytest.raises(MailboxRefusedError, match="unencrypted"):
        sender.check()
    with pytest.raises(SendLaterError, match="unencrypted"):
        hand_over(sender)


# --- SMTP through Postfix -----------------------------------------------------------------------


@pytest.fixture
def submission(postfix: Postfix, address: str) -> SmtpAccount:
    """The account by which mailbot submits its letters."""
    return SmtpAccount(
        host="localhost",
        port=postfix.submission,
        user=address,
        password=PASSWORD,
        ca_file=str(postfix.certificate.ca_file),
        timeout=10,
    )


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_goes_out_encrypted_and_its_copy_comes_back(
    submission: SmtpAccount, postfix: Postfix, dovecot: Dovecot, sink: Sink, security: str
) -> None:
    port = postfix.smtps if security == "tls" else postfix.submission
    sender = SmtpSender(replace(submission, security=security, port=port))
    sender.check()
    handover = sender.send(
        a_letter(), sender=submission.user, recipients=(POLICE,), copy_to=submission.user
    )
    sender.close()
    assert handover.copied
    (received,) = sink.wait_for(1)
    assert received.recipients == (POLICE,)
    copy = the_only_mail(dovecot, submission.user)
    assert copy["Message-ID"] == "<letter-1@example.test>"


def test_a_wrong_password_is_for_a_person_but_loses_no_letter(submission: SmtpAccount) -> None:
    wrong = replace(submission, password="tortoise-77")
    with pytest.raises(MailboxRefusedError, match="check user and password") as caught:
        SmtpSender(wrong).check()
    assert "tortoise-77" not in f"{caught.value}{wrong!r}"
    with pytest.raises(SendLaterError, match="check user and password"):
        hand_over(SmtpSender(wrong))


def test_an_untrusted_certificate_is_refused(submission: SmtpAccount, postfix: Postfix) -> None:
    for untrusting in (
        replace(submission, ca_file=None),
        replace(submission, ca_file=None, security="tls", port=postfix.smtps),
    ):
        with pytest.raises(MailboxRefusedError, match="is not trusted"):
            SmtpSender(untrusting).check()


def test_a_server_without_starttls_gets_neither_password_nor_letter(
    submission: SmtpAccount, sink: Sink
) -> None:
    with pytest.raises(MailboxRefusedError, match="securely"):
        SmtpSender(replace(submission, port=sink.port)).check()


def test_an_unknown_host_is_one_clear_sentence(submission: SmtpAccount) -> None:
    with pytest.raises(MailboxRefusedError, match=r"^The host no-such-host\.invalid is"):
        SmtpSender(replace(submission, host="no-such-host.invalid")).check()


# --- what the mail host stamps ------------------------------------------------------------------


def the_only_mail(dovecot: Dovecot, user: str) -> email.message.Message:
    """Wait for the one mail in a user's inbox and return it."""
    inbox = ImapInbox(
        ImapAccount(
            host="localhost",
            port=dovecot.imaps,
            user=user,
            password=PASSWORD,
            ca_file=str(dovecot.certificate.ca_file),
        )
    )
    inbox.open()
    ends = time.monotonic() + 20
    located: tuple[Locator, ...] = ()
    while not located and time.monotonic() < ends:
        try:
            located, _ = inbox.arrivals(INBOX, "")
            if not located:
                inbox.wait(1)
        except MailboxGoneError:
            # Seen once, at the first SELECT of a new user; the daemon too connects anew.
            inbox.open()
    ((message,),) = inbox.fetch(located)
    inbox.close()
    return email.message_from_bytes(message.mime)


@pytest.mark.parametrize(
    ("sender", "verdict"),
    [
        ("desk@police.test", "dmarc=pass header.from=police.test"),
        ("desk@POLICE.test", "dmarc=pass header.from=police.test"),
        ("desk@forged.test", "dmarc=fail header.from=forged.test"),
        ("desk@notpolice.test", "dmarc=fail header.from=notpolice.test"),
        ("desk@police.test.evil.test", "dmarc=fail"),
        ("", "dmarc=none"),
    ],
)
def test_the_mail_host_removes_foreign_verdicts_and_stamps_its_own(
    postfix: Postfix, dovecot: Dovecot, address: str, sender: str, verdict: str
) -> None:
    forged = (
        f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from=police.test\r\n"
        f"authentication-results : {AUTHSERV_ID};\r\n\tdmarc=pass header.from=police.test\r\n"
    ).encode()
    others = [f"{number}-{address}" for number in range(2)]
    postfix.deliver(forged + a_letter(to=address), sender=sender, recipients=[address, *others])
    mail = the_only_mail(dovecot, address)
    (stamp,) = mail.get_all("Authentication-Results")
    assert stamp.startswith(f"{AUTHSERV_ID}; spf=")
    assert verdict in stamp
    assert not [name for name in mail if name.lower().startswith("x-stamp")]


def test_nobody_outside_can_relay_and_a_bounce_of_the_far_end_comes_back(
    postfix: Postfix, dovecot: Dovecot, submission: SmtpAccount, sink: Sink
) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        postfix.deliver(a_letter(), sender=POLICE, recipients=[HEALTH])
    sink.moods[POLICE] = Mood.REFUSE
    sender = SmtpSender(submission)
    sender.send(a_letter(), sender=submission.user, recipients=(POLICE,), copy_to=None)
    sender.close()
    report = the_only_mail(dovecot, submission.user)
    assert report.get_content_type() == "multipart/report"
    assert "5.1.1" in report.as_string()


def test_a_person_submits_from_a_mail_program(postfix: Postfix, address: str, sink: Sink) -> None:
    postfix.submit(a_letter(), user=address, password=PASSWORD, recipients=[PANEL_ADDRESS])
    assert sink.wait_for(1)[0].recipients == (PANEL_ADDRESS,)


def test_the_far_end_notes_the_moment_by_the_clock_it_is_given() -> None:
    with Sink(clock=lambda: MONDAY) as sink:
        account = SmtpAccount(host="127.0.0.1", port=sink.port, security="plain")
        sender = SmtpSender(account)
        hand_over(sender)
        sender.close()
        assert sink.received[0].at == MONDAY


# --- the rehearsal ------------------------------------------------------------------------------


def test_a_rehearsal_keeps_bytes_envelope_and_moment(tmp_path: Path) -> None:
    moments = iter([MONDAY, MONDAY + timedelta(days=1)])
    own = tmp_path / "shared"
    sender = MaildirSender(
        tmp_path / "out", own_address=SHARED, own_inbox=own, clock=lambda: next(moments)
    )
    sender.check()
    assert hand_over(sender, POLICE, HEALTH, copy_to=SHARED) == Handover(copied=True)
    hand_over(sender, "o'brien+x@police.test")
    first, second = rehearsed_letters(tmp_path / "out")
    assert sorted(first.recipients) == [POLICE, HEALTH]
    assert (first.mime, first.sent_at) == (a_letter(), MONDAY)
    assert (second.recipients, second.sent_at) == (
        ("o'brien+x@police.test",),
        MONDAY + timedelta(days=1),
    )
    inbox = MaildirInbox(own)
    ((copy,),) = inbox.fetch(inbox.arrivals(INBOX, "")[0])
    assert (copy.mime, copy.received_at) == (a_letter(), MONDAY)


@pytest.mark.parametrize("address", ["../../etc/x@y.test", "..", ".hidden@x.test", "a/b@c.test"])
def test_an_address_cannot_lead_out_of_the_rehearsal(tmp_path: Path, address: str) -> None:
    out = tmp_path / "deep" / "out"
    sender = MaildirSender(
        out, own_address=SHARED, own_inbox=tmp_path / "own", clock=lambda: MONDAY
    )
    hand_over(sender, address)
    (letter,) = rehearsed_letters(out)
    assert letter.recipients == (address,)
    assert all(path.resolve().is_relative_to(out) for path in letter.paths)


# --- the door -----------------------------------------------------------------------------------


@dataclass
class Letterbox:
    """A sender that only remembers what was handed to it."""

    letters: list[bytes] = field(default_factory=list)

    def open(self) -> None: ...

    def close(self) -> None: ...

    def check(self) -> None: ...

    def send(
        self, mime: bytes, *, sender: str, recipients: tuple[str, ...], copy_to: str | None
    ) -> Handover:
        self.letters.append(mime)
        return Handover(copied=copy_to is not None)


def everybody(_: str) -> bool:
    """A config that would write to anyone, the Panel among them."""
    return True


def mail_with(headers: str) -> bytes:
    """A letter with these headers besides its own."""
    return f"From: {SHARED}\r\n{headers}\r\nSubject: x\r\n\r\nbody\r\n".encode()


SPELLINGS = [
    PANEL_ADDRESS,
    "Mailbox.NationalReviewPanel@education.gov.uk",
    f"The Panel <{PANEL_ADDRESS.upper()}>",
    f'"{PANEL_ADDRESS}" <{POLICE}>',
    '"mailbox.nationalreviewpanel"@education.gov.uk',
    '"mailbox\\.nationalreviewpanel"@education.gov.uk',
    "mailbox(a comment).nationalreviewpanel(and (a nested) one)@(c)education.gov.uk",
    "mailbox . nationalreviewpanel @ education . gov . uk",
    "<@relay.test,@other.test:mailbox.nationalreviewpanel@education.gov.uk>",
    "Everybody: desk@police.test, mailbox.nationalreviewpanel@education.gov.uk;",
    "mailbox.nationalreviewpanel+later@education.gov.uk",
    "mailbox.nationalreviewpanel@education.gov.uk.",
    "mailbox.nationalreviewpanel%education.gov.uk@relay.test",
    "mailbox.national\r\n reviewpanel@education.gov.uk",
    "desk@police.test,\r\n\tmailbox.nationalreviewpanel@education.gov.uk",
    "=?utf-8?q?mailbox=2Enationalreviewpanel=40education=2Egov=2Euk?=",
    "=?utf-8?q?mailbox.national?= =?utf-8?q?reviewpanel?=@education.gov.uk",
    "=?utf-8?b?bWFpbGJveC5uYXRpb25hbHJldmlld3BhbmVsQGVkdWNhdGlvbi5nb3YudWs?=",
    "=?nonsense?q?mailbox=2Enationalreviewpanel=40education.gov.uk?=",
    "=?utf-8*en?q?mailbox=2Enationalreviewpanel=40education.gov.uk?=",
    "=?utf-7?q?mailbox=2Enationalreviewpanel+AEA-education.gov.uk?=",
    "ｍailbox.nationalreviewpanel＠education.gov.uk",
    "mailbox.nationalreviewpanel@education。gov。uk",
    "mail\u200bbox.national\u00adreviewpanel@education.gov.uk",
    "<<<;;@@ (unclosed mailbox.nationalreviewpanel@education.gov.uk",
    "mailto:mailbox.nationalreviewpanel@education.gov.uk",
    "jo@police.test (",
    'a\\"b(mailbox.nationalreviewpanel@education.gov.uk',
]


@pytest.mark.parametrize("name", ["To", "Cc", "Bcc", "bCC", "Resent-To", "To ", "X-Whatever"])
@pytest.mark.parametrize("spelling", [s for s in SPELLINGS if "review" in s])
def test_the_panel_is_refused_in_every_header_and_spelling(name: str, spelling: str) -> None:
    letterbox = Letterbox()
    door = Door(letterbox, allowed=everybody)
    with pytest.raises(SendRefusedError):
        hand_over(door, mime=mail_with(f"To: {POLICE}\r\n{name}: {spelling}"))
    assert letterbox.letters == []


@pytest.mark.parametrize("spelling", SPELLINGS[:17])
@pytest.mark.parametrize("place", ["recipient", "copy", "sender"])
def test_the_panel_is_refused_in_the_envelope(place: str, spelling: str) -> None:
    letterbox = Letterbox()
    door = Door(letterbox, allowed=everybody)
    with pytest.raises(SendRefusedError):
        door.send(
            a_letter(),
            sender=spelling if place == "sender" else SHARED,
            recipients=(POLICE, spelling) if place == "recipient" else (POLICE,),
            copy_to=spelling if place == "copy" else None,
        )
    assert letterbox.letters == []


def test_the_panel_in_an_agencys_entry_is_refused_all_the_same() -> None:
    for entry in (PANEL_ADDRESS, PANEL_ADDRESS.title(), PANEL_ADDRESS + "."):
        door = Door(Letterbox(), allowed={POLICE, entry})
        with pytest.raises(SendRefusedError, match="Letters to the Panel are sent by a person"):
            hand_over(door, PANEL_ADDRESS, mime=a_letter(to=PANEL_ADDRESS))


def test_further_addresses_are_refused_whatever_is_allowed() -> None:
    door = Door(Letterbox(), allowed=everybody, refused=["New.Panel@education.gov.uk"])
    for address in ("new.panel@education.gov.uk", PANEL_ADDRESS):
        with pytest.raises(SendRefusedError):
            hand_over(door, address)


@pytest.mark.parametrize(
    "mime",
    [
        mail_with(f"To: {POLICE}\r\nTo: {PANEL_ADDRESS}"),
        mail_with(f"To: {POLICE}\nBcc: {PANEL_ADDRESS}"),
        mail_with(f"To: {POLICE}\rBcc: {PANEL_ADDRESS}"),
        mail_with(f"To: {POLICE}\r\n \r\nBcc: {PANEL_ADDRESS}"),
        mail_with(f"To: {POLICE}\r\nbroken line\r\n {PANEL_ADDRESS}"),
        b"\r\n" + mail_with(f"Bcc: {PANEL_ADDRESS}"),
        b"\xff: \xfe\r\nTo: " + PANEL_ADDRESS.encode() + b"\r\n\r\n",
        b"To: " + PANEL_ADDRESS.encode(),
    ],
)
def test_no_malformed_header_hides_the_panel(mime: bytes) -> None:
    with pytest.raises(SendRefusedError):
        hand_over(Door(Letterbox(), allowed=everybody), mime=mime)


def test_the_panels_address_may_stand_in_the_text() -> None:
    letterbox = Letterbox()
    mime = a_letter(body=f"The draft to {PANEL_ADDRESS} waits in Drafts.\n\nTo: {PANEL_ADDRESS}\n")
    hand_over(Door(letterbox, allowed={POLICE, SHARED}), mime=mime, copy_to=SHARED)
    assert letterbox.letters == [mime]


@pytest.mark.parametrize(
    "to",
    [
        POLICE,
        f"Duty Desk <{POLICE}>",
        f'"Smith, Jo" <{POLICE}>',
        f"{POLICE} (Duty Desk)",
        f"{Header('Zoë Brown, Duty Desk', 'utf-8').encode()} <Desk@Police.test>",
        f"{POLICE},\r\n {HEALTH}",
        "undisclosed-recipients:;",
        f"Everybody: {POLICE}, {HEALTH};",
    ],
)
def test_ordinary_letters_pass(to: str) -> None:
    letterbox = Letterbox()
    door = Door(letterbox, allowed={"DESK@police.test", HEALTH})
    hand_over(door, "Desk@police.test", mime=mail_with(f"To: {to}"))
    assert len(letterbox.letters) == 1


@pytest.mark.parametrize(
    "to",
    [
        "stranger@elsewhere.test",
        f"{POLICE}, stranger@elsewhere.test",
        f'"{POLICE}" <stranger@elsewhere.test>',
        f"{POLICE})stranger@elsewhere.test",
        f"=?utf-8?q?stranger=40elsewhere.test=2C?= <{POLICE}>",
        "postmaster",
        "jo@police.test (",
        f"<@relay.test:{POLICE}>",
        "desk%police.test@relay.test",
        "relay.test!desk@police.test",
    ],
)
def test_nobody_is_written_to_who_is_not_allowed(to: str) -> None:
    letterbox = Letterbox()
    for name in ("To", "Cc", "BCC", "Resent-To"):
        with pytest.raises(SendRefusedError, match="To, Cc or Bcc"):
            hand_over(Door(letterbox, allowed={POLICE}), mime=mail_with(f"{name}: {to}"))
    with pytest.raises(SendRefusedError, match="envelope"):
        hand_over(Door(letterbox, allowed={POLICE}), to)
    assert letterbox.letters == []


def test_a_copy_goes_only_where_config_allows() -> None:
    with pytest.raises(SendRefusedError):
        hand_over(Door(Letterbox(), allowed={POLICE}), copy_to="stranger@elsewhere.test")


def test_what_the_door_says_holds_no_content() -> None:
    mime = mail_with("To: Molly Malone <molly@elsewhere.test>")
    with pytest.raises(SendRefusedError) as caught:
        hand_over(Door(Letterbox(), allowed={POLICE}), mime=mime)
    assert "molly" not in str(caught.value).lower()


def _comment(text: str, at: int) -> str:
    return text[:at] + "(x)" + text[at:]


def _space(text: str, at: int) -> str:
    return text[:at] + " " + text[at:]


def _fold(text: str, at: int) -> str:
    return text[:at] + "\N{SYMBOL FOR CARRIAGE RETURN}" + text[at:]  # becomes a fold at the end


def _upper(text: str, at: int) -> str:
    return text[:at] + text[at:].upper()


def _invisible(text: str, at: int) -> str:
    return text[:at] + "\u200d" + text[at:]


def _encoded(text: str, at: int) -> str:
    if "=?" in text or not text.isascii() or not text.isprintable():
        return text
    return Header(text[:at] or "x", "utf-8").encode() + text[at:] if at else text


MUTATIONS: list[Callable[[str, int], str]] = [_comment, _space, _fold, _upper, _invisible]


@given(
    st.lists(st.tuples(st.sampled_from(MUTATIONS), st.integers(0, len(PANEL_ADDRESS))), max_size=5),
    st.sampled_from(["To", "Cc", "Bcc"]),
    st.sampled_from(["{}", "The Panel <{}>", "a@b.test, {}", "Group: {};", "<@r.test:{}>"]),
)
@example([], "Bcc", "{}")
def test_no_combination_of_spellings_gets_the_panel_past_the_door(
    changes: list[tuple[Callable[[str, int], str], int]], name: str, around: str
) -> None:
    text = PANEL_ADDRESS
    for change, at in changes:
        text = change(text, min(at, len(text)))
    folded = around.format(text).replace("\N{SYMBOL FOR CARRIAGE RETURN}", "\r\n ")
    mime = mail_with(f"{name}: {folded}")
    letterbox = Letterbox()
    with pytest.raises(SendRefusedError):
        hand_over(Door(letterbox, allowed=everybody), mime=mime)
    assert letterbox.letters == []


@given(st.integers(1, len(PANEL_ADDRESS)), st.sampled_from(["To", "Cc", "Bcc"]))
def test_an_encoded_beginning_does_not_get_the_panel_past_the_door(at: int, name: str) -> None:
    mime = mail_with(f"{name}: {_encoded(PANEL_ADDRESS, at)}")
    with pytest.raises(SendRefusedError):
        hand_over(Door(Letterbox(), allowed=everybody), mime=mime)


@given(st.binary(max_size=300))
def test_the_door_survives_any_bytes(mime: bytes) -> None:
    letterbox = Letterbox()
    try:
        hand_over(Door(letterbox, allowed=everybody), mime=mime)
    except SendRefusedError:
        assert letterbox.letters == []
