"""Getting into an IMAP server, and one clear sentence for whatever goes wrong there."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError, ProtocolError

from mailbot.errors import MailboxError, MailboxGoneError, MailboxRefusedError
from mailbot.mailboxes import LARGEST_MESSAGE
from mailbot.mailboxes.connections import (
    Endpoint,
    Security,
    connecting,
    refuse_plain_abroad,
    tls_context,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """The mailbox as config and the secret say. Unencrypted only to a loopback address."""

    host: str
    port: int = 993
    security: Security = "tls"
    user: str
    password: str = field(repr=False)
    ca_file: str | None = None
    #: Seconds for connecting and for each answer.
    timeout: float = 60.0
    #: A message of more bytes is not read whole.
    largest: int = LARGEST_MESSAGE
    #: Role -> the server's name, where the server itself does not say which folder is which.
    folders: Mapping[str, str] = field(default_factory=dict)

    @property
    def endpoint(self) -> Endpoint:
        """Where to connect."""
        return Endpoint(self.host, self.port, self.security, self.ca_file)


def logged_in(account: ImapAccount) -> IMAPClient:
    """Given an account, return a client that is logged in over verified TLS.

    Raises `MailboxRefusedError` when a person must act, and `MailboxError` when the server cannot
    be reached just now.
    """
    endpoint = account.endpoint
    refuse_plain_abroad(endpoint)
    client = _connected(account)
    try:
        with connecting(endpoint), _refusing(account):
            if endpoint.security == "starttls":
                client.starttls(ssl_context=tls_context(endpoint))
            client.login(account.user, account.password)
            client.capabilities()  # those after login: servers say more then
    except BaseException:
        shut(client)
        raise
    return client


def _connected(account: ImapAccount) -> IMAPClient:
    endpoint = account.endpoint
    context: ssl.SSLContext | None = None if endpoint.security == "plain" else tls_context(endpoint)
    try:
        with connecting(endpoint):
            client = IMAPClient(
                account.host,
                port=account.port,
                ssl=endpoint.security == "tls",
                ssl_context=context if endpoint.security == "tls" else None,
                timeout=SocketTimeout(connect=account.timeout, read=account.timeout),
            )
    except IMAPClientError as error:
        raise MailboxError(f"{endpoint} does not answer as an IMAP server does.") from error
    client.normalise_times = False  # moments keep their zone
    return client


@contextmanager
def _refusing(account: ImapAccount) -> Iterator[None]:
    endpoint = account.endpoint
    try:
        yield
    except LoginError as error:
        if "[UNAVAILABLE]" in str(error).upper():
            raise MailboxError(f"{endpoint} cannot check passwords just now.") from error
        raise MailboxRefusedError(
            f"{endpoint} does not let the user {account.user} in: check user and password."
        ) from error
    except IMAPClientAbortError as error:
        raise MailboxError(f"{endpoint} closed the connection before the login.") from error
    except IMAPClientError as error:
        raise MailboxRefusedError(
            f"{endpoint} does not offer what is needed to log in securely: check port and security."
        ) from error


@contextmanager
def talking(endpoint: Endpoint, doing: str) -> Iterator[None]:
    """Turn what goes wrong in a conversation into `MailboxGoneError` or `MailboxError`.

    `doing` completes "could not ...". The server's own words are left out: they may repeat an
    address or a folder.
    """
    try:
        yield
    except (IMAPClientAbortError, ProtocolError, OSError, EOFError) as error:
        raise MailboxGoneError(
            f"The connection to {endpoint} broke; mailbot could not {doing}."
        ) from error
    except IMAPClientError as error:
        raise MailboxError(f"{endpoint} refused: mailbot could not {doing}.") from error


def shut(client: IMAPClient) -> None:
    """End a connection in whatever state it is, without raising."""
    with suppress(IMAPClientError, OSError, EOFError):
        client.shutdown()
