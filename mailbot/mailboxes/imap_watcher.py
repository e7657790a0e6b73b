"""Waiting for mail on an IMAP server, by IDLE (RFC 2177), in a thread and on a connection apart.

The connection is never trusted: IDLE is renewed every few minutes, a broken line is made anew with
growing pauses, and after each connection the caller is told to look, since what came meanwhile
was not announced.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from imapclient import IMAPClient

from mailbot.errors import MailboxError, MailboxRefusedError
from mailbot.mailboxes import INBOX
from mailbot.mailboxes.imap_login import ImapAccount, logged_in, shut, talking

#: RFC 2177 says 29 minutes; firewalls think otherwise.
IDLE_SECONDS = 240.0
#: How often a server without IDLE is asked.
POLL_SECONDS = 30.0
#: How soon a waiting thread notices that it shall stop.
_NOTICE_SECONDS = 1.0
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 120.0

log = logging.getLogger(__name__)


def watched(client: IMAPClient, seconds: float, stopping: threading.Event | None = None) -> bool:
    """Given a client with a folder open, wait for mail there; True when some was announced."""
    stopping = stopping or threading.Event()
    if not client.has_capability("IDLE"):
        stopping.wait(min(seconds, POLL_SECONDS))
        return _announces(client.noop()[1])
    ends = time.monotonic() + seconds
    announced = False
    client.idle()
    while not (announced or stopping.is_set()) and (left := ends - time.monotonic()) > 0:
        patience = min(left, _NOTICE_SECONDS)
        asked_at = time.monotonic()
        answers = client.idle_check(patience)
        announced = _announces(answers)
        if not answers and time.monotonic() - asked_at < patience / 2:
            break  # the server has hung up, which idle_check hides; idle_done will say so
    return _announces(client.idle_done()[1]) or announced


def _announces(answers: Iterable[Any]) -> bool:
    return any(len(answer) > 1 and answer[1] == b"EXISTS" for answer in answers)


class ImapWatcher:
    """Holds IDLE on the inbox and calls `notify` when something may have come."""

    def __init__(
        self,
        account: ImapAccount,
        notify: Callable[[], object],
        *,
        renew_after: float = IDLE_SECONDS,
        longest_pause: float = _LONGEST_PAUSE,
    ) -> None:
        self.trouble = ""
        self._account = account
        self._notify = notify
        self._renew_after = renew_after
        self._longest_pause = longest_pause
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="imap-watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that hangs in an unanswered connection is left to its timeout."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(4 * _NOTICE_SECONDS)

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                self._hold()
            except (MailboxError, ValueError) as error:  # ValueError: an answer nobody can parse
                if not self.trouble:
                    log.warning("mail is not watched: %s", error)
                # A wrong password tried often locks the account.
                refused = isinstance(error, MailboxRefusedError)
                pause = _FIRST_PAUSE if not (self.trouble or refused) else pause * 2
                pause = self._longest_pause if refused else min(pause, self._longest_pause)
                self.trouble = str(error)
                self._stopping.wait(pause)

    def _hold(self) -> None:
        """Connect, and watch until the connection breaks or the thread shall end."""
        client = logged_in(self._account)
        try:
            with talking(self._account.endpoint, "wait for mail"):
                client.select_folder(INBOX, readonly=True)
                self.trouble = ""
                self._notify()
                while not self._stopping.is_set():
                    if watched(client, self._renew_after, self._stopping):
                        self._notify()
        finally:
            shut(client)
