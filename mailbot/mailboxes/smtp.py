"""Handing letters over by SMTP, so that afterwards it is known what became of each (RFC 5321).

The dialogue is led command by command: only from the end of the text on is the outcome in doubt,
and only there does a broken connection mean `SendUncertainError` (design, promise 2).
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from mailbot.errors import (
    MailboxError,
    MailboxRefusedError,
    SendError,
    SendLaterError,
    SendRefusedError,
    SendUncertainError,
)
from mailbot.mailboxes import Handover
from mailbot.mailboxes.connections import (
    Endpoint,
    Security,
    connecting,
    refuse_plain_abroad,
    tls_context,
)

_LINE_END = re.compile(rb"\r\n|\r|\n")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]")
_ENHANCED = re.compile(rb"^([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount:
    """The server that takes our letters. Unencrypted only to a loopback address.

    Without a user there is no login (a relay that knows this machine).
    """

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    #: Seconds for connecting and for each answer.
    timeout: float = 60.0
    #: Seconds for the text and for the answer to it (RFC 5321, 4.5.3.2: ten minutes).
    text_timeout: float = 600.0

    @property
    def endpoint(self) -> Endpoint:
        """Where to connect."""
        return Endpoint(self.host, self.port, self.security, self.ca_file)


class SmtpSender:
    """An SMTP server as a `Sender`. The connection is kept from letter to letter until `close`."""

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connect and log in. Raises `MailboxRefusedError` or `MailboxError`."""
        self.close()
        self._smtp = _logged_in(self._account)

    def close(self) -> None:
        """End the connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
        smtp.close()

    def check(self) -> None:
        """Connect and log in without sending."""
        self.open()
        self.close()

    def send(
        self, mime: bytes, *, sender: str, recipients: tuple[str, ...], copy_to: str | None
    ) -> Handover:
        """Hand a letter over for all recipients or for none; see `Sender.send`."""
        if not recipients:
            raise SendRefusedError("The letter has no recipient.")
        text = _on_the_wire(mime)
        smtp = self._connection()
        with self._before_the_text(smtp):
            options = _mail_options(smtp, text, (sender, *recipients))
            _accepted(smtp.mail(sender, options), "the sender's address")
            for recipient in recipients:
                _accepted(smtp.rcpt(recipient), f"the recipient {recipient}")
            copied = copy_to in recipients or (copy_to is not None and _takes(smtp, copy_to))
            reply = smtp.docmd("DATA")
            if reply[0] != 354:
                _accepted(reply, "the letter")
                raise SendLaterError(f"The server answered DATA with {reply[0]}.")
        self._hand_over(smtp, text)
        return Handover(copied=copied)

    def _connection(self) -> smtplib.SMTP:
        """Return a connection that answers; an idle one may have been closed meanwhile."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._smtp.noop()[0] == 250:
                    return self._smtp
            self._drop()
        try:
            self.open()
        except MailboxError as error:
            raise SendLaterError(str(error)) from error
        if self._smtp is None:  # pragma: no cover  (open either connects or raises)
            raise SendLaterError(f"There is no connection to {self._account.endpoint}.")
        return self._smtp

    @contextmanager
    def _before_the_text(self, smtp: smtplib.SMTP) -> Iterator[None]:
        """While nothing was handed over: a broken connection means later; others are cleared."""
        try:
            yield
        except SendUncertainError as error:
            self._drop()
            raise SendLaterError(str(error)) from error
        except SendError:
            self._reset(smtp)
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise SendLaterError(
                f"The connection to {self._account.endpoint} broke before the letter was sent."
            ) from error

    def _hand_over(self, smtp: smtplib.SMTP, text: bytes) -> None:
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._account.text_timeout)
            smtp.send(text)
            reply = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self._account.timeout)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise SendUncertainError(
                f"The connection to {self._account.endpoint} broke while the letter was handed "
                "over: nobody knows whether it was accepted."
            ) from error
        try:
            _accepted(reply, "the letter")
        except SendUncertainError:
            self._drop()
            raise
        except SendError:
            self._reset(smtp)
            raise

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _logged_in(account: SmtpAccount) -> smtplib.SMTP:
    endpoint = account.endpoint
    refuse_plain_abroad(endpoint)
    context = None if endpoint.security == "plain" else tls_context(endpoint)
    smtp = _greeted(account, context)
    try:
        with connecting(endpoint), _refusing(account):
            smtp.ehlo_or_helo_if_needed()
            if endpoint.security == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if account.user:
                smtp.login(account.user, account.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greeted(account: SmtpAccount, context: ssl.SSLContext | None) -> smtplib.SMTP:
    endpoint = account.endpoint
    own_name = socket.gethostname()
    name = own_name if "." in own_name else "[127.0.0.1]"  # without a slow look-up
    with connecting(endpoint), _refusing(account):
        if endpoint.security == "tls":
            return smtplib.SMTP_SSL(
                endpoint.host,
                endpoint.port,
                local_hostname=name,
                timeout=account.timeout,
                context=context,
            )
        return smtplib.SMTP(
            endpoint.host, endpoint.port, local_hostname=name, timeout=account.timeout
        )


@contextmanager
def _refusing(account: SmtpAccount) -> Iterator[None]:
    endpoint = account.endpoint
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise MailboxError(f"{endpoint} cannot check passwords just now.") from error
        raise MailboxRefusedError(
            f"{endpoint} does not let the user {account.user} in: check user and password."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailboxRefusedError(
            f"{endpoint} does not offer what is needed to log in securely: check port and security."
        ) from error
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException) as error:
        raise MailboxError(f"{endpoint} did not let mailbot begin.") from error
    except smtplib.SMTPException as error:
        raise MailboxRefusedError(
            f"{endpoint} offers no way of logging in that mailbot knows: check port and security."
        ) from error


def _on_the_wire(mime: bytes) -> bytes:
    """Given a letter, return it with CRLF line ends, dots doubled, and the closing dot.

    A bare CR or LF would be read differently by different servers (SMTP smuggling).
    """
    text = _LINE_END.sub(b"\r\n", mime)
    if not text.endswith(b"\r\n"):
        text += b"\r\n"
    text = text.replace(b"\r\n.", b"\r\n..")
    return (b"." if text.startswith(b".") else b"") + text + b".\r\n"


def _mail_options(smtp: smtplib.SMTP, text: bytes, addresses: tuple[str, ...]) -> list[str]:
    options = []
    for address in addresses:
        if _NOT_IN_ADDRESS.search(address):
            raise SendRefusedError("An address holds characters that no address may have.")
    if smtp.has_extn("size"):
        options.append(f"SIZE={len(text)}")
    if smtp.has_extn("8bitmime") and not text.isascii():
        options.append("BODY=8BITMIME")
    if not all(address.isascii() for address in addresses):
        if not smtp.has_extn("smtputf8"):
            raise SendRefusedError("The server takes no addresses beyond ASCII.")
        options.append("SMTPUTF8")
    return options


def _takes(smtp: smtplib.SMTP, copy_to: str) -> bool:
    """Ask for the copy; a refusal is no reason to hold the letter back."""
    if _NOT_IN_ADDRESS.search(copy_to) or not copy_to.isascii():
        return False
    code, _ = smtp.rcpt(copy_to)
    if code == 421:  # the server closes the connection: no letter goes out on it
        raise SendLaterError("The server is closing the connection.")
    return 200 <= code < 300


def _accepted(reply: tuple[int, bytes], what: str) -> None:
    """Return when the reply is positive, else raise what it means.

    Only the codes are repeated: a server's words may quote the letter.
    """
    code, words = reply
    if 200 <= code < 300:
        return
    enhanced = _ENHANCED.match(words)
    said = f"{code} {enhanced.group(1).decode('ascii')}" if enhanced else str(code)
    if 500 <= code < 600:
        raise SendRefusedError(f"The server refused {what} ({said}).")
    if 400 <= code < 500:
        raise SendLaterError(f"The server does not take {what} just now ({said}).")
    raise SendUncertainError(f"The server answered something unexpected about {what} ({code}).")
