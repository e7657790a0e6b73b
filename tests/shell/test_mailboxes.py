"""What every mailbox promises, tried on a Maildir and on real IMAP servers of several habits."""

import imaplib
import os
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient import IMAPClient

from mailbot.errors import MailboxError, MailboxGoneError, MailboxRefusedError
from mailbot.mailboxes import DRAFTS, INBOX, SENT, Inbox, Locator, RawMessage
from mailbot.mailboxes.imap import ImapInbox
from mailbot.mailboxes.imap_login import ImapAccount
from mailbot.mailboxes.imap_watcher import ImapWatcher
from mailbot.mailboxes.maildir import MaildirInbox, MaildirWatcher
from mailbot.mailboxes.maildir_files import deliver, directory_name, folder_name
from mailbot.mailboxes.message_ids import message_id_of
from tests.servers import require
from tests.servers.dovecot import PASSWORD, Dovecot, Habits

pytest_plugins = ("tests.servers.fixtures",)

CASE = "mailbot/Cases/BB-2026-014-K"
NEEDS_A_PERSON = "mailbot/Needs a person"
#: A day that has passed everywhere: Dovecot takes no received time in the future.
MONDAY = datetime(2020, 11, 23, 9, 30, tzinfo=UTC)
assert f"{MONDAY:%a}" == "Mon"

#: Servers of other habits than Dovecot's own: no MOVE; no UIDPLUS either; Courier's namespace.
HABITS = {
    "imap": Habits(),
    "imap without MOVE": Habits(capability="IMAP4rev1 UIDPLUS NAMESPACE IDLE SPECIAL-USE"),
    "imap below INBOX.": Habits(
        prefix="INBOX.", delimiter=".", special_use=(("Drafts", "Drafts"), ("Sent", "Sent"))
    ),
}


def a_mail(number: int = 1, *, body: bytes = b"not known to us\r\n") -> bytes:
    """A small mail whose Message-ID carries its number."""
    return (
        b"From: Duty Desk <desk@police.test>\r\nTo: inbox@example.test\r\n"
        b"Subject: a return\r\nMessage-ID: <mail-%d@police.test>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" % number
    ) + body


@dataclass(frozen=True)
class Trial:
    """A mailbox on trial: ours, open, and a way to put mail into its inbox."""

    inbox: Inbox
    put: Callable[[bytes, datetime], None]
    smaller: Callable[[int], Inbox]

    def sweep(self, folder: str = INBOX) -> tuple[RawMessage, ...]:
        """Return everything in a folder."""
        located, _ = self.inbox.arrivals(folder, "")
        return tuple(one for batch in self.inbox.fetch(located) for one in batch)


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str], Dovecot]]:
    """Give a running server of the habits named, starting it when first asked for."""
    require("dovecot-imapd", "dovecot-lmtpd", "openssl")
    running: dict[str, Dovecot] = {}

    def server(kind: str) -> Dovecot:
        if kind not in running:
            running[kind] = Dovecot(HABITS[kind])
            running[kind].start()
        return running[kind]

    yield server
    for one in running.values():
        one.__exit__()


def an_account(server: Dovecot, user: str) -> ImapAccount:
    """The account of a user, over TLS."""
    return ImapAccount(
        host="localhost",
        port=server.imaps,
        user=user,
        password=PASSWORD,
        ca_file=str(server.certificate.ca_file),
        timeout=10,
    )


def a_second_client(account: ImapAccount) -> IMAPClient:
    """What a person's mail program has open beside mailbot."""
    context = ssl.create_default_context(cafile=account.ca_file)
    client = IMAPClient(account.host, port=account.port, ssl_context=context)
    client.login(account.user, account.password)
    return client


@pytest.fixture(params=["maildir", *HABITS])
def trial(request: pytest.FixtureRequest, tmp_path: Path, address: str) -> Iterator[Trial]:
    """Each kind of mailbox in turn."""
    if request.param == "maildir":
        root = tmp_path / "Maildir"
        inbox = MaildirInbox(root)
        inbox.open()
        yield Trial(
            inbox,
            lambda mime, at: (deliver(root, mime, at), None)[1],
            lambda largest: MaildirInbox(root, largest=largest),
        )
        return
    server = request.getfixturevalue("servers")(request.param)
    account = an_account(server, address)
    imap = ImapInbox(account)
    imap.open()
    client = a_second_client(account)
    yield Trial(
        imap,
        lambda mime, at: client.append("INBOX", mime, msg_time=at),
        lambda largest: ImapInbox(replace(account, largest=largest)),
    )
    imap.close()
    client.logout()


# --- the contract -----------------------------------------------------------------------------


def test_mail_comes_out_as_it_went_in_with_the_servers_time(trial: Trial) -> None:
    raw = a_mail(1, body=b"Zo\xeb \x80\xff\r\n.\r\n..dots\r\nFrom here\r\n")
    trial.put(raw, MONDAY)
    (message,) = trial.sweep()
    assert message.mime == raw
    assert message.size == len(raw)
    assert message.received_at == MONDAY
    assert message.received_at.tzinfo is UTC
    assert not message.truncated


def test_arrivals_come_oldest_first_and_after_the_cursor_only_what_is_new(trial: Trial) -> None:
    for number in (1, 2, 3):
        trial.put(a_mail(number), MONDAY + timedelta(minutes=number))
    first, cursor = trial.inbox.arrivals(INBOX, "")
    assert len(first) == 3
    trial.put(a_mail(4), MONDAY + timedelta(minutes=4))
    later, cursor = trial.inbox.arrivals(INBOX, cursor)
    (new,) = [one for one in later if one not in first]
    ((message,),) = trial.inbox.fetch([new])
    assert message_id_of(message.mime) == "<mail-4@police.test>"
    again, _ = trial.inbox.arrivals(INBOX, cursor)
    assert set(again) <= {*first, new}
    ids = [message_id_of(one.mime) for one in trial.sweep()]
    assert ids == [f"<mail-{number}@police.test>" for number in (1, 2, 3, 4)]


def test_a_hundred_and_twenty_messages_come_in_batches_of_fifty(trial: Trial) -> None:
    for number in range(120):
        trial.put(a_mail(number), MONDAY + timedelta(seconds=number))
    located, _ = trial.inbox.arrivals(INBOX, "")
    batches = list(trial.inbox.fetch(located))
    assert [len(batch) for batch in batches] == [50, 50, 20]
    assert [one.locator for batch in batches for one in batch] == list(located)
    trial.inbox.move(located, CASE)
    assert trial.sweep() == ()
    assert len(trial.sweep(CASE)) == 120


def test_a_message_that_is_too_large_comes_alone_with_its_beginning(trial: Trial) -> None:
    huge = a_mail(2, body=b"the text comes first\r\n" + b"x" * 70 + b"\r\n" * 300_000)
    trial.put(a_mail(1), MONDAY)
    trial.put(huge, MONDAY + timedelta(minutes=1))
    trial.put(a_mail(3), MONDAY + timedelta(minutes=2))
    inbox = trial.smaller(300_000)
    inbox.open()
    located, _ = inbox.arrivals(INBOX, "")
    batches = list(inbox.fetch(located))
    inbox.close()
    assert [[one.truncated for one in batch] for batch in batches] == [[False], [True], [False]]
    beginning = batches[1][0]
    assert beginning.size == len(huge)
    assert huge.startswith(beginning.mime)
    assert b"the text comes first" in beginning.mime
    assert len(beginning.mime) <= 256 * 1024


def test_moving_creates_the_folder_and_keeps_bytes_and_time(trial: Trial) -> None:
    trial.put(a_mail(1), MONDAY)
    located, _ = trial.inbox.arrivals(INBOX, "")
    assert not trial.inbox.folder_exists(CASE)
    trial.inbox.move(located, CASE)
    assert trial.inbox.folder_exists(CASE)
    assert trial.sweep() == ()
    (moved,) = trial.sweep(CASE)
    assert (moved.mime, moved.received_at) == (a_mail(1), MONDAY)
    assert moved.locator.folder == CASE


def test_moving_again_after_a_crash_changes_nothing(trial: Trial) -> None:
    for number in (1, 2):
        trial.put(a_mail(number), MONDAY)
    located, _ = trial.inbox.arrivals(INBOX, "")
    trial.inbox.move(located[:1], NEEDS_A_PERSON)
    trial.inbox.move(located, NEEDS_A_PERSON)
    trial.inbox.move(located, NEEDS_A_PERSON)
    assert trial.sweep() == ()
    assert len(trial.sweep(NEEDS_A_PERSON)) == 2


def test_a_vanished_message_is_passed_over(trial: Trial) -> None:
    trial.put(a_mail(1), MONDAY)
    trial.put(a_mail(2), MONDAY)
    located, _ = trial.inbox.arrivals(INBOX, "")
    trial.inbox.move(located[:1], CASE)
    ((message,),) = trial.inbox.fetch(located)
    assert message.locator == located[1]
    assert list(trial.inbox.fetch([Locator("mailbot/Cases/none", located[1].id)])) == []
    trial.inbox.move(located[:1], NEEDS_A_PERSON)
    assert len(trial.sweep(CASE)) == 1


def test_a_folder_that_is_not_there_is_empty_and_is_not_created(trial: Trial) -> None:
    assert trial.inbox.arrivals(CASE, "") == ((), "")
    assert trial.inbox.find(CASE, "<none@police.test>") == ()
    assert not trial.inbox.folder_exists(CASE)


def test_identities_are_read_without_bodies(trial: Trial) -> None:
    trial.put(a_mail(1), MONDAY)
    trial.put(b"Subject: none\r\n\r\nMessage-ID: <in-the-body@police.test>\r\n", MONDAY)
    trial.put(b"Message-Id:\r\n <folded@police.test>\r\nSubject: x\r\n\r\n", MONDAY)
    assert sorted(found for _, found in trial.inbox.identities(INBOX)) == [
        "",
        "<folded@police.test>",
        "<mail-1@police.test>",
    ]


def test_a_draft_is_found_by_exactly_its_message_id(trial: Trial) -> None:
    trial.inbox.append(DRAFTS, a_mail(1), MONDAY)
    trial.inbox.append(DRAFTS, a_mail(11), MONDAY)
    (found,) = trial.inbox.find(DRAFTS, "<mail-1@police.test>")
    ((message,),) = trial.inbox.fetch([found])
    assert (message.mime, message.received_at) == (a_mail(1), MONDAY)
    assert trial.inbox.find(DRAFTS, "mail-1@police.test") == ()
    assert trial.inbox.find(DRAFTS, "") == ()


def test_a_copy_of_a_letter_is_filed_in_sent(trial: Trial) -> None:
    trial.put(a_mail(1), MONDAY)
    located, _ = trial.inbox.arrivals(INBOX, "")
    trial.inbox.move(located, SENT)
    assert len(trial.inbox.find(SENT, "<mail-1@police.test>")) == 1
    assert trial.inbox.find(INBOX, "<mail-1@police.test>") == ()


def test_waiting_ends_when_mail_comes(trial: Trial) -> None:
    trial.inbox.arrivals(INBOX, "")
    assert not trial.inbox.wait(0.2)
    putting = threading.Timer(0.5, trial.put, (a_mail(1), MONDAY))
    putting.start()
    began = time.monotonic()
    assert trial.inbox.wait(20)
    assert time.monotonic() - began < 10
    putting.join()


def test_mail_that_came_before_waiting_began_is_not_waited_for(trial: Trial) -> None:
    trial.inbox.arrivals(INBOX, "")
    trial.put(a_mail(1), MONDAY)
    began = time.monotonic()
    assert trial.inbox.wait(20)
    assert time.monotonic() - began < 5


# --- IMAP only --------------------------------------------------------------------------------


@pytest.fixture
def account(dovecot: Dovecot, address: str) -> ImapAccount:
    """An account nobody has used before."""
    return an_account(dovecot, address)


@pytest.fixture
def imap(account: ImapAccount) -> Iterator[ImapInbox]:
    """Its inbox, open."""
    inbox = ImapInbox(account)
    inbox.open()
    yield inbox
    inbox.close()


@pytest.fixture
def outlook(account: ImapAccount) -> Iterator[IMAPClient]:
    """What staff have open beside mailbot."""
    client = a_second_client(account)
    yield client
    client.logout()


def test_reading_leaves_mail_unread_and_read_mail_is_taken_in(
    imap: ImapInbox, outlook: IMAPClient
) -> None:
    outlook.append("INBOX", a_mail(1))
    outlook.append("INBOX", a_mail(2), [b"\\Seen"])
    located, _ = imap.arrivals(INBOX, "")
    assert [len(batch) for batch in imap.fetch(located)] == [2]
    outlook.select_folder("INBOX")
    flags = outlook.get_flags(outlook.search())
    assert [b"\\Seen" in found for _, found in sorted(flags.items())] == [False, True]


def test_drafts_and_sent_lie_where_the_server_says(imap: ImapInbox, outlook: IMAPClient) -> None:
    imap.append(DRAFTS, a_mail(1), MONDAY)
    imap.append(SENT, a_mail(2), MONDAY)
    for folder, expected in (
        ("Drafts", {b"\\Draft", b"\\Seen"}),
        ("Sent Items", {b"\\Seen"}),
    ):
        outlook.select_folder(folder)
        (uid,) = outlook.search()
        assert set(outlook.get_flags([uid])[uid]) - {b"\\Recent"} == expected


@pytest.mark.parametrize(
    ("there", "used"),
    [((), "Sent"), (("sent items",), "sent items"), (("Sent Mail",), "Sent Mail")],
)
def test_without_special_use_the_usual_names_are_tried_and_else_created(
    there: tuple[str, ...], used: str, address: str
) -> None:
    require("dovecot-imapd", "openssl")
    with Dovecot(Habits(special_use=())) as server:
        account = an_account(server, address)
        client = a_second_client(account)
        for name in there:
            client.create_folder(name)
        inbox = ImapInbox(account)
        inbox.open()
        inbox.append(SENT, a_mail(1), MONDAY)
        client.select_folder(used)
        assert len(client.search()) == 1
        inbox.close()
        client.logout()


def test_our_folders_are_placed_as_the_server_has_it(
    servers: Callable[[str], Dovecot], address: str
) -> None:
    account = an_account(servers("imap below INBOX."), address)
    inbox = ImapInbox(account)
    inbox.open()
    inbox.append(CASE, a_mail(1), MONDAY)
    client = a_second_client(account)
    assert client.folder_exists("INBOX.mailbot.Cases.BB-2026-014-K")
    assert any(
        name == "INBOX.mailbot.Cases.BB-2026-014-K" for _, _, name in client.list_sub_folders()
    )
    inbox.close()
    client.logout()


def test_a_crash_between_copy_and_expunge_leaves_one_copy(
    servers: Callable[[str], Dovecot], address: str
) -> None:
    account = an_account(servers("imap without MOVE"), address)
    client = a_second_client(account)
    client.append("INBOX", a_mail(1), msg_time=MONDAY)
    # The same Message-ID with other content is another message, and must not be lost.
    client.append("INBOX", a_mail(1, body=b"a second text\r\n"), msg_time=MONDAY)
    client.create_folder(CASE)
    client.select_folder("INBOX")
    client.copy(client.search()[:1], CASE)
    inbox = ImapInbox(account)
    inbox.open()
    located, _ = inbox.arrivals(INBOX, "")
    inbox.move(located, CASE)
    assert inbox.arrivals(INBOX, "")[0] == ()
    moved, _ = inbox.arrivals(CASE, "")
    assert sorted(one.mime for batch in inbox.fetch(moved) for one in batch) == sorted(
        [a_mail(1), a_mail(1, body=b"a second text\r\n")]
    )
    inbox.close()
    client.logout()


def test_what_staff_marked_as_deleted_survives_our_expunge(
    servers: Callable[[str], Dovecot], address: str
) -> None:
    account = an_account(servers("imap without MOVE"), address)
    client = a_second_client(account)
    client.append("INBOX", a_mail(1), [b"\\Deleted"])
    client.append("INBOX", a_mail(2))
    inbox = ImapInbox(account)
    inbox.open()
    located, _ = inbox.arrivals(INBOX, "")
    inbox.move(located[1:], CASE)
    assert inbox.arrivals(INBOX, "")[0] == located[:1]
    inbox.close()
    client.logout()


def test_a_folder_removed_by_staff_is_created_again(imap: ImapInbox, outlook: IMAPClient) -> None:
    outlook.append("INBOX", a_mail(1))
    outlook.append("INBOX", a_mail(2))
    located, _ = imap.arrivals(INBOX, "")
    imap.move(located[:1], CASE)
    outlook.delete_folder(CASE)
    imap.move(located[1:], CASE)
    assert len(imap.arrivals(CASE, "")[0]) == 1


def test_another_uidvalidity_means_everything_anew(imap: ImapInbox, outlook: IMAPClient) -> None:
    imap.append(CASE, a_mail(1), MONDAY)
    imap.append(CASE, a_mail(2), MONDAY)
    before, cursor = imap.arrivals(CASE, "")
    outlook.delete_folder(CASE)
    outlook.create_folder(CASE)
    outlook.append(CASE, a_mail(3))
    after, _ = imap.arrivals(CASE, cursor)
    assert len(after) == 1
    assert list(imap.fetch(before)) == []
    imap.move(before, NEEDS_A_PERSON)
    assert imap.arrivals(CASE, "")[0] == after


@pytest.mark.parametrize("security", ["starttls", "plain"])
def test_login_by_starttls_and_without_encryption_on_loopback(
    dovecot: Dovecot, account: ImapAccount, security: str
) -> None:
    inbox = ImapInbox(replace(account, port=dovecot.imap, security=security))
    inbox.open()
    assert inbox.arrivals(INBOX, "")[0] == ()
    inbox.close()


def test_a_wrong_password_is_one_clear_sentence_without_the_password(account: ImapAccount) -> None:
    wrong = replace(account, password="tortoise-77")
    with pytest.raises(
        MailboxRefusedError, match=r"^localhost:\d+ does not let .* check user"
    ) as e:
        ImapInbox(wrong).open()
    assert "tortoise-77" not in f"{e.value}{wrong!r}"
    assert "\n" not in str(e.value)


def test_an_untrusted_certificate_is_refused(dovecot: Dovecot, account: ImapAccount) -> None:
    for untrusting in (
        replace(account, ca_file=None),
        replace(account, ca_file=None, port=dovecot.imap, security="starttls"),
    ):
        with pytest.raises(MailboxRefusedError, match=r"^The certificate of localhost:\d+ is not"):
            ImapInbox(untrusting).open()


def test_a_certificate_for_another_host_is_refused(account: ImapAccount) -> None:
    with pytest.raises(MailboxRefusedError, match=r"certificate of ip6-localhost|unknown|reached"):
        ImapInbox(replace(account, host="ip6-localhost")).open()


def test_an_unknown_host_is_one_clear_sentence(account: ImapAccount) -> None:
    with pytest.raises(MailboxRefusedError, match=r"^The host no-such-host\.invalid is unknown"):
        ImapInbox(replace(account, host="no-such-host.invalid")).open()


def test_a_ca_file_that_is_not_there_is_one_clear_sentence(account: ImapAccount) -> None:
    with pytest.raises(MailboxRefusedError, match="certificate authorities"):
        ImapInbox(replace(account, ca_file="/nowhere/ca.pem")).open()


def test_a_server_that_is_down_is_not_a_refusal(account: ImapAccount) -> None:
    with pytest.raises(MailboxError, match="cannot be reached") as caught:
        ImapInbox(replace(account, port=1)).open()
    assert not isinstance(caught.value, MailboxRefusedError)


@pytest.mark.parametrize("host", ["mail.example.org", "192.0.2.7", "localhost.example.org", ""])
def test_no_password_leaves_this_machine_unencrypted(account: ImapAccount, host: str) -> None:
    with pytest.raises(MailboxRefusedError, match="unencrypted"):
        ImapInbox(replace(account, host=host, security="plain")).open()


def test_a_broken_connection_is_gone_and_the_next_one_works(address: str) -> None:
    require("dovecot-imapd", "openssl")
    with Dovecot() as server:
        account = an_account(server, address)
        inbox = ImapInbox(account)
        inbox.open()
        inbox.append(INBOX, a_mail(1), MONDAY)
        located, _ = inbox.arrivals(INBOX, "")
        server.stop()
        with pytest.raises(MailboxGoneError):
            list(inbox.fetch(located))
        with pytest.raises(MailboxGoneError):
            inbox.move(located, CASE)
        with pytest.raises(MailboxError):
            inbox.open()
        server.start()
        inbox.open()
        ((message,),) = inbox.fetch(located)
        assert message.mime == a_mail(1)
        inbox.close()


def test_a_mailbox_that_is_not_open_says_so_and_may_be_closed_twice(account: ImapAccount) -> None:
    inbox = ImapInbox(account)
    with pytest.raises(MailboxGoneError):
        inbox.arrivals(INBOX, "")
    inbox.close()
    inbox.close()


class Bell:
    """Counts how often it was rung, and lets a test wait for it."""

    def __init__(self) -> None:
        self._rung = threading.Semaphore(0)

    def ring(self) -> None:
        self._rung.release()

    def rings_within(self, seconds: float) -> bool:
        return self._rung.acquire(timeout=seconds)


def deliver_by_lmtp(server: Dovecot, address: str) -> None:
    """Deliver a mail as a mail host does."""
    with smtplib.LMTP("127.0.0.1", server.lmtp) as client:
        client.sendmail("desk@police.test", [address], a_mail(1))


def test_the_watcher_rings_on_mail_and_survives_a_restart_of_the_server(address: str) -> None:
    require("dovecot-imapd", "dovecot-lmtpd", "openssl")
    bell = Bell()
    with Dovecot() as server:
        watcher = ImapWatcher(an_account(server, address), bell.ring, longest_pause=2)
        watcher.start()
        assert bell.rings_within(10), "after connecting: look"
        assert not bell.rings_within(1)
        deliver_by_lmtp(server, address)
        assert bell.rings_within(5), "on new mail"
        server.stop()
        deadline = time.monotonic() + 10
        while not watcher.trouble and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "reached" in watcher.trouble or "broke" in watcher.trouble
        server.start()
        assert bell.rings_within(15), "after connecting anew: look"
        deliver_by_lmtp(server, address)
        assert bell.rings_within(5), "on new mail, over the new connection"
        assert watcher.trouble == ""
        began = time.monotonic()
        watcher.stop()
        assert time.monotonic() - began < 3


def test_the_watcher_hears_of_mail_also_across_renewals(dovecot: Dovecot, address: str) -> None:
    bell = Bell()
    watcher = ImapWatcher(an_account(dovecot, address), bell.ring, renew_after=0.3)
    watcher.start()
    assert bell.rings_within(10)
    for _ in range(3):
        deliver_by_lmtp(dovecot, address)
        assert bell.rings_within(5)
        time.sleep(0.4)
    watcher.stop()


def test_the_watcher_does_not_hammer_a_server_that_refuses_it(account: ImapAccount) -> None:
    bell = Bell()
    watcher = ImapWatcher(replace(account, password="wrong"), bell.ring)
    watcher.start()
    assert not bell.rings_within(1.5)
    assert "check user and password" in watcher.trouble
    began = time.monotonic()
    watcher.stop()
    assert time.monotonic() - began < 3


# --- Maildir only -----------------------------------------------------------------------------


@given(st.lists(st.text(min_size=1).filter(lambda s: "/" not in s), min_size=1).map("/".join))
def test_names_of_folders_come_back_from_a_maildir_exactly(folder: str) -> None:
    directory = directory_name(folder)
    assert folder_name(directory) == folder
    assert "/" not in directory
    assert "\0" not in directory


def test_case_folders_have_readable_names_in_a_maildir() -> None:
    assert directory_name(CASE) == ".mailbot.Cases.BB-2026-014-K"
    assert directory_name(NEEDS_A_PERSON) == ".mailbot.Needs a person"
    assert directory_name("mailbot/St. Mary's") == ".mailbot.St%2E Mary's"
    assert folder_name(".Drafts") == DRAFTS


def test_hidden_files_links_and_directories_are_no_messages(tmp_path: Path) -> None:
    inbox = MaildirInbox(tmp_path)
    inbox.open()
    deliver(tmp_path, a_mail(1), MONDAY)
    (tmp_path / "new" / ".nfs0001").write_bytes(b"x")
    (tmp_path / "new" / "directory").mkdir()
    (tmp_path / "cur" / "link:2,").symlink_to("/etc/hostname")
    (tmp_path / "tmp" / "half").write_bytes(b"x")
    located, _ = inbox.arrivals(INBOX, "")
    assert len(located) == 1


def test_a_name_that_is_no_utf_8_is_read_all_the_same(tmp_path: Path) -> None:
    inbox = MaildirInbox(tmp_path)
    inbox.open()
    with open(os.fsencode(tmp_path) + b"/new/1.\xff\xfe", "wb") as file:
        file.write(a_mail(1))
    located, _ = inbox.arrivals(INBOX, "")
    located[0].id.encode()
    assert len(list(inbox.fetch(located))) == 1


def test_a_flag_set_by_a_mail_program_changes_no_locator(tmp_path: Path) -> None:
    inbox = MaildirInbox(tmp_path)
    inbox.open()
    name = deliver(tmp_path, a_mail(1), MONDAY)
    located, _ = inbox.arrivals(INBOX, "")
    (tmp_path / "new" / name).rename(tmp_path / "cur" / f"{name}:2,S")
    assert inbox.arrivals(INBOX, "")[0] == located
    inbox.move(located, CASE)
    moved = tmp_path / ".mailbot.Cases.BB-2026-014-K" / "cur" / f"{name}:2,S"
    assert moved.read_bytes() == a_mail(1)


def test_a_delivery_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = MaildirInbox(tmp_path)
    inbox.open()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MailboxError, match="No space left"):
        inbox.append(DRAFTS, a_mail(1), MONDAY)
    assert [path for path in (tmp_path / ".Drafts").rglob("*mailbot*") if path.is_file()] == []


def test_the_maildir_watcher_rings_at_first_and_on_mail(tmp_path: Path) -> None:
    MaildirInbox(tmp_path).open()
    bell = Bell()
    watcher = MaildirWatcher(tmp_path, bell.ring, every=0.1)
    watcher.start()
    assert bell.rings_within(5)
    assert not bell.rings_within(0.5)
    deliver(tmp_path, a_mail(1), MONDAY)
    assert bell.rings_within(5)
    watcher.stop()


def test_an_answer_line_of_imap_may_hold_every_uid_we_search_at_once() -> None:
    from mailbot.mailboxes import imap as module

    assert module._SEARCHED_AT_ONCE * len("1234567 ") < imaplib._MAXLINE  # type: ignore[attr-defined]
